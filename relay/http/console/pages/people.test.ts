/** Pages about people, classes, teams and first passwords: what they show after a run, and who sees whom. */
import t from 'tap';
import { asSectionId } from '../../../model/keys.ts';
import { problem } from '../../../model/problem.ts';
import { readObject } from '../../../store/applied/objects.ts';
import { replaceProblems } from '../../../store/runs/problems.ts';
import { writeActivations } from '../../../store/teams/team-activation.ts';
import { linkIn } from '../../../testing/browser.ts';
import { consoleSetting } from '../../../testing/console.ts';
import { openDistrict, smallRoster } from '../../../testing/district.ts';
import { addTenant } from '../../../testing/relay-double.ts';

const home = t.testdir();
const mode = { students: 'create', teachers: 'create' } as const;
const district = await openDistrict({ dir: home, home, mode, students: 30, accounts: false });
t.teardown(() => district.close());
const roster = smallRoster(30);
await district.commit(roster);
await district.run();
const { tenantId } = district;
const { relay, as, clock } = await consoleSetting(t, { home, now: district.clock.now() });
await addTenant(relay, 'fabrikam');
const base = '/console/districts/contoso';
const admin = await as('admin', { tenantId });

t.test('every page of a district has a search, by whatever people know', async (t) => {
  t.match(
    (await admin.get(base)).body,
    /<search><form class="search"[^>]*action="\/console\/districts\/contoso\/people"/,
  );
  const ways = ['šimić 7', 'simic 7', '4007', 'student7', 'students:17', '17'];
  for (const q of ways) {
    const { body } = await admin.get(`${base}/people?q=${encodeURIComponent(q)}`);
    t.match(body, /<a href="\/console\/districts\/contoso\/people\/students\/17">Ana Šimić 7<\/a>/, q);
  }
  const account = (
    await relay.store.readTenant(tenantId, ({ db }) =>
      db.selectFrom('link').select('object_id').where('person_id', '=', '17').executeTakeFirstOrThrow(),
    )
  ).object_id;
  t.match((await admin.get(`${base}/people?q=${account}`)).body, /people\/students\/17"/, 'by object id');
  const teachers = await admin.get(`${base}/people?q=kim`);
  t.match(teachers.body, /Teachers.*Kim O&#39;Neil 0/s);
  const classes = await admin.get(`${base}/people?q=course+3`);
  t.match(classes.body, /classes\/53">Course 3 - 1</);
  t.notMatch(classes.body, /classes\/52"/);
  t.match((await admin.get(`${base}/people?q=school+2`)).body, /people\?school&#61;2">School 2</);
  t.match((await admin.get(`${base}/people?q=nobody+here`)).body, /<h1>Nobody and nothing here is "?&?/);
});

t.test('results come a page at a time, each person once', async (t) => {
  const first = await admin.get(`${base}/people?q=ana`);
  const all = await admin.get(linkIn(first, `${base}/people?q=ana&kind=student`));
  const names = [...all.body.matchAll(/people\/students\/(\d+)"/g)].map(([, id]) => id);
  t.equal(new Set(names).size, 30);
  const browse = await admin.get(`${base}/people?school=2`);
  t.match(browse.body, /<h1>Everybody and every class at School 2 \(2\)\.<\/h1>/);
  t.notMatch(browse.body, /people\/students\/10"/);
});

t.test('a person: values, account, classes, and the way to each of them', async (t) => {
  const page = await admin.get(`${base}/people/students/17`);
  t.match(page.body, /<h1>Ana Šimić 7: everything is in order\.<\/h1>/);
  t.match(page.body, /<ol class="path">.*PowerSchool.*<time datetime=.*Profile.*Account.*<time datetime=.*License/s);
  t.match(page.body, /Student number<\/dt><dd>4007/);
  t.match(page.body, /<dt>School<\/dt><dd><a href="[^"]*">School 2<\/a>/);
  const why = await admin.get(linkIn(page, `${base}/people/students/17?class=`));
  t.match(why.body, /<h1>Ana Šimić 7, in Course \d - 1: everything is in order\.<\/h1>/);
  t.match(why.body, /Section.*Enrollment.*Class.*<time datetime=.*Membership.*<time datetime=/s);
  t.match(await admin.get(`${base}/people/students/999`), { status: 404, body: /PERSON_NOT_FOUND/ });
  t.match(await admin.get(`${base}/people/pupils/17`), { status: 404, body: /PERSON_NOT_FOUND/ });
});

t.test('a class: section, group, who is in it, and links to them', async (t) => {
  const page = await admin.get(`${base}/classes/51`);
  t.match(page.body, /<h1>Course 1 - 1: everything is in order\.<\/h1>/);
  t.match(page.body, /The class is the group [\w-]+\./);
  t.match(page.body, /Teachers<\/dt><dd>1<\/dd>\s*<dt>Students<\/dt><dd>15/);
  const teacher = await admin.get(linkIn(page, `${base}/people/teachers/`));
  t.match(teacher.body, /Kim O&#39;Neil 1: everything is in order/);
  t.match(teacher.body, /classes\/51">Course 1 - 1<.*owner/s);
  t.match(await admin.get(`${base}/classes/999`), { status: 404, body: /CLASS_NOT_FOUND/ });
});

t.test('a school viewer sees people, classes and teams of the schools in the grant alone', async (t) => {
  const viewer = await as('schoolViewer', { tenantId, schools: ['1'] });
  const all = await viewer.get(`${base}/people`);
  t.match(all.body, /people\/students\/10"/);
  t.notMatch(all.body, /School 2|students\/11"|classes\/51"/);
  t.equal((await viewer.get(`${base}/people/students/10`)).status, 200);
  for (const path of ['people/students/17', 'classes/51', 'people/students/999']) {
    t.match(await viewer.get(`${base}/${path}`), { status: 404, body: /NOT_FOUND/ }, path);
  }
  for (const q of ['simic 7', '4007', 'students:17', 'course 3', 'school 2', "kim o'neil 1"]) {
    const { body } = await viewer.get(`${base}/people?q=${encodeURIComponent(q)}`);
    t.match(body, /<h1>Nobody and nothing/, q);
  }
  t.match((await viewer.get(`${base}/people?school=2`)).body, /There is nobody yet/);
  t.equal((await viewer.get(`${base}/passwords`)).status, 403);
  const first = await viewer.get('/console/');
  t.equal(first.location, `${relay.url}${base}/home`, 'they begin with their schools');
  const begin = await viewer.get(first.location);
  t.match(begin.body, /<h1>School 1, 15 students: nobody has a problem\.<\/h1>/);
  t.match(begin.body, /people\?kind&#61;student&#38;school&#61;1" aria-label="15 students, School 1"/);
  t.notMatch(begin.body, /School 2|correct/);
});

t.test('a registrar sees whom the problems are about that PowerSchool causes', async (t) => {
  const problems = [
    problem('students:17', 'MissingSourceValue', { source: 'studentNumber' }),
    problem('students:19', 'UnmatchedEntry', { target: 'mail', value: '"x"', source: 'secondaryEmail' }),
  ];
  const now = new Date(clock.now()).toISOString();
  await relay.store.withTenant(tenantId, (scope) => replaceProblems(scope, 'other', problems, now));
  const registrar = await as('registrar', { tenantId });
  t.match((await registrar.get(`${base}/people?q=simic`)).body, /people\/students\/17"/);
  t.notMatch((await registrar.get(`${base}/people?q=simic`)).body, /people\/students\/1[0-689]"/);
  t.equal((await registrar.get(`${base}/people/students/17`)).status, 200);
  t.equal((await registrar.get(`${base}/people/students/19`)).status, 404);
  t.equal((await registrar.get(`${base}/teams`)).status, 403);
  const begin = await registrar.follow(await registrar.get('/console/'));
  t.match(begin.body, /<h1>1 record in PowerSchool needs a correction, for 1 reason\.<\/h1>/);
  t.match(begin.body, /1 student has no student number in PowerSchool.*Fill in student number in PowerSchool/s);
  t.match(begin.body, /people\/students\/17">Ana Šimić 7<\/a>/);
  t.notMatch(begin.body, /students\/19|UnmatchedEntry|Your school/);
  const { body } = await registrar.get(linkIn(begin, `${base}/problems.csv?cause=`));
  t.match(body.trim().split('\r\n'), [/"subject"/, /students:17/]);
  await relay.store.withTenant(tenantId, (scope) => replaceProblems(scope, 'other', [], now));
});

t.test('teams that wait for a teacher are listed for teachers, by school', async (t) => {
  t.match((await admin.get(`${base}/teams`)).body, /<h1>No team waits for a teacher\.<\/h1>/);
  await relay.store.withTenant(tenantId, async (scope) => {
    const waiting = [];
    for (const sectionId of ['50', '51'].map(asSectionId)) {
      const objectId = (await readObject(scope, 'class', sectionId))?.objectId ?? '';
      waiting.push({
        sectionId,
        objectId,
        state: 'waiting' as const,
        since: '2026-09-01T00:00:00.000Z',
        checkedAt: undefined,
      });
    }
    await writeActivations(scope, waiting);
  });
  const page = await admin.get(`${base}/teams`);
  t.match(page.body, /<h1>2 teams wait for a teacher\.<\/h1>/);
  t.match(page.body, /School 1<\/h2>.*Course 0 - 1.*Kim O&#39;Neil 0.*School 2<\/h2>.*Course 1 - 1/s);
  const { body } = await admin.get(`${base}/teams.csv?school=2`);
  t.match(body.trim().split('\r\n'), [/"section"/, /"51","[^"]*","School 2","waiting"/]);
  const viewer = await as('schoolViewer', { tenantId, schools: ['2'] });
  const own = await viewer.get(`${base}/teams`);
  t.match(own.body, /<h1>1 team waits for a teacher\.<\/h1>/);
  t.notMatch(own.body, /School 1|Course 0/);
});

t.test('first passwords are handed out once, to somebody who signed in freshly, and audited', async (t) => {
  const page = await admin.get(`${base}/passwords`);
  t.match(page.body, /<h1>34 first passwords wait to be handed out\.<\/h1>/);
  const shown = await admin.submit(page, '/passwords/show');
  t.equal(shown.status, 200);
  t.match(shown.body, /<h1>34 first passwords, shown this once\.<\/h1>/);
  const [, password = ''] = /data-label="Password"><code>([^<]+)</.exec(shown.body) ?? [];
  t.ok(password.length >= 8);
  const again = await admin.submit(page, '/passwords/show');
  t.equal(again.body, shown.body, 'a form that was sent twice gets the same answer');
  const other = await as('operator');
  const from = /name="from" value="([^"]*)"/.exec(page.body)?.[1] ?? '';
  const token = /name="token" value="([^"]*)"/.exec((await other.get('/console/me')).body)?.[1] ?? '';
  const late = await other.post(`${base}/passwords/show`, { token, from });
  t.match(late.body, /These have been handed out already/, 'nor does anybody else get them');
  t.match((await admin.get(`${base}/passwords`)).body, /<h1>No first password waits\.<\/h1>/);
  const audited = await relay.store.readTenant(tenantId, ({ db }) =>
    db.selectFrom('audit').select(['action', 'detail']).where('action', '=', 'passwords.export').execute(),
  );
  t.strictSame(
    audited.map(({ detail }) => JSON.parse(detail).count),
    [34],
  );
  t.notMatch(JSON.stringify(relay.events()), password);
});

t.test('without a fresh sign-in nothing is handed out', async (t) => {
  const tired = await as('admin', { tenantId });
  const page = await tired.get('/console/me');
  const token = /name="token" value="([^"]*)"/.exec(page.body)?.[1] ?? '';
  clock.pass(11 * 60_000);
  const refused = await tired.post(`${base}/passwords/download`, { token, from: 'x' });
  t.match(refused, { status: 403, body: /SIGN_IN_NOT_FRESH.*|.*Sign in once more/s });
});

t.test('one person is provisioned now: what it will do, a button, and the steps', async (t) => {
  const changed = roster.map((one) => (one.id === '18' && one.kind === 'student' ? { ...one, grade: '12' } : one));
  await district.commit(changed);
  const page = `${base}/people/students/18/provision`;
  t.match(
    (await admin.get(`${base}/people/students/18`)).body,
    /<a class="button" href="[^"]*\/students\/18\/provision">/,
  );
  const asked = await admin.get(page);
  t.match(asked.body, /<h1>Provision Ana Šimić 8 now: 1 operation\?<\/h1>.*This will happen in Microsoft 365.*grade/s);
  const viewer = await as('viewer', { tenantId });
  t.notMatch((await viewer.get(`${base}/people/students/18`)).body, /provision/);
  t.equal((await viewer.get(page)).status, 403);
  const sent = await admin.submit(asked, '/provision/start', { note: 'Ticket 4711' });
  const address = sent.location?.replace(relay.url, '') ?? '';
  t.match(address, /\/console\/districts\/contoso\/provisionings\/[0-9a-f-]{36}$/);
  t.match((await admin.get(address)).body, /<h1>students:18: waits to begin\.<\/h1>/);
  t.equal((await viewer.get(address)).status, 403);
  await district.run({ isForPeople: true });
  const { body } = await admin.get(address);
  t.match(
    body,
    /<h1>students:18: everything is done\.<\/h1>.*PowerSchool.*Success.*<dd>12<\/dd>.*Guard.*Ana Šimić 8.*Success/s,
  );
  t.match((await admin.get(page)).body, /<h1>Ana Šimić 8: nothing is to be done now\.<\/h1>/);
  t.match((await admin.get(`${base}/runs`)).body, /test, for students:18/);
  const audit = await admin.get(`${base}/audit`);
  t.match(audit.body, /person\.provision.*Ticket 4711/s);
});
