/** `/ws/v1` over HTTP: lists, counts, filters, limits and refusals. */
import t, { type Test } from 'tap';
import { request } from 'undici';
import { pluginZip } from '../plugin/test-plugin.ts';
import { type SimulatorOptions, startPowerSchoolSimulator } from '../server.ts';

type Json = Record<string, unknown>;

async function open(t: Test, options: SimulatorOptions & { oauth?: string } = {}) {
  const { oauth = '<oauth accessLevelV1Api="READ"/>', ...rest } = options;
  const simulator = await startPowerSchoolSimulator({ students: 60, http: true, ...rest });
  t.teardown(() => simulator.close());
  const { pluginId, clientId, clientSecret } = await simulator.installPlugin(await pluginZip({ oauth }));
  const send = async (path: string, init: { method?: 'GET' | 'POST'; headers?: object; body?: string } = {}) => {
    const answer = await request(`${simulator.baseUrl}${path}`, {
      method: init.method ?? 'GET',
      headers: { ...init.headers },
      ...(init.body === undefined ? {} : { body: init.body }),
    });
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  };
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  const form = { authorization: basic, 'content-type': 'application/x-www-form-urlencoded' };
  const granted = await send('/oauth/access_token', {
    method: 'POST',
    headers: form,
    body: 'grant_type=client_credentials',
  });
  const authorization = `Bearer ${JSON.parse(granted.text).access_token}`;
  const get = async (path: string) => {
    const answer = await send(`/ws/v1${path}`, { headers: { authorization, accept: 'application/json' } });
    return { ...answer, json: JSON.parse(answer.text) as Json };
  };
  const configure = (body: object) =>
    send(`/_sim/plugins/${pluginId}/configuration`, { method: 'POST', body: JSON.stringify(body) });
  const scalar = (sql: string) => Number(Object.values(simulator.db.prepare(sql).get() ?? {})[0]);
  const count = async (path: string) => Number(at((await get(path)).json, 'resource', 'count'));
  return { simulator, send, get, configure, scalar, count, authorization };
}

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((inner, key) => Object(inner)[key], value);
}

function list(value: unknown): Json[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [Object(value)];
}

t.test('requires access since 25.2, which the administrator grants', async (t) => {
  const { get, configure } = await open(t, { oauth: '<oauth/>' });
  const denied = await get('/district/student');
  t.equal(denied.status, 401);
  t.same(denied.json, {
    errorMessage: { message: 'Plugin is missing required accessLevelV1Api READ permission' },
  });
  t.notOk('www-authenticate' in denied.headers, 'the token is not the problem');
  t.equal((await get('/metadata')).status, 200);
  await configure({ v1Access: 'READ' });
  t.equal((await get('/district/student')).status, 200);
  const older = await open(t, { oauth: '<oauth/>', version: '24.3.1.0' });
  t.equal((await older.get('/district/student')).status, 200, 'older servers do not check access');
});

t.test('returns lists, pages and counts', async (t) => {
  const { get, count, scalar, configure, send, authorization } = await open(t);
  const { json } = await get('/district/school');
  const one = at(json, 'schools', 'school');
  t.notOk(Array.isArray(one), 'one school is an object');
  t.match(one, { id: 1, school_number: Number, low_grade: 0, principal: { name: { last_name: String } } });
  t.equal(at(json, 'schools', '@expansions'), 'school_boundary, full_time_equivalencies, school_fees_setup');
  t.equal(await count('/district/school/count'), 1, 'without the school of the graduated');
  t.match((await get('/school/1')).json, { school: { id: 1, addresses: { physical: { postal_code: 90210 } } } });

  const q = 'q=school_enrollment.enroll_status==(A)';
  t.equal(await count(`/school/1/student/count?${q}`), 60);
  const everybody = scalar('SELECT COUNT(*) FROM students');
  t.equal(await count('/district/student/count'), everybody, 'a district list has no default');
  const known = scalar('SELECT COUNT(*) FROM students WHERE enroll_status IN (0, -1)');
  t.equal(await count('/school/1/student/count'), known, "a school's list has one");

  t.equal(
    list(at((await get('/district/student?pagesize=1000')).json, 'students', 'student')).length,
    Math.min(100, everybody),
  );
  await configure({ pageSizes: { student: 25 } });
  t.match((await get('/metadata')).json, { metadata: { student_max_page_size: 25, term_max_page_size: 100 } });
  const ids: unknown[] = [];
  for (let page = 1; page <= 4; page += 1) {
    const students = list(at((await get(`/school/1/student?${q}&page=${page}`)).json, 'students', 'student'));
    t.equal(students.length, [25, 25, 10, 0][page - 1]);
    ids.push(...students.map(({ id }) => id));
  }
  t.equal(new Set(ids).size, 60);
  t.equal((await get(`/school/1/student?page=0`)).status, 400);
  t.same((await get(`/school/1/student?${q}&page=9`)).json.students, {
    '@expansions': at((await get('/student/1')).json, 'student', '@expansions'),
    '@extensions': 'u_studentsuserfields',
  });
  const xml = await send('/ws/v1/term/1', { headers: { authorization } });
  t.match(xml, { headers: { 'content-type': /xml/ }, text: /^<\?xml.*<term extensions=""><id>1<\/id>/ });
});

