/** What explanations say of what waits: the whole chain, to where it begins, and what somebody can do. */
import t, { type Test } from 'tap';
import { faultOrder } from '../../scripts/simulators/microsoft/fault-order.ts';
import { asSectionId } from '../model/keys.ts';
import { parseProfile } from '../profile/profile.ts';
import { setProfile } from '../store/profiles/profiles.ts';
import { beginRun } from '../store/runs/journal.ts';
import { noteProgress, replaceWaiting } from '../store/runs/waiting.ts';
import { type District, openDistrict, smallRoster } from '../testing/district.ts';
import { answerOf, explain } from './explain.ts';
import { readFacts } from './facts.ts';
import type { Step } from './step.ts';

async function open(t: Test): Promise<District> {
  const mode = { students: 'create', teachers: 'create' } as const;
  const district = await openDistrict({ dir: t.testdir(), mode, students: 6, accounts: false });
  t.teardown(() => district.close());
  district.profile = parseProfile({ ...district.profile, classes: { createTeam: true } }, 'test');
  await district.store.withTenant(district.tenantId, (scope) => setProfile(scope, district.profile, new Date()));
  await district.commit(smallRoster(6));
  return district;
}

async function ask({ store, tenantId, clock }: District, personId = '90', section = '50') {
  const role = personId.startsWith('9') ? 'teachers' : 'students';
  const question = { role, personId, sectionId: asSectionId(section) } as const;
  const steps = explain(await store.withTenant(tenantId, (scope) => readFacts(scope, question, clock.now())));
  return { steps, answer: answerOf(steps), at: (stage: Step['stage']) => steps.find((step) => step.stage === stage) };
}

t.test('a team waits for an owner, who waits for an account, which was refused', async (t) => {
  const district = await open(t);
  const answer = { status: 400, code: 'Request_BadRequest', message: 'no' };
  const match = { method: 'POST', path: '^/education/users$' };
  district.microsoft.faults.add(faultOrder.parse({ match, kind: 'answer', answer }));
  await district.run();
  const { at, answer: first } = await ask(district);
  t.match(first, { stage: 'Account', status: 'stopped', fact: /^GRAPH_REJECTED/ });
  t.match(at('Membership'), {
    status: 'waiting',
    fact: /^They are not a member of the class yet\. It waits for the account of Kim O'Neil 0 \(teachers:90\), which has a problem: GRAPH_REJECTED: .*no/,
    next: first?.next ?? '',
  });
  t.match(at('Team'), {
    status: 'waiting',
    fact: /It waits for an owner of the class Course 0 \(section 50\), which waits for the account of Kim O'Neil 0 \(teachers:90\), which has a problem: GRAPH_REJECTED/,
  });
  t.match((await ask(district, '10')).at('Membership'), { status: 'ok' }, 'students do not wait for them');
  await district.run();
  t.notMatch((await ask(district)).steps, [{ status: 'stopped' }]);
});

t.test('a team is asked for again at a time', async (t) => {
  const district = await open(t);
  district.microsoft.directory.teams.lag = 1000 * 60_000;
  await district.run();
  t.match((await ask(district)).at('Team'), {
    status: 'waiting',
    fact: /Microsoft Teams does not know the class yet/,
    next: /^Wait: Hallpass looks again at 20\d\d-/,
  });
});

t.test('a run under way: how much goes first, and what is looked up', async (t) => {
  const district = await open(t);
  const at = new Date(district.clock.now()).toISOString();
  const until = new Date(district.clock.now() + 30_000).toISOString();
  const waiting = { needs: 7000, lane: 10, moment: 0, turn: 4970, answer: 20, plan: 0, time: 1 };
  await district.store.withTenant(district.tenantId, async (scope) => {
    const runId = await beginRun(scope, 'test', {}, at);
    await noteProgress(scope, { at, waiting, perMinute: 1200 });
    await replaceWaiting(scope, { runId, profile: 'test' }, [
      {
        ...{ number: 1, kind: 'createClass', key: 'class:50', people: [], brings: 'class:50' },
        reason: { for: 'look', doubt: 'lost', until },
      },
      {
        ...{ number: 2, kind: 'addMembers', key: 'class:50', people: ['students:10'], brings: 'members:50' },
        reason: { for: 'need', thing: 'class:50' },
      },
    ]);
  });
  const student = await ask(district, '10');
  t.match(student.at('Account'), {
    status: 'waiting',
    next: `A run is in progress: 12000 operations were still to be done at ${at}, about 10 minutes at the current rate. 1 more is set aside for a time.`,
  });
  t.match(student.at('Class'), { fact: `It is looked up again at ${until}, because the answer was lost.` });
  t.match(student.at('Membership'), {
    fact: `It waits for the class Course 0 (section 50), which is looked up again at ${until}, because the answer was lost.`,
  });
});
