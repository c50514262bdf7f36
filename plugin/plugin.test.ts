import { buffer } from 'node:stream/consumers';
import t from 'tap';
import { fromBufferPromise } from 'yauzl';
import { kinds, optionalFields } from '../shared/roster.ts';
import { explainFields } from './explain.ts';
import { furtherProperties } from './extracts/optional-columns.ts';
import { defaultSources, parseStudentEmail, parseTeacherUsername } from './extracts/sources.ts';
import { columnsInSql } from './extracts/sql-columns.ts';
import { extractOf } from './extracts.ts';
import { accessRequestOf, manifestOf, powerqueryManifest, variants } from './manifest.ts';
import { packPlugin } from './pack.ts';
import { powerQueries, probeName, queryName } from './queries.ts';
import { validatePlugin } from './validate.ts';
import { compareVersions, isPluginVersion, versionAbove } from './version.ts';
import { pluginXml } from './write-xml.ts';

const manifest = () => powerqueryManifest('1.2.3');
const queries = () => powerQueries(defaultSources);

t.test('every variant, with every source, follows every rule', async (t) => {
  const emails = [
    'person',
    'contact',
    'column:STUDENTS.Web_ID',
    'column:U_DISTRICT_2.E_MAIL',
    'column:studentcorefields.x',
  ];
  const usernames = ['login', 'email', 'number', 'column:USERS.SIF_StatePrid', 'column:UsersCoreFields.Sign_In'];
  for (const variant of variants) {
    for (const email of emails) {
      for (const username of usernames) {
        const sources = { studentEmail: parseStudentEmail(email), teacherUsername: parseTeacherUsername(username) };
        t.same(
          validatePlugin(manifestOf({ variant, version: '1.2.3', sources })),
          [],
          `${variant} ${email} ${username}`,
        );
      }
    }
  }
});

t.test('a source changes where a value is read, not its name in the answer', async (t) => {
  const sources = {
    studentEmail: parseStudentEmail('column:u_studentsuserfields.EMAIL'),
    teacherUsername: parseTeacherUsername('column:USERS.SIF_StatePrid'),
  };
  const chosen = powerQueries(sources);
  t.same(
    chosen.map(({ name, columns }) => [name, columns.map(({ alias }) => alias)]),
    queries().map(({ name, columns }) => [name, columns.map(({ alias }) => alias)]),
  );
  const requested = accessRequestOf(chosen);
  t.ok(requested.includes('U_STUDENTSUSERFIELDS.EMAIL'));
  t.ok(requested.includes('U_STUDENTSUSERFIELDS.StudentsDCID'), 'the column that leads to the student');
  t.ok(requested.includes('USERS.SIF_StatePrid'));
  t.notOk(
    requested.some((field) => /EMAILADDRESS|LoginID|Person_ID/i.test(field)),
    'does not ask for what is no longer needed',
  );
  const twice = powerQueries({ ...defaultSources, studentEmail: parseStudentEmail('column:students.student_number') });
  t.same(
    accessRequestOf(twice).filter((field) => /student_number/i.test(field)),
    ['STUDENTS.Student_Number'],
  );
});

t.test('asks for an additional property only where it is named', async (t) => {
  t.ok(furtherProperties.includes('homeRoom'));
  const more = { ...defaultSources, also: ['homeRoom'] };
  t.same(accessRequestOf(powerQueries(more)), [...accessRequestOf(queries()), 'STUDENTS.Home_Room'].sort());
  t.same(validatePlugin(manifestOf({ variant: 'powerquery', version: '1.2.3', sources: more })), []);
  const [name] = queries().flatMap((query) => (query.name === queryName('student') ? [query.name] : []));
  const changed = powerQueries(more).filter(({ sql }, index) => sql !== queries()[index]?.sql);
  t.same(
    changed.map((query) => query.name),
    [name, probeName],
    'the students, and what shows whether they have changed',
  );
  const uses = explainFields(more).find(({ field }) => field === 'Home_Room');
  t.match(uses, { personal: 'student', uses: [{ sentence: 'home room of each student', sent: 'asked' }] });
});

t.test('accepts as a source only columns that join to one person and are not secret', async (t) => {
  const bad: [string, RegExp][] = [
    ['', /one of person, contact, or column/],
    ['Person', /one of/],
    ['column:EMAIL', /one of/],
    ['column:A.B.C', /one of/],
    ["column:STUDENTS.X' OR 1", /one of/],
    [`column:U_X.${'F'.repeat(31)}`, /up to 30/],
    ['column:1TABLE.X', /one of/],
    ['column:STUDENTS.SSN', /secret/],
    ['column:students.student_web_password', /secret/],
    ['column:USERS.Email_Addr', /USERS has no STUDENTSDCID/],
    ['column:EmailAddress.EmailAddress', /has no STUDENTSDCID/],
  ];
  for (const [text, reason] of bad) {
    t.throws(() => parseStudentEmail(text), { code: 'PLUGIN_OPTION_INVALID', message: reason }, text);
  }
  t.throws(() => parseTeacherUsername('column:STUDENTS.Web_ID'), { message: /STUDENTS has no USERSDCID/ });
  t.throws(() => parseTeacherUsername('column:USERS.TeacherLoginPW'), { message: /secret/ });
  t.throws(() => parseTeacherUsername('person'), { message: /one of login, email, number/ });
});

t.test('only the REST variants ask for /ws/v1, and they ask for nothing else', async (t) => {
  const xml = (variant: (typeof variants)[number]) =>
    pluginXml(manifestOf({ variant, version: '1', sources: defaultSources }));
  t.match(xml('rest'), '<oauth accessLevelV1Api="READ"/>');
  t.match(xml('rest-legacy'), '<oauth/>');
  t.match(xml('powerquery'), '<oauth/>');
  t.notMatch(xml('rest') + xml('rest-legacy'), 'access_request');
});