t.test('returns students with their expansions', async (t) => {
  const { get, simulator } = await open(t);
  simulator.edit([
    { op: 'changeUsername', studentId: 1, username: '12345' },
    { op: 'renameStudent', studentId: 1, firstName: 'true', lastName: '007' },
    {
      op: 'update',
      table: 'students',
      where: { dcid: 1 },
      set: { zip: '05401', home_phone: '5551234', middle_name: null, home_room: '0104' },
    },
    { op: 'update', table: 'u_studentsuserfields', where: { studentsdcid: 1 }, set: { email: '1854' } },
  ]);
  const names = 'demographics,addresses,alerts,phones,school_enrollment,contact_info,fees,lunch,nothing';
  const { json } = await get(`/student/1?expansions=${names}&extensions=u_studentsuserfields,u_none`);
  t.match(json.student, {
    id: 1,
    local_id: Number,
    student_username: 12345,
    name: { first_name: true, last_name: '007' },
    addresses: { physical: { postal_code: '05401' } },
    alerts: '',
    phones: { main: { number: 5551234 } },
    school_enrollment: {
      ...{ enroll_status: 'A', enroll_status_description: 'Active', enroll_status_code: 0, grade_level: Number },
      ...{ school_id: 1, school_number: Number, full_time_equivalency: { fteid: 1, name: 'Full Time' } },
    },
    contact_info: { email: /@contact\.summit\.example$/ },
    fees: '',
    lunch: { balance_1: '0.00', lunch_id: 0 },
    _extension_data: {
      _table_extension: {
        ...{ recordFound: true, name: 'u_studentsuserfields' },
        _field: { name: 'email', type: 'String', value: '1854' },
      },
    },
  });
  t.notOk('middle_name' in Object(at(json, 'student', 'name')));
  t.notOk('contact' in Object(json.student), 'only what was requested');
  const homeRoom = async () =>
    at((await get('/student/1?expansions=schedule_setup')).json, 'student', 'schedule_setup');
  t.match(await homeRoom(), { home_room: '0104' });
  const update = (room: string | null) =>
    simulator.edit([{ op: 'update', table: 'students', where: { dcid: 1 }, set: { home_room: room } }]);
  update('104');
  t.match(await homeRoom(), { home_room: 104 });
  update(null);
  t.notOk('home_room' in Object(await homeRoom()));
  for (const [q, ids] of [
    ['student_username==12345', [1]],
    ['name.last_name==00*;school_enrollment.enroll_status==(A,P)', [1]],
    ['local_id=ge=100007;local_id=lt=100014', [1]],
    ['school_enrollment.enroll_status==(T)', undefined],
    ['school_enrollment.enroll_status_code=gt=-2147483648', undefined],
    ['school_enrollment.entry_date=gt=2999-01-01', []],
  ] as const) {
    const found = await get(`/district/student?pagesize=100&q=${encodeURIComponent(q)}`);
    t.equal(found.status, 200, q);
    const students = list(at(found.json, 'students', 'student'));
    if (ids !== undefined)
      t.same(
        students.map(({ id }) => id),
        ids,
        q,
      );
    else t.ok(students.length > 0, q);
  }
  for (const q of [
    'shoe_size==5',
    'local_id==x',
    'local_id',
    'local_id=gt=(1,2)',
    'student_username==',
    'school_enrollment.enroll_status==(Z)',
  ]) {
    t.match(
      await get(`/district/student?q=${encodeURIComponent(q)}`),
      { status: 400, json: { errorMessage: { message: String } } },
      q,
    );
  }
});

