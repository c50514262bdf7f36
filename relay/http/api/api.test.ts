/** Every route over real HTTP: the answer equals that of the command, and fits the description. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import t, { type Test } from 'tap';
import { type ApiSetting, apiSetting } from '../../testing/api.ts';

const csvStart = '\uFEFF';

const setting = await apiSetting(t);

t.test('answers equal those of the commands', async (t) => {
  await t.test('as JSON that fits the description', (t) => jsonEquals(t, setting));
  await t.test('as tables', async (t) => await tablesEqual(t, setting));
  await t.test('page by page', (t) => pages(t, setting));
});

const questions: [path: string, command: string[]][] = [
  ['status', ['status', 'contoso']],
  ['schools', ['schools', 'contoso']],
  ['teams', ['teams', 'contoso']],
  ['teams?waiting', ['teams', 'contoso', '--waiting']],
  ['properties', ['properties', 'contoso']],
  ['plan', ['plan', 'contoso']],
  ['plan?kind=removeMember&kind=updateClass', ['plan', 'contoso', '--kind', 'removeMember', 'updateClass']],
  ['plan?person=students:10', ['plan', 'contoso', '--person', 'students:10']],
  ['problems', ['problems', 'contoso']],
  [
    'problems?role=microsoft&code=UnmatchedEntry',
    ['problems', 'contoso', '--role', 'microsoft', '--code', 'UnmatchedEntry'],
  ],
  ['runs', ['runs', 'contoso']],
  ['runs?limit=1&profile=test', ['runs', 'contoso', '--limit', '1', '--profile', 'test']],
  ['runs/1', ['run', 'contoso', '1']],
  ['runs/1?failed', ['run', 'contoso', '1', '--failed']],
  ['holds?profile=test', ['holds', 'list', 'contoso', '--profile', 'test']],
  ['drift', ['drift', 'contoso']],
  ['drift?all=true', ['drift', 'contoso', '--all']],
  ['explain?student=10&section=50', ['explain', 'contoso', '--student', '10', '--section', '50']],
  ['explain?teacher=90', ['explain', 'contoso', '--teacher', '90']],
  ['audit?limit=5', ['audit', 'contoso', '--limit', '5']],
  ['profiles', ['profile', 'list', 'contoso']],
  ['links', ['link', 'list', 'contoso']],
  ['links?role=teachers', ['link', 'list', 'contoso', '--role', 'teachers']],
];

async function jsonEquals(t: Test, { get, json }: ApiSetting): Promise<void> {
  const open = await get('openapi.json', {});
  t.equal(open.status, 200, 'without a token');
  const description = (await open.json()) as Description;
  t.equal(description.openapi, '3.1.0');
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  const answers = new Map<string, Record<string, unknown>>();
  for (const [path, command] of questions) {
    const answer = await get(`tenants/contoso/${path}`);
    t.equal(answer.status, 200, path);
    t.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8');
    t.equal(answer.headers.get('cache-control'), 'no-store');
    t.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    const content = (await answer.json()) as Record<string, unknown>;
    answers.set(path, content);
    // Only the API has cursors.
    const { next, ...documented } = content;
    if (next !== undefined && !path.includes('limit')) t.equal(next, null, 'all of it');
    t.same(documented, await json(...command), path);

    const [name = ''] = path.replace(/^runs\/1/, 'runs/{number}').split('?');
    const schema = description.paths[`/tenants/{slug}/${name}`]?.get?.responses['200']?.content?.['application/json'];
    if (schema === undefined) throw new Error(`${name} is not described`);
    const valid = ajv.compile(schema.schema);
    t.ok(valid(content), path, { errors: valid.errors });
    t.notOk(valid({}), 'and the schema refuses other values');
  }
  const { holds, operations } = answers.get('plan') as Record<string, unknown[]>;
  t.ok((holds?.length ?? 0) > 0 && (operations?.length ?? 0) > 20, 'there is something to compare');
  t.match(answers.get('drift'), { differences: [{ object: 'class:51' }] });
  t.match(await (await get('tenants/contoso/problems?code=UnmatchedEntry')).json(), { problems: [{}, {}] });

  const refused = await get('tenants/contoso/audit?limit=0');
  const error = ajv.compile(description.components.schemas.Error ?? false);
  t.ok(error(await refused.json()), 'errors too', { errors: error.errors });
  const names = description.paths['/tenants/{slug}/plan']?.get.parameters.map(({ name }) => name);
  t.same(names, ['slug', 'profile', 'kind', 'person', 'sample', 'limit', 'offset', 'format']);
}

async function tablesEqual(t: Test, { get, csv }: ApiSetting): Promise<void> {
  const tables = [
    ['plan', 'plan', 'contoso'],
    ['schools', 'schools', 'contoso'],
    ['problems?role=microsoft', 'problems', 'contoso', '--role', 'microsoft'],
    ['runs/1', 'run', 'contoso', '1'],
    ['drift?all', 'drift', 'contoso', '--all'],
  ];
  for (const [path = '', ...command] of tables) {
    const byQuery = await get(`tenants/contoso/${path}${path.includes('?') ? '&' : '?'}format=csv`);
    t.match(byQuery.headers.get('content-type'), /^text\/csv/);
    t.match(byQuery.headers.get('content-disposition'), /^attachment; filename="contoso-\w+\.csv"$/);
    const table = Buffer.from(await byQuery.arrayBuffer()).toString();
    t.equal(table, csvStart + (await csv(...command)), path);
    t.ok(table.split('\r\n').length > 2, 'with lines');
  }
}

async function pages(t: Test, { get }: ApiSetting): Promise<void> {
  interface Page {
    operations: { key: string }[];
    matching: number;
    totals: unknown[];
  }
  const page = async (path: string) => (await (await get(`tenants/contoso/${path}`)).json()) as Page;
  const whole = await page('plan');
  const [first, rest] = [await page('plan?limit=2'), await page('plan?offset=2')];
  t.same([...first.operations, ...rest.operations], whole.operations);
  t.same([first.matching, first.totals], [whole.operations.length, whole.totals], 'counts are of the whole');
  const journal = await page('runs/1');
  const parts = [await page('runs/1?limit=3'), await page('runs/1?limit=10000&offset=3')];
  t.same(
    parts.flatMap(({ operations }) => operations),
    journal.operations,
  );
}

t.test('the query decides the format, then the Accept header', async (t) => {
  const { get, token } = setting;
  const authorization = `Bearer ${token}`;
  const typeOf = async (path: string, accept: string) =>
    (await get(`tenants/contoso/${path}`, { authorization, accept })).headers.get('content-type')?.split(';')[0];
  t.equal(await typeOf('drift', 'text/csv'), 'text/csv');
  t.equal(await typeOf('drift', 'text/csv, */*;q=0.1'), 'text/csv');
  t.equal(await typeOf('drift', 'application/json, text/csv;q=0.5'), 'application/json');
  t.equal(await typeOf('drift?format=json', 'text/csv'), 'application/json');
  t.equal(await typeOf('status', 'text/csv'), 'application/json', 'an answer without a table stays JSON');
});

