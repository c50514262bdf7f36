/** Every route with every kind of mistake: a clear refusal as problem details, no change, and never a 500. */
import t from 'tap';
import { isChange } from '../../app/access.ts';
import { ApiFuzz } from '../../testing/api-fuzz.ts';
import type { Sent } from '../../testing/api-requests.ts';
import { sampleOf } from '../../testing/api-samples.ts';
import { mostBytes } from './body.ts';
import type { Route } from './route.ts';
import { routes } from './routes.ts';

interface Mistake {
  name: string;
  /** Whether the mistake is possible with this route. */
  fits(route: Route): boolean;
  /** The difference from a valid request. */
  more: Partial<Sent>;
  status: number;
}

const hasBody = ({ method }: Route) => method !== 'GET';
const isKeyed = ({ method, action }: Route) => method === 'POST' && isChange(action);
const headers = (more: Record<string, string>) => ({ headers: more });

const mistakes: Mistake[] = [
  { name: 'an unknown parameter', fits: () => true, more: { query: { colour: 'red' } }, status: 400 },
  {
    name: 'a parameter twice',
    fits: ({ query }) => 'limit' in query.shape,
    more: { query: { limit: ['1', '2'] } },
    status: 400,
  },
  ...['x', 'WzEuNV0', 'W10', 'e30', 'bnVsbA', '%00'].map((cursor) => ({
    name: `the cursor ${cursor}`,
    fits: ({ query }: Route) => 'cursor' in query.shape,
    more: { query: { cursor } },
    status: 400,
  })),
  {
    name: 'another content type',
    fits: hasBody,
    more: { body: 'a=1', ...headers({ 'content-type': 'text/plain' }) },
    status: 415,
  },
  { name: 'half of a document', fits: hasBody, more: { body: '{"a":' }, status: 400 },
  { name: 'a list', fits: hasBody, more: { body: '[]' }, status: 400 },
  { name: 'a property twice', fits: hasBody, more: { body: '{"a":1,"a":2}' }, status: 400 },
  { name: 'too much', fits: hasBody, more: { body: ' '.repeat(mostBytes + 1) }, status: 413 },
  { name: 'no ETag', fits: ({ hasVersion }) => hasVersion, more: headers({ 'if-match': 'x' }), status: 400 },
  { name: 'the wrong ETag', fits: ({ hasVersion }) => hasVersion, more: headers({ 'if-match': '"0"' }), status: 412 },
  { name: 'no key', fits: isKeyed, more: headers({ 'idempotency-key': 'two words' }), status: 400 },
  { name: 'no note', fits: ({ action }) => isChange(action), more: headers({ 'hallpass-note': '%' }), status: 400 },
];

const fuzz = await ApiFuzz.open(t);

t.test('every route refuses each mistake', async (t) => {
  const sent = new Map<string, number>();
  for (const [at, route] of routes.entries()) {
    const right = await sampleOf(fuzz.setting, route, at % 2 === 0 ? 'operator' : 'narrow');
    for (const { name, more, status } of mistakes.filter(({ fits }) => fits(route))) {
      const key =
        right.headers['idempotency-key'] === undefined ? {} : { 'idempotency-key': name.replaceAll(' ', '-') };
      const asked = { ...right, ...more, headers: { ...right.headers, ...key, ...more.headers } };
      t.equal(await fuzz.hold(t, asked), status, `${route.method} ${route.path}: ${name}`);
      sent.set(name, (sent.get(name) ?? 0) + 1);
    }
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