t.test('lists staff once per school, with the person in users_dcid, and only active ones', async (t) => {
  const { get, scalar, count } = await open(t, { students: 1800 });
  const many = scalar('SELECT users_dcid FROM schoolstaff GROUP BY users_dcid HAVING COUNT(*) > 1 LIMIT 1');
  const staffId = scalar(`SELECT MIN(dcid) FROM schoolstaff WHERE users_dcid = ${many}`);
  const { json } = await get(`/staff/${staffId}?expansions=school_affiliations,emails,addresses`);
  t.match(json.staff, { id: staffId, users_dcid: many, addresses: '' });
  const affiliations = list(at(json, 'staff', 'school_affiliations', 'school_affiliation'));
  t.ok(affiliations.length > 1);
  t.match(affiliations[0], { school_id: Number, type: 1, status: 1 });
  t.equal(
    await count('/school/2/staff/count'),
    scalar(
      'SELECT COUNT(*) FROM schoolstaff f JOIN schools s ON s.school_number = f.schoolid WHERE s.dcid = 2 AND f.status = 1',
    ),
  );
  const staffs = list(at((await get('/school/2/staff')).json, 'staffs', 'staff'));
  const ids = staffs.map(({ id }) => Number(id));
  t.same(
    ids,
    ids.toSorted((a, b) => a - b),
  );
});

t.test('returns sections and terms of the current year, and others on request', async (t) => {
  const { get, scalar, count, simulator } = await open(t);
  const year = scalar('SELECT MAX(yearid) FROM terms WHERE firstday <= SUBSTR(SYSDATE(), 1, 10)');
  const now = await get('/school/1/term');
  const terms = list(at(now.json, 'terms', 'term'));
  t.ok(terms.every((term) => term.start_year === year + 1990 && term.local_id !== term.id));
  t.match(terms[0], { portion: 1, start_date: /^\d{4}-08-01$/, abbreviation: String, name: String, school_id: 1 });
  const before = list(at((await get(`/school/1/term?q=start_year==${year + 1989}`)).json, 'terms', 'term'));
  t.ok(before.length > 0 && before.every((term) => term.start_year === year + 1989));
  const all = scalar('SELECT COUNT(*) FROM sections');
  const current = await count('/school/1/section/count');
  const past = await count(`/school/1/section/count?q=term.start_year==${year + 1989}`);
  t.ok(current > 0 && past > 0);
  t.equal(current + past, all);

  simulator.edit([{ op: 'update', table: 'sections', where: { dcid: 1 }, set: { teacher: null } }]);
  const { section } = (await get('/section/1?expansions=term')).json;
  t.match(section, {
    id: 1,
    school_id: 1,
    course_id: Number,
    term_id: Number,
    section_number: 1,
    gradebooktype: 'PTG',
  });
  t.match(section, { term: { id: at(section, 'term_id'), start_year: Number } });
  t.notOk('staff_id' in Object(section));
  t.match((await get(`/course/${at(section, 'course_id')}`)).json, { course: { course_number: String } });
  t.ok(list(at((await get('/school/1/course')).json, 'courses', 'course')).length > 7, "including the district's");

  const dropped = simulator.db.prepare('SELECT dcid, -sectionid AS section FROM cc WHERE sectionid < 0 LIMIT 1').get();
  const dcid = scalar(`SELECT dcid FROM sections WHERE id = ${dropped?.section}`);
  const enrollments = list(
    at((await get(`/section/${dcid}/section_enrollment`)).json, 'section_enrollments', 'section_enrollment'),
  );
  t.equal(await count(`/section/${dcid}/section_enrollment/count`), enrollments.length);
  t.match(
    enrollments.find(({ id }) => id === dropped?.dcid),
    { dropped: true, section_id: dcid, student_id: Number },
  );
  t.ok(enrollments.some((enrollment) => enrollment.dropped === false));
  t.match((await get(`/section_enrollment/${dropped?.dcid}`)).json, { section_enrollment: { exit_date: /^\d{4}-/ } });
});

t.test('answers for what is missing, not implemented, or failing', async (t) => {
  const { get, send, simulator, authorization } = await open(t);
  for (const path of [
    '/school/99',
    '/school/99/student',
    '/section/9999/section_enrollment',
    '/student/99999',
    '/term/0',
  ]) {
    t.match(await get(path), { status: 404, json: { errorMessage: { message: String } } }, path);
  }
  for (const path of [
    '/event_subscription',
    '/student/1/alerts',
    '/school/x',
    '/student/1/count',
    '/district/school/1/2',
  ]) {
    t.equal((await get(path)).status, 501, path);
  }
  t.equal((await send('/ws/v1/student', { method: 'POST', headers: { authorization }, body: '{}' })).status, 501);
  t.match((await get('/district')).json, { district: { name: String } });
  simulator.addFault({ kind: 'partial', path: '/student$' });
  t.equal(list(at((await get('/district/student?pagesize=10')).json, 'students', 'student')).length, 5);
  simulator.addFault({ kind: 'empty', path: '/student$' });
  t.notOk('student' in Object((await get('/district/student')).json.students));
});
