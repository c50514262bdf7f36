import t, { type Test } from 'tap';
import { Agent, request } from 'undici';
import type { Clock } from '../../../shared/clock.ts';
import { pluginZip, queryXml, type TestPlugin, testFields, testQuery } from './plugin/test-plugin.ts';
import { type PowerSchoolSimulator, type SimulatorOptions, startPowerSchoolSimulator } from './server.ts';

/** A clock that stands still until it is moved. */
function testClock(): Clock & { advance(ms: number): void; slept: number[] } {
  let now = Date.parse('2026-02-03T20:00:00Z');
  const slept: number[] = [];
  return {
    now: () => now,
    sleep: async (ms) => {
      slept.push(ms);
    },
    advance: (ms) => {
      now += ms;
    },
    slept,
  };
}

async function start(t: Test, options: SimulatorOptions = {}, plugin: TestPlugin = {}) {
  const clock = testClock();
  const simulator = await startPowerSchoolSimulator({ students: 60, clock, ...options });
  const dispatcher = new Agent({ connect: { ca: simulator.ca ?? '' } });
  t.teardown(async () => {
    await dispatcher.close();
    await simulator.close();
  });
  const { pluginId, clientId, clientSecret } = await simulator.installPlugin(await pluginZip(plugin));

  async function call(
    path: string,
    init: { method?: 'GET' | 'POST' | 'DELETE'; headers?: Record<string, string>; body?: string | Buffer } = {},
  ) {
    const response = await request(`${simulator.baseUrl}${path}`, { dispatcher, ...init });
    const text = await response.body.text();
    const isJson = String(response.headers['content-type']).startsWith('application/json');
    const parse = (): unknown => JSON.parse(text);
    return { status: response.statusCode, headers: response.headers, text, json: isJson ? tryParse(parse) : undefined };
  }
  const basic = (id: string, secret: string) => ({
    authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
  });
  const grant = (id = clientId, secret = clientSecret, path = '/oauth/access_token') =>
    call(path, { method: 'POST', headers: basic(id, secret), body: 'grant_type=client_credentials' });
  let token = '';
  const login = async () => {
    const { json } = await grant();
    token = typeof json === 'object' && json !== null && 'access_token' in json ? String(json.access_token) : '';
    return token;
  };
  await login();
  const query = (name: string, body: unknown = { after: 0 }, headers: Record<string, string> = {}) =>
    call(`/ws/schema/query/${name}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        'content-type': 'application/json',
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const bearer = () => ({ authorization: `Bearer ${token}` });
  const control = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown) =>
    call(`/_sim${path}`, {
      method,
      ...(body === undefined ? {} : { body: Buffer.isBuffer(body) ? body : JSON.stringify(body) }),
    });
  return { simulator, clock, call, grant, login, query, bearer, control, pluginId, clientId, clientSecret };
}

function tryParse(parse: () => unknown): unknown {
  try {
    return parse();
  } catch {
    return 'not JSON';
  }
}

function records(json: unknown): Record<string, unknown>[] {
  return typeof json === 'object' && json !== null && 'record' in json && Array.isArray(json.record) ? json.record : [];
}

function active(simulator: PowerSchoolSimulator): number {
  return Number(simulator.db.prepare('SELECT COUNT(*) AS n FROM students').get()?.n);
}

t.test('OAuth: expiry is a string, the same token is returned again, then a new one', async (t) => {
  const { grant, clock, call, bearer, clientId, simulator } = await start(t);
  const first = await grant();
  t.equal(first.status, 200);
  t.match(first.json, { access_token: /^[0-9a-f-]{36}$/, token_type: 'Bearer', expires_in: '2592000' });
  clock.advance(3_600_000);
  const again = await grant(undefined, undefined, '/oauth/access_token/');
  t.match(again.json, { ...(first.json as object), expires_in: '2588400' });
  const wrong = await grant(clientId, 'wrong');
  t.match(wrong, { status: 401, json: { error: 'invalid_client' } });
  clock.advance(30 * 86_400_000);
  const expired = await call('/ws/v1/school/1', { headers: bearer() });
  t.equal(expired.status, 401);
  t.equal(
    expired.headers['www-authenticate'],
    'Bearer error="invalid_token",realm="PowerSchool",error_description="The access token has expired"',
  );
  const renewed = await grant();
  t.match(renewed.json, { expires_in: '2592000' });
  t.notMatch(renewed.json, { access_token: String(Object(first.json).access_token) });
  t.equal((await call('/ws/v1/school/1')).headers['www-authenticate'], 'Bearer realm="PowerSchool"');
  simulator.plugins.disable(1001);
  t.equal((await grant()).status, 401, 'a disabled plugin gets no token');
});

t.test('metadata and time are public; v1 is not', async (t) => {
  const { call, bearer, pluginId } = await start(t);
  const open = await call('/ws/v1/metadata');
  t.match(open.json, { metadata: { powerschool_version: '25.2.0.0', student_max_page_size: 100 } });
  t.notOk('plugin_id' in Object(open.json).metadata);
  t.match((await call('/ws/v1/metadata', { headers: bearer() })).json, { metadata: { plugin_id: pluginId } });
  t.match((await call('/ws/v1/time')).json, { time: '2026-02-03T12:00:00' }, 'local time of the district');
  const denied = await call('/ws/v1/district/student', { headers: bearer() });
  t.match(denied, { status: 401, json: { errorMessage: { message: /accessLevelV1Api READ/ } } });
  const read = await start(t, {}, { oauth: '<oauth accessLevelV1Api="READ"/>' });
  t.equal((await read.call('/ws/v1/district/student', { headers: read.bearer() })).status, 200);
});

t.test('a PowerQuery answers in pages of text', async (t) => {
  const { query, simulator } = await start(t);
  simulator.db.exec('UPDATE students SET student_web_id = NULL WHERE dcid = 1');
  const total = active(simulator);
  const { json, status, headers } = await query(`${testQuery}?pagesize=2`);
  t.equal(status, 200);
  t.match(headers['content-type'], /^application\/json/);
  const [first, second] = records(json);
  t.match(json, { name: 'STUDENTS', '@extensions': '' });
  t.match(first, { _name: 'STUDENTS', _id: 1, dcid: '1', last_name: String });
  t.notOk('student_web_id' in Object(first), 'NULL is left out');
  t.match(second, { dcid: '2', student_web_id: String });
  t.match(records((await query(`${testQuery}?pagesize=2&page=2`)).json), [{ dcid: '3' }, { dcid: '4' }]);
  t.equal(records((await query(testQuery)).json).length, Math.min(100, total), 'pages have 100 rows by default');
  const everything = await query(`${testQuery}?pagesize=0`);
  t.equal(records(everything.json).length, total);
  t.equal(everything.headers['transfer-encoding'], 'chunked');
  t.same((await query(`${testQuery}?page=99`)).json, { name: 'STUDENTS', '@extensions': '' }, 'no rows, no record');
  t.same((await query(`${testQuery}?pagesize=0`, { after: 999_999 })).json, { name: 'STUDENTS', '@extensions': '' });
  t.same((await query(`${testQuery}/count`)).json, { count: total });
  t.match((await query(`${testQuery}?count=true&pagesize=1`)).json, { name: 'STUDENTS', count: total });
  t.match(records((await query(`${testQuery}?order=students.dcid;desc&pagesize=1`)).json), [{ dcid: String(total) }]);
  const projected = await query(`${testQuery}?projection=dcid&pagesize=1`);
  t.same(records(projected.json), [{ _name: 'STUDENTS', _id: 1, dcid: '1' }]);
  t.match(
    records((await query(testQuery, { after: String(total - 1) })).json),
    [{ dcid: String(total) }],
    'numbers may be text',
  );
  t.match(simulator.stats, { queries: Number, rows: Number });
});

t.test('a PowerQuery refuses what PowerSchool refuses', async (t) => {
  const { query, call, bearer } = await start(
    t,
    {},
    { fields: testFields.filter((field) => !field.endsWith('Web_ID')) },
  );
  t.match(await query('com.example.none'), { status: 404, json: { message: 'Query com.example.none not found' } });
  t.match(await query(testQuery), {
    status: 403,
    json: {
      message: 'Validation Failed',
      errors: [{ resource: testQuery, field: 'students.student_web_id', code: 'No access to the field' }],
    },
  });
  const granted = await start(t);
  t.match(await granted.query(testQuery, {}), {
    status: 400,
    json: { message: 'Validation Failed', errors: [{ field: 'after' }] },
  });
  t.match(await granted.query(testQuery, { after: 0, before: 1 }), {
    status: 400,
    json: { errors: [{ field: 'before' }] },
  });
  t.match(await granted.query(testQuery, { after: 'x' }), {
    status: 400,
    json: { errors: [{ code: 'Invalid value' }] },
  });
  t.equal((await granted.query(testQuery, '[1]')).status, 400);
  t.equal((await granted.query(testQuery, '{')).status, 400);
  t.equal((await granted.query(`${testQuery}?pagesize=-1`)).status, 400);
  t.equal((await granted.query(`${testQuery}?order=nothing`)).status, 400);
  t.equal((await granted.query(testQuery, undefined, { 'content-type': 'text/plain' })).status, 415);
  t.equal((await granted.query(testQuery, undefined, { accept: 'application/xml' })).status, 406);
  t.match(await granted.query(testQuery, { after: 0, $q: 'x' }), { status: 501 });
  t.equal((await call(`/ws/schema/query/${testQuery}`, { headers: bearer() })).status, 405);
  t.match(await call('/ws/schema/table/students', { headers: bearer() }), { status: 501 });
});

t.test('columns that the SQL touches without showing them need a grant too', async (t) => {
  const sql =
    'SELECT DCID, Last_Name, Student_Web_ID FROM students WHERE DCID > :after AND Enroll_Status = 0 ORDER BY DCID';
  const { query, call, bearer, pluginId } = await start(t, {}, { queries: queryXml({ sql }) });
  t.match(await query(testQuery), { status: 403, json: { errors: [{ field: 'students.enroll_status' }] } });
  t.match((await call(`/ws/schema/plugin/${pluginId}/validate`, { headers: bearer() })).json, {
    results: [{ code: 'NO_ACCESS', message: /students\.enroll_status/ }],
    maxLevel: 'ERROR',
  });
  t.match(
    (await call(`/ws/powerqueryaccesslist/${testQuery}`, { headers: bearer() })).text,
    /table="STUDENTS" field="ENROLL_STATUS"/,
  );
});

t.test('answers silent mistakes with 404; returns rows without ORDER BY in any order', async (t) => {
  const mute = await start(t, {}, { queries: queryXml({ args: '' }) });
  t.match(await mute.query(testQuery, {}), { status: 404, json: { message: `Query ${testQuery} not found` } });
  const unordered = queryXml({ sql: 'SELECT DCID, Last_Name, Student_Web_ID FROM students WHERE DCID > :after' });
  const { query } = await start(t, {}, { queries: unordered });
  const orders = new Set<string>();
  for (let call = 0; call < 3; call++)
    orders.add(JSON.stringify(records((await query(testQuery)).json).map(({ dcid }) => dcid)));
  t.ok(orders.size > 1);
});

t.test('supports nested answers, two-part aliases, lists and dates as arguments', async (t) => {
  const queries = queryXml({
    attributes: '',
    args: `<arg name="ids" column="STUDENTS.DCID" required="true" type="array"/>
      <arg name="since" column="STUDENTS.EntryDate" type="primitive" default="1/1/1990"/>`,
    columns: [
      ['STUDENTS.DCID', 'students.DCID'],
      ['SCHOOLS.Name', 'schools.Name'],
    ],
    sql: `SELECT s.DCID, o.Name FROM students s JOIN schools o ON o.School_Number = s.SchoolID
      WHERE s.DCID IN (:ids) AND s.EntryDate >= :since ORDER BY s.DCID`,
  });
  const fields = ['STUDENTS.DCID', 'STUDENTS.SchoolID', 'STUDENTS.EntryDate', 'SCHOOLS.Name', 'SCHOOLS.School_Number'];
  const { query } = await start(t, {}, { queries, fields });
  const { json } = await query(testQuery, { ids: ['1', 2] });
  t.match(json, {
    record: [
      { tables: { students: { dcid: '1' }, schools: { name: String } } },
      { tables: { students: { dcid: '2' } } },
    ],
  });
  t.same((await query(testQuery, { ids: [] })).json, { '@extensions': '' });
  t.same((await query(testQuery, { ids: [1], since: '2030-01-01' })).json, { '@extensions': '' });
  t.equal((await query(testQuery, { ids: [1], since: 'soon' })).status, 400);
});

t.test('faults come as ordered and end', async (t) => {
  const { query, control, call, simulator, clock, login } = await start(t);
  const fault = (kind: string, more: object = {}) => control('POST', '/faults', { kind, query: testQuery, ...more });
  await fault('maintenance');
  const moved = await query(testQuery);
  t.equal(moved.status, 302);
  t.match(await call(String(moved.headers.location)), { status: 200, text: /PowerSchool page unavailable/ });
  await fault('html');
  t.match(await query(testQuery), { status: 200, text: /^<!DOCTYPE html>/ });
  await fault('500');
  t.equal((await query(testQuery)).status, 500);
  await fault('401');
  t.match(await query(testQuery), { status: 401, headers: { 'www-authenticate': /invalid_token/ } });
  await fault('slow', { ms: 1234 });
  t.equal((await query(testQuery)).status, 200);
  t.same(clock.slept, [1234]);
  await fault('truncate');
  t.equal((await query(testQuery)).json, 'not JSON');
  await fault('partial');
  t.equal(records((await query(`${testQuery}?pagesize=0`)).json).length, Math.floor(active(simulator) / 2));
  await fault('empty');
  t.same((await query(testQuery)).json, { name: 'STUDENTS', '@extensions': '' });
  await fault('reset');
  await t.rejects(query(testQuery));
  await fault('cut');
  await t.rejects(query(testQuery), 'half a body is not an answer');
  await fault('disguised');
  t.match(await query(testQuery), { headers: { 'content-type': /json/ }, text: /^<!DOCTYPE html>/ });
  await fault('mislabelled');
  t.match(await query(testQuery), { status: 200, headers: { 'content-type': /html/ }, text: /^\{/ });
  const rows = records((await query(`${testQuery}?pagesize=3`)).json);
  await fault('doubled');
  t.same(
    records((await query(`${testQuery}?pagesize=3`)).json),
    rows.flatMap((row) => [row, row]),
  );
  const { count } = (await query(`${testQuery}/count`)).json as { count: number };
  await control('POST', '/faults', { kind: 'miscount', path: '/count$' });
  t.same((await query(`${testQuery}/count`)).json, { count: count + 1 });
  await fault('500', { after: 2 });
  t.same([(await query(testQuery)).status, (await query(testQuery)).status], [200, 200]);
  t.equal((await query(testQuery)).status, 500, 'the third one');
  t.equal((await query(testQuery)).status, 200, 'each came once');
  await control('POST', '/faults', { kind: '500', path: '^/oauth', times: 0 });
  t.equal(await login(), '');
  t.match((await control('GET', '/faults')).json, [{ kind: '500', times: 0 }]);
  await control('DELETE', '/faults');
  t.not(await login(), '');
  t.match(await control('POST', '/faults', { kind: 'flood' }), { status: 400, json: { message: /not valid/ } });
  t.match(await control('POST', '/faults', { kind: '500', path: '(' }), { status: 400 });
});

t.test('a foreign row is never one of the list itself', async (t) => {
  const school = (name: string) => `<arg name="${name}" column="SCHOOLS.DCID" required="true" type="primitive"/>`;
  const schools = {
    name: 'com.example.test.area.schools',
    attributes: 'coreTable="schools" flattened="true"',
    args: school('after'),
    columns: [['SCHOOLS.DCID', 'DCID']] as const,
    sql: 'SELECT s.DCID FROM Schools s WHERE s.DCID > :after ORDER BY s.DCID',
  };
  const ofSchool = {
    args: school('School'),
    columns: [['STUDENTS.DCID', 'DCID']] as const,
    sql: `SELECT st.DCID FROM Students st JOIN Schools s ON s.School_Number = st.SchoolID
      WHERE s.DCID = :school ORDER BY st.DCID`,
  };
  const queries = queryXml(schools) + queryXml(ofSchool);
  const fields = ['SCHOOLS.DCID', 'SCHOOLS.School_Number', 'STUDENTS.DCID', 'STUDENTS.SchoolID'];
  const { query, simulator } = await start(t, {}, { queries, fields });
  simulator.edit([{ op: 'addSchool', name: 'Another' }]);
  const idsOf = async (name: string, args: object) =>
    records((await query(`${name}?pagesize=0`, args)).json).map(({ dcid }) => dcid);
  const whole = await idsOf(schools.name, { after: 0 });
  const own = await idsOf(testQuery, { school: whole[0] });
  simulator.addFault({ kind: 'foreign', times: 0 });
  t.same(await idsOf(schools.name, { after: 0 }), whole, 'nobody else has schools');
  const mixed = await idsOf(testQuery, { school: whole[0] });
  t.equal(mixed.length, own.length);
  t.equal(mixed.filter((id) => !own.includes(id)).length, 1);
});

t.test('throttles per plugin, and can end tokens', async (t) => {
  const { query, control, clock } = await start(t, { minIntervalMs: 2_500 });
  t.equal((await query(testQuery)).status, 200);
  clock.advance(1_000);
  t.match(await query(testQuery), { status: 429, headers: { 'retry-after': '2' }, json: { message: /2 seconds/ } });
  clock.advance(1_500);
  t.equal((await query(testQuery)).status, 200, 'a refused request does not move the window');
  t.match((await control('POST', '/settings', { minIntervalMs: 0 })).json, { minIntervalMs: 0 });
  t.equal((await query(testQuery)).status, 200);
  await control('POST', '/tokens/expire');
  t.match(await query(testQuery), { status: 401, headers: { 'www-authenticate': /has expired/ } });
  await control('POST', '/tokens/revoke');
  t.match(await query(testQuery), { status: 401, headers: { 'www-authenticate': /is invalid/ } });
});

t.test('manages plugins over the control API', async (t) => {
  const { control, pluginId, clientId, clientSecret } = await start(t);
  t.match((await control('GET', '/plugins')).json, [
    { id: pluginId, name: 'Test', version: '1.0', enabled: true, clientId },
  ]);
  t.match(await control('POST', '/plugins', await pluginZip({ version: '0.9' })), {
    status: 409,
    json: { errors: [/is not higher/] },
  });
  t.match(await control('POST', '/plugins', await pluginZip({ wrapper: 'x/' })), {
    status: 400,
    json: { errors: [/at the root/] },
  });
  t.match((await control('POST', `/plugins/${pluginId}/disable`)).json, { enabled: false });
  const upgrade = await control('POST', '/plugins', await pluginZip({ version: '1.1', fields: ['STUDENTS.Nothing'] }));
  t.match(upgrade, { status: 201, json: { id: pluginId, version: '1.1', enabled: false } });
  t.match(await control('POST', `/plugins/${pluginId}/enable`), {
    status: 409,
    json: { errors: ['STUDENTS  NOTHING   Invalid Column'] },
  });
  await control('POST', '/plugins', await pluginZip({ version: '1.2' }));
  t.match((await control('POST', `/plugins/${pluginId}/enable`)).json, { enabled: true, clientId, clientSecret });
  const regenerated = await control('POST', `/plugins/${pluginId}/regenerate`);
  t.not(Object(regenerated.json).clientSecret, clientSecret);
  t.equal((await control('DELETE', `/plugins/${pluginId}`)).status, 204);
  t.equal((await control('POST', `/plugins/${pluginId}/enable`)).status, 404);
  t.match(await control('GET', '/nothing'), { status: 404, json: { errors: Array } });
});

t.test('a server keeps its district and plugins in a file', async (t) => {
  const db = `${t.testdir({})}/district.sqlite`;
  const first = await start(t, { db });
  first.simulator.edit([{ op: 'renameStudent', studentId: 1, lastName: 'Kept' }]);
  await first.simulator.close();
  const second = await startPowerSchoolSimulator({ db, http: true, students: 500 });
  t.teardown(() => second.close());
  t.equal(second.db.prepare('SELECT last_name AS name FROM students WHERE dcid = 1').get()?.name, 'Kept');
  t.match(second.plugins.list(), [{ credentials: { clientId: first.clientId } }]);
  t.match(second.baseUrl, /^http:\/\/127\.0\.0\.1:\d+$/);
});

t.test('a port that is taken is an error', async (t) => {
  const { simulator } = await start(t);
  await t.rejects(startPowerSchoolSimulator({ http: true, students: 10, port: simulator.port }), {
    code: 'EADDRINUSE',
  });
});

t.test('closing ends answers that are still being delayed', async (t) => {
  const delayed = Promise.withResolvers<void>();
  const clock: Clock = {
    now: () => Date.now(),
    sleep: (_ms, signal) => {
      delayed.resolve();
      return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    },
  };
  const simulator = await startPowerSchoolSimulator({ http: true, students: 10, clock });
  simulator.addFault({ kind: 'slow' });
  const pending = t.rejects(request(`${simulator.baseUrl}/ws/v1/time`));
  await delayed.promise;
  await simulator.close();
  await pending;
});