t.test('an invalid query is answered with what, where and what to do', async (t) => {
  const { get, district, relay } = setting;
  const refused = async (path: string) => {
    const answer = await get(`tenants/contoso/${path}`);
    return { status: answer.status, ...((await answer.json()) as { code: string; message: string; action: string }) };
  };
  const wrong: [path: string, message: RegExp][] = [
    ['plan?limit=x', /limit: it must be a number/],
    ['plan?limit=10001', /limit: it must be 10000 or less/],
    ['plan?kind=everything', /kind\.0: it must be one of createSchool, /],
    ['problems?role=parents', /role: it must be one of sis, microsoft, operator, nobody/],
    ['problems?profile=a&profile=b', /profile: it must be text/],
    ['runs?color=red', /there is nothing called color/],
    ['status?format=csv', /there is nothing called format/],
    ['explain?section=50', /either student or teacher/],
    ['explain?student=1&teacher=2', /either student or teacher/],
    ['audit?since=yesterday', /since: it must be a time in UTC such as/],
  ];
  for (const [path, message] of wrong) {
    t.match(await refused(path), { status: 400, code: 'API_QUERY_INVALID', message, action: /openapi\.json/ }, path);
  }
  t.match(await refused('runs/999'), { status: 404, code: 'RUN_UNKNOWN' });
  t.match(await refused('plan?profile=none'), { status: 404, code: 'PROFILE_UNKNOWN' });
  t.match(await refused('nothing'), { status: 404, code: 'API_PATH_UNKNOWN' });
  const posted = await fetch(`${relay.url}/api/v1/tenants/contoso/status`, { method: 'POST' });
  t.equal(posted.status, 401, 'without a token nothing is answered, not even whether a path exists');

  await relay.store.withTenant(district.tenantId, ({ db, tenantId }) =>
    db.updateTable('tenant').set({ open_cycle: 'x' }).where('id', '=', tenantId).execute(),
  );
  const early = await get('tenants/contoso/plan');
  t.equal(early.status, 503, 'a cycle is arriving');
  t.match(await early.json(), { code: 'PLAN_NOT_READY', retry: 'retry' });
  t.match(early.headers.get('retry-after'), /^\d+$/);
});

interface Description {
  openapi: string;
  paths: Record<
    string,
    {
      get: {
        parameters: { name: string }[];
        responses: Record<string, { content?: Record<string, { schema: object }> }>;
      };
    }
  >;
  components: { schemas: Record<string, object> };
}
