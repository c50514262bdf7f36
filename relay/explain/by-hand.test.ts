/** What explanations say about manual changes in Microsoft 365. */

import t from 'tap';
import { asSectionId } from '../model/keys.ts';
import { type District, smallRoster } from '../testing/district.ts';
import { classOf, inStep, later, minutes, schoolOf, setPolicy, userOf } from '../testing/in-step.ts';
import { answerOf, explain } from './explain.ts';
import { readFacts } from './facts.ts';

async function ask({ store, tenantId, clock }: District, personId = '10', section: string | null = '50') {
  const sectionId = section === null ? undefined : asSectionId(section);
  const question = { role: 'students', personId, sectionId } as const;
  const steps = explain(await store.withTenant(tenantId, (scope) => readFacts(scope, question, clock.now())));
  return { steps, answer: answerOf(steps) };
}

t.test('a member who was removed: noticed, repaired, removed again, and left alone', async (t) => {
  const district = await inStep(t);
  const { directory } = district.microsoft;
  const [group, student] = [classOf(district, '50'), userOf(district, 'student0')];
  t.equal((await ask(district)).answer, undefined);
  for (const round of [1, 2]) {
    directory.removeLink(group, 'members', student);
    await later(district);
    const { answer, steps } = await ask(district);
    t.equal(answer, undefined, 'they are a member again');
    const times = round === 1 ? 'once' : '2 times';
    t.match(steps.at(-1), { stage: 'Membership', status: 'ok' });
    t.ok(
      steps.some(({ stage, fact }) => stage === 'Membership' && fact.includes(`Hallpass repaired it ${times} since`)),
    );
    await later(district);
  }
  directory.removeLink(group, 'members', student);
  await later(district);
  const { answer, steps } = await ask(district);
  t.match(answer, {
    stage: 'Membership',
    status: 'stopped',
    fact: /^Somebody removed the member students:10 from the class in Microsoft 365; Hallpass repaired it 2 times, and somebody undid that each/,
    next: /Find out who/,
  });
  t.equal(steps.filter(({ stage }) => stage === 'Membership').length, 1, 'and no step says that they are a member');
  t.equal((await ask(district, '10', '52')).answer, undefined, 'other classes are not affected');
});

t.test('a difference that may come from a late reading is not certain yet', async (t) => {
  const district = await inStep(t);
  const group = classOf(district, '50');
  const more = { kind: 'studentEnrollment', id: '999', schoolId: '1', sectionId: '50', studentId: '11' } as const;
  await district.commit([...smallRoster(12), more]);
  t.match(await later(district, 9 * minutes), { done: 1 }, 'Hallpass writes to the class');
  district.microsoft.directory.removeLink(group, 'members', userOf(district, 'student0'));
  t.match(await later(district, 2 * minutes), { done: 0, problems: 0 });
  t.match((await ask(district)).answer, { status: 'waiting', fact: /it seems/, next: /next comparison/ });
  t.match(await later(district), { done: 1 });
  t.equal((await ask(district)).answer, undefined);
});

t.test('says what the policy does: report, ignore, keep, wait for confirmation or for a decision', async (t) => {
  const district = await inStep(t, { students: 80, drift: { memberships: 'report' } });
  const { directory } = district.microsoft;
  const group = classOf(district, '50');
  const [student, other] = [userOf(district, 'student0'), userOf(district, 'student1')];
  directory.removeLink(group, 'members', student);
  directory.addLink(group, 'members', other);
  const since = district.clock.now() + 11 * minutes;
  await later(district);
  t.match((await ask(district)).answer, {
    fact: /by the profile's drift\.memberships Hallpass reports it and leaves it/,
    at: new Date(since).toISOString(),
    next: /add the member again/,
  });
  setPolicy(district, { memberships: 'ignore' });
  await later(district);
  t.match((await ask(district)).answer, { fact: /drift\.memberships Hallpass leaves it/, next: /"repair"/ });
  const kept = (await ask(district, '11')).steps.find(({ stage }) => stage === 'Membership');
  t.match(kept, {
    status: 'ok',
    fact: /^Somebody added the member students:11 .* drift\.foreignMembers Hallpass leaves/,
  });

  setPolicy(district, { memberships: 'repair' });
  for (const user of [...group.members, ...classOf(district, '52').members, ...classOf(district, '54').members]) {
    for (const id of ['50', '52', '54']) {
      const one = classOf(district, id);
      if (!one.owners.has(user) && one.members.has(user)) directory.removeLink(one, 'members', user);
    }
  }
  await later(district);
  t.match((await ask(district)).answer, { status: 'waiting', fact: /Repairing it: this is held/, next: /approve/ });
});

t.test('covers classes, schools, values and accounts', async (t) => {
  const district = await inStep(t, { mode: { students: 'create', teachers: 'create' } });
  const { directory } = district.microsoft;
  const [group, student, school] = [classOf(district, '50'), userOf(district, 'student0'), schoolOf(district, '1')];
  directory.groups.update(group, { displayName: 'Ours' });
  directory.users.update(student, { surname: 'Ours' });
  setPolicy(district, { memberships: 'report' });
  directory.removeFromSchool(school, student);
  directory.removeFromSchool(school, group);
  await later(district, 25 * 60 * minutes);
  await later(district);
  const { steps } = await ask(district);
  t.match(
    steps.filter(({ stage }) => stage === 'School' || stage === 'Values').map(({ fact }) => fact),
    [
      /^Somebody removed the class 50 from the school in Microsoft 365; .*drift\.memberships Hallpass reports it/,
      /^Somebody removed the person students:10 from the school/,
      /^Somebody changed displayName: "Course 0 - 1" → "Ours" .*drift\.attributes Hallpass reports it/,
      /^Somebody changed surname/,
    ],
  );
  t.match(
    (await ask(district, '10', null)).steps.map(({ stage }) => stage),
    [...['PowerSchool', 'Profile', 'Account', 'License'], ...['School', 'Values']],
  );

  directory.deleteGroup(group);
  await later(district);
  t.match((await ask(district)).answer, {
    stage: 'Class',
    status: 'stopped',
    fact: /^Somebody deleted it .*drift\.deletedObjects Hallpass reports it/,
    next: /Restore it/,
  });
  directory.deleteUser(student);
  await later(district);
  t.match((await ask(district)).answer, {
    stage: 'Account',
    fact: /^AccountDeletedByHand/,
    next: /Restore the account/,
  });
  setPolicy(district, { deletedAccounts: 'recreate' });
  const { state } = district.profile;
  district.profile = { ...district.profile, state: 'preview' };
  await later(district);
  t.match((await ask(district)).answer, { stage: 'Account', status: 'waiting', fact: /^Somebody deleted the account/ });
  district.profile = { ...district.profile, state };
  await later(district);
  t.match((await ask(district, '10', null)).steps[2], { stage: 'Account', status: 'ok' });
});
