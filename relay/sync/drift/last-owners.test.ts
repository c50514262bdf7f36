/**
 * Graph does not allow the last owner of a class to be removed: such a person stays, also as a member, until somebody
 * else is an owner.
 */
import t from 'tap';
import type { RosterRecord } from '../../../shared/roster.ts';
import { parseProfile } from '../../profile/profile.ts';
import { listRuns } from '../../store/runs/run-history.ts';
import { type District, smallRoster } from '../../testing/district.ts';
import { classOf, codes, inStep, later, userOf } from '../../testing/in-step.ts';

/** Without the teacher of class 50, and with another one of its school. */
const taughtByAnother: RosterRecord[] = [
  ...smallRoster(12).filter(({ id }) => id !== '70'),
  { kind: 'teacherRoster', id: '79', schoolId: '1', sectionId: '50', teacherId: '92' },
];

function removeLeavers(district: District): void {
  district.profile = parseProfile({ ...district.profile, policies: { teacherLeftClass: 'remove' } }, 'test');
}

t.test('a teacher who left stays while the new one is kept out of the owners by hand', async (t) => {
  for (const memberships of ['report', 'ignore'] as const) {
    const district = await inStep(t, { drift: { memberships } });
    removeLeavers(district);
    const { directory } = district.microsoft;
    const group = classOf(district, '50');
    const [before, after] = [userOf(district, 'teacher0'), userOf(district, 'teacher2')];
    const both: RosterRecord[] = [...taughtByAnother, ...smallRoster(12).filter(({ id }) => id === '70')];
    await district.commit(both);
    t.match(await later(district), { failed: 0, problems: 0 });
    directory.removeLink(group, 'owners', after);
    const problems = memberships === 'report' ? ['MemberRemovedByHand class:50/teachers:92'] : [];
    await later(district);
    t.same(await codes(district), problems);
    await district.commit(taughtByAnother);
    t.match(await later(district), { done: 0, failed: 0 });
    t.same(await codes(district), problems);
    district.restart();
    t.match(await later(district), { done: 0, failed: 0 });
    t.ok(group.owners.has(before) && group.members.has(before));
    const [run] = await district.store.withTenant(district.tenantId, (scope) => listRuns(scope, { limit: 1 }));
    t.same(run?.planned, {}, 'nothing impossible is planned');

    directory.addLink(group, 'owners', after);
    t.match(await later(district), { done: 2, failed: 0, problems: 0 });
    t.notOk(group.owners.has(before) || group.members.has(before));
  }
});

t.test('a teacher who left stays while the new one is refused', async (t) => {
  const district = await inStep(t);
  const identity = { ...district.profile.identity, guests: 'match' as const };
  district.profile = { ...district.profile, identity };
  removeLeavers(district);
  const { directory } = district.microsoft;
  const group = classOf(district, '50');
  const [before, after] = [userOf(district, 'teacher0'), userOf(district, 'teacher2')];
  directory.rules.guestsInGroups = false;
  directory.users.update(after, { userType: 'Guest' });
  await district.commit(taughtByAnother);
  await later(district);
  t.same([...new Set(await codes(district))], ['MemberRefused class:50/teachers:92']);
  t.ok(group.owners.has(before) && group.members.has(before));
  directory.rules.guestsInGroups = true;
  t.match(await later(district), { failed: 0, problems: 0 });
  t.notOk(group.owners.has(before) || group.members.has(before));
});

t.test('an owner added by hand stays while nobody else is one', async (t) => {
  const district = await inStep(t, { drift: { foreignMembers: 'remove' } });
  removeLeavers(district);
  const { directory } = district.microsoft;
  const group = classOf(district, '50');
  const aide = directory.addUser(
    { userPrincipalName: 'aide@contoso.edu', displayName: 'Aide', mailNickname: 'aide' },
    'once',
  );
  await district.commit(smallRoster(12).filter(({ id }) => id !== '70'));
  await later(district);
  directory.removeLink(group, 'owners', userOf(district, 'teacher0'));
  directory.addLink(group, 'owners', aide);
  directory.addLink(group, 'members', aide);
  for (let run = 0; run < 2; run += 1) t.match(await later(district), { done: 0, failed: 0, problems: 0 });
  t.ok(group.owners.has(aide) && group.members.has(aide));
  await district.commit(taughtByAnother);
  for (let run = 0; run < 2; run += 1) t.match(await later(district), { failed: 0, problems: 0 });
  t.notOk(group.owners.has(aide) || group.members.has(aide));
});

t.test('a student who left, whom the policy keeps and somebody made an owner, stays a member', async (t) => {
  const district = await inStep(t, { drift: { foreignMembers: 'remove' } });
  const policies = { studentLeftClass: 'keep' };
  district.profile = parseProfile({ ...district.profile, policies }, 'test');
  const { directory } = district.microsoft;
  directory.rules.ownerRemovalEndsMembership = true;
  const group = classOf(district, '50');
  const student = userOf(district, 'student0');
  await district.commit(smallRoster(12).filter(({ id }) => id !== '300'));
  t.match(await later(district), { done: 0, failed: 0, problems: 0 });
  t.ok(group.members.has(student));
  directory.addLink(group, 'owners', student);
  for (let run = 0; run < 3; run += 1) t.match(await later(district), { failed: 0, problems: 0 });
  t.notOk(group.owners.has(student));
  t.ok(group.members.has(student));
  t.match(await later(district), { done: 0, failed: 0, problems: 0 });
});
