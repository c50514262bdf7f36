/** Every route with a third of the mistakes: a clear refusal as problem details, no change, and never a 500. mistakes.long.test.ts makes all. */
import t from 'tap';
import { ApiFuzz } from '../../testing/api-fuzz.ts';
import { mistakes, refusesEach } from '../../testing/api-mistakes.ts';
import { routes } from './routes.ts';

const fuzz = await ApiFuzz.open(t);

t.test('every route refuses mistakes', async (t) => {
  const sent = new Set<string>();
  for (const [at, route] of routes.entries()) {
    const third = mistakes.filter((_, index) => (at + index) % 3 === 0);
    for (const name of await refusesEach(t, fuzz, route, at % 2 === 0 ? 'operator' : 'narrow', third)) sent.add(name);
  }
  t.equal(sent.size, mistakes.length, 'each mistake was tried');
});

t.test('a path with other methods names them', async (t) => {
  const operator = await fuzz.setting.tokenOf('operator', 'all');
  const allowed = Map.groupBy(routes, ({ path }) => path.replace('{slug}', 'contoso'));
  const asked: [method: string, path: string, allow: string][] = [
    ...[...allowed].map(([path, those]): [string, string, string] => {
      return ['OPTIONS', path, [...new Set(those.map(({ method }) => method))].sort().join(', ')];
    }),
    ['POST', 'fleet', 'GET'],
    ['PUT', 'tenants', 'GET, POST'],
    ['DELETE', 'relay/settings', 'GET, PATCH'],
    ['POST', 'openapi.json', 'GET'],
  ];
  for (const [method, path, allow] of asked) {
    const answer = await fuzz.setting.send(method, path, { token: operator });
    t.equal(answer.status, 405, `${method} ${path}`);
    t.equal(answer.headers.get('allow'), allow, path);
    t.match(answer.headers.get('content-type'), /^application\/problem\+json/);
    t.match(await answer.json(), { status: 405, code: 'METHOD_NOT_ALLOWED', detail: String, action: String });
  }
  const anonymous = await fuzz.setting.send('POST', 'fleet', { token: 'wrong' });
  t.equal(anonymous.status, 401, 'but not without a token');
});

t.test('a path that does not exist', async (t) => {
  const operator = await fuzz.setting.tokenOf('operator', 'all');
  for (const path of ['nothing', 'tenants//status', `tenants/${'x'.repeat(600)}`, 'tenants/%ff/status']) {
    const answer = await fuzz.setting.send('GET', path, { token: operator });
    t.equal(answer.status, 404, path.slice(0, 40));
    t.equal(answer.headers.get('allow'), null);
    t.match(answer.headers.get('content-type'), /^application\/problem\+json/);
    t.match(await answer.json(), {
      type: String,
      title: String,
      status: 404,
      detail: String,
      code: 'API_PATH_UNKNOWN',
    });
  }
});