t.test('compares versions as numbers, and always finds a higher one', async (t) => {
  t.ok(isPluginVersion('0.10') && !isPluginVersion('1.') && !isPluginVersion('1.0-rc') && !isPluginVersion(''));
  const ascending = ['0.9', '0.10', '1', '1.0.0.1', '1.2', '99999999999999999998', '99999999999999999999'];
  for (const [index, version] of ascending.entries()) {
    t.equal(compareVersions(version, version), 0);
    const next = ascending[index + 1];
    if (next !== undefined) t.ok(compareVersions(version, next) < 0 && compareVersions(next, version) > 0, version);
  }
  t.equal(compareVersions('1.0', '1'), 0);
  t.equal(versionAbove('0.1.0', '0.2.0'), '0.2.0');
  t.equal(versionAbove('0.2.0', '0.2.0'), '0.2.0.1');
  t.equal(versionAbove('0.2.0.9', '0.2.0'), '0.2.0.10');
  t.equal(versionAbove('3', '0.2.0'), '3.0.0.1');
});

t.test('the access request is exactly what the SQL touches', async (t) => {
  const sql =
    'SELECT a.X AS x FROM STUDENTS a JOIN SCHOOLS s2 ON s2.School_Number = a.SchoolID WHERE a.Y > :after ORDER BY a.X';
  t.same(columnsInSql(sql).sort(), ['SCHOOLS.School_Number', 'STUDENTS.SchoolID', 'STUDENTS.X', 'STUDENTS.Y']);
  const touched = queries().flatMap((query) => columnsInSql(query.sql));
  t.same(manifest().accessRequest, accessRequestOf(queries()));
  for (const name of manifest().accessRequest) {
    const declared = queries().some((query) => query.columns.some((column) => column.field === name));
    t.ok(touched.includes(name) || declared, `${name} is used`);
  }
});

t.test('asks for no sensitive column', async (t) => {
  t.notMatch(pluginXml(manifest()), /SSN|DOB|Password|Guardian|Lunch|Ethnicity|Gender|FullAccess/i);
});

t.test('every property of the roster has its column, under the same name', async (t) => {
  for (const kind of kinds) {
    const names = extractOf(kind).columns.map((column) => column.name);
    for (const property of optionalFields[kind]) t.ok(names.includes(property), `${kind}.${property}`);
    t.ok(names.includes('id'), `${kind}.id`);
  }
});

t.test('finds each mistake that PowerSchool refuses or ignores', async (t) => {
  const query = queries()[0];
  if (query === undefined) throw new Error('no query');
  const broken = (change: Partial<typeof query>) => {
    const base = manifest();
    return validatePlugin({ ...base, queries: [{ ...query, ...change }, ...base.queries.slice(1)] }).map(
      (finding) => finding.reason,
    );
  };
  t.match(broken({ columns: query.columns.slice(1) })[0], /not those of the SELECT list/);
  t.match(broken({ columns: [...query.columns].reverse() })[0], /not those of the SELECT list/);
  t.match(broken({ args: [] })[0], /:after is not declared/);
  t.match(broken({ args: [...query.args, { name: 'more', field: 'CC.ID', description: '' }] })[0], /more is not used/);
  t.match(broken({ name: 'schools' })[0], /five parts/);
  t.match(broken({ sql: query.sql.replace(/ORDER BY.*/, '') })[0], /ORDER BY/);
  t.match(
    broken({ sql: query.sql.replace('s.School_Number <>', 's.Fee_Exemption_Status <>') })[0],
    /not in the access request/,
  );

  const base = manifest();
  const reasons = (change: Partial<typeof base>) =>
    validatePlugin({ ...base, ...change }).map((finding) => finding.reason);
  t.match(reasons({ version: '1.2-beta' })[0], /digits and dots/);
  t.match(reasons({ name: 'x'.repeat(41) })[0], /1 to 40/);
  t.match(reasons({ publisher: { name: 'x', email: `${'x'.repeat(40)}@x.org` } })[0], /1 to 40/);
  t.match(reasons({ accessRequest: [...base.accessRequest, 'U_STUDENTS.Email'] })[0], /extension table/);
  t.same(reasons({ accessRequest: [...base.accessRequest, 'U_STUDENTS.Email'], extensionTables: ['U_STUDENTS'] }), []);
  t.match(reasons({ queries: [] })[0], /no query reads/);
  t.match(reasons({ v1Access: 'READ' })[0], /need no access/);
});

t.test('never packs an invalid plugin', async (t) => {
  await t.rejects(packPlugin({ ...manifest(), version: 'one' }), {
    code: 'PLUGIN_INVALID',
    message: /plugin\.xml.*digits and dots/,
  });
});

t.test('the ZIP has plugin.xml at its root and the same bytes every time', async (t) => {
  const zip = await packPlugin(manifest());
  t.ok(zip.equals(await packPlugin(manifest())));
  const archive = await fromBufferPromise(zip, { lazyEntries: true });
  const names: string[] = [];
  for await (const entry of archive.eachEntry()) {
    names.push(entry.fileName);
    const text = (await buffer(await archive.openReadStreamPromise(entry))).toString('utf8');
    if (entry.fileName === 'plugin.xml') t.match(text, /<oauth\/>/);
    else t.ok(text.includes(queryName('studentEnrollment')));
  }
  t.same(names, ['plugin.xml', 'queries_root/hallpass.named_queries.xml']);
});
