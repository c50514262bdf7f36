/** Rows that an agent leaves out are problems at the relay until they are fixed; older agents do not report them. */
import t from 'tap';
import { type AgentMessage, listsLeftOut } from '../../../shared/link.ts';
import { problemsNow } from '../../app/queries/problems.ts';
import { tenantStatus } from '../../app/queries/status.ts';
import { setProfile } from '../../store/profiles/profiles.ts';
import { beginRun, finishRun } from '../../store/runs/journal.ts';
import { readStandings } from '../../store/runs/standings.ts';
import { findTenant } from '../../store/tenants/system.ts';
import { addAgent, connected, setUp, testProfile } from '../../testing/relay-double.ts';

/** What a later version of the agent may send. */
const unknown = (message: object) => message as AgentMessage;

const row = { kind: 'section', schoolId: '12', id: '980', field: 'sectionNumber', fault: 'missing' } as const;
const hello = { capabilities: [listsLeftOut] };

t.test(
  'each row is a problem for the PowerSchool administrator, and ends when the agent no longer reports it',
  async (t) => {
    const { relay, tenant, agent } = await setUp(t);
    await relay.store.withTenant(tenant.id, (scope) => setProfile(scope, testProfile, new Date()));
    const problems = async () => (await relay.store.withTenant(tenant.id, (scope) => problemsNow(scope, {}))).problems;
    const double = await connected(relay, agent);
    await double.hello(hello);
    const report = async (leftOut: object) => {
      double.send(unknown({ type: 'status', state: 'idle', leftOut }));
      // The answer to a later request.
      double.send({ type: 'manifest.get', bucket: { kind: 'term', schoolId: '1' } });
      await double.next('manifest');
    };
    await report({ count: 1, rows: [row] });
    const [first] = await problems();
    t.match(first, {
      profile: testProfile.name,
      subject: 'class:980',
      code: 'RowLeftOut',
      role: 'sis',
      message:
        'SECTIONS 980 of school 12 in PowerSchool is left out: sectionNumber (SECTIONS.Section_Number) is empty.',
      action: /School Management > Sections/,
    });
    const student = { kind: 'student', schoolId: '12', id: '7', field: 'surname', fault: 'invented later' };
    await report({ count: 700, rows: [row, student, { ...student, id: '' }] });
    const now = await problems();
    t.same(
      now.map(({ subject, code }) => `${subject} ${code}`),
      ['class:980 RowLeftOut', 'district MoreRowsLeftOut', 'student:of school 12 RowLeftOut', 'students:7 RowLeftOut'],
    );
    t.match(now[1], { message: /697 more left-out rows/ });
    t.match(now[3], { message: /surname \(STUDENTS.Last_Name\) has a value that cannot be used/ });
    t.equal(now[0]?.firstAt, first?.firstAt, 'a problem that persists keeps its first time');

    const found = await relay.store.system((system) => findTenant(system, tenant.id));
    const status = await relay.store.withTenant(tenant.id, (scope) => tenantStatus(scope, found, Date.now()));
    t.same(status.provisioning.problems, { MoreRowsLeftOut: 1, RowLeftOut: 3 });

    double.send({ type: 'status', state: 'idle' });
    await report({ count: 1, rows: [student] });
    t.match(await problems(), [{ subject: 'students:7' }]);
    await report({ count: 0, rows: [] });
    t.same(await problems(), []);
  },
);

t.test('anything but ids is refused and never stored', async (t) => {
  const { relay, tenant, agent } = await setUp(t);
  const double = await connected(relay, agent);
  await double.hello(hello);
  for (const bad of [
    { id: 'Ana Šimić' },
    { schoolId: '' },
    { field: 'a b' },
    { kind: 'pet' },
    { id: 'x'.repeat(41) },
  ]) {
    double.send(unknown({ type: 'status', state: 'idle', leftOut: { count: 1, rows: [{ ...row, ...bad }] } }));
    t.match(await double.next('error'), { code: 'FRAME_MALFORMED' });
  }
  const { problems } = await relay.store.withTenant(tenant.id, (scope) => problemsNow(scope, {}));
  t.same(problems, []);
});

t.test('an agent that reports nothing ends what another one reported before', async (t) => {
  const { relay, tenant, agent } = await setUp(t);
  const problems = async () => (await relay.store.withTenant(tenant.id, (scope) => problemsNow(scope, {}))).problems;
  const school = { ...row, kind: 'school', schoolId: 'district', field: 'name' } as const;
  const newer = await connected(relay, agent);
  await newer.hello(hello);
  // Without a profile the schools are wanted, and nothing in them.
  newer.send({ type: 'status', state: 'idle', leftOut: { count: 2, rows: [school, row] } });
  newer.send({ type: 'manifest.get', bucket: { kind: 'term', schoolId: '1' } });
  await newer.next('manifest');
  t.match(await problems(), [{ profile: '', code: 'RowLeftOut' }], 'without a profile if none covers the school');
  await (await connected(relay, await addAgent(relay, tenant.id))).hello(hello);
  t.equal((await problems()).length, 1, 'another agent reports its rows in its first status');
  await (await connected(relay, agent)).hello({ capabilities: [] });
  t.same(await problems(), []);
});

t.test('a profile whose schools have left-out rows is not a success', async (t) => {
  const { relay, tenant, agent } = await setUp(t);
  const at = new Date().toISOString();
  const standing = () =>
    relay.store.withTenant(tenant.id, async (scope) => (await readStandings(scope)).get(testProfile.name)?.standing);
  await relay.store.withTenant(tenant.id, async (scope) => {
    await setProfile(scope, { ...testProfile, state: 'enabled' }, new Date());
    await scope.db.updateTable('tenant').set({ committed_at: at }).where('id', '=', tenant.id).execute();
    const run = await beginRun(scope, testProfile.name, {}, at);
    await finishRun(scope, run, { state: 'success', done: 0, failed: 0, held: 0, problems: 0 }, at);
  });
  t.equal(await standing(), 'success');
  const double = await connected(relay, agent);
  await double.hello(hello);
  double.send({ type: 'status', state: 'idle', leftOut: { count: 1, rows: [row] } });
  double.send({ type: 'manifest.get', bucket: { kind: 'term', schoolId: '1' } });
  await double.next('manifest');
  t.equal(await standing(), 'success with errors');
});
