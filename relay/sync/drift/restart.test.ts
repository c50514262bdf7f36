/** "sync restart" compares with Microsoft 365 at once. */
import t from 'tap';
import { readProblems } from '../../store/runs/problems.ts';
import { requestRun } from '../../store/runs/run-control.ts';
import { openDistrict, smallRoster } from '../../testing/district.ts';

t.test('what was deleted by hand is a problem after every restart', async (t) => {
  const mode = { students: 'create', teachers: 'create' } as const;
  const district = await openDistrict({ dir: t.testdir(), mode, students: 6, accounts: false });
  t.teardown(() => district.close());
  const { store, tenantId, clock, microsoft } = district;
  await district.commit(smallRoster(6));
  await district.run();
  clock.advance(60 * 60_000);
  const [group] = microsoft.directory.groups.find('externalId', '50');
  const [user] = microsoft.directory.users.find('userPrincipalName', 'student0@contoso.edu');
  if (group === undefined || user === undefined) throw new Error('nothing to delete');
  microsoft.directory.deleteGroup(group);
  microsoft.directory.deleteUser(user);
  for (const round of [1, 2]) {
    await store.withTenant(tenantId, (scope) => requestRun(scope, 'restarts'));
    await district.run();
    const codes = (await store.withTenant(tenantId, readProblems)).map(({ subject, code }) => `${subject} ${code}`);
    t.same(codes.sort(), ['class:50 DeletedByHand', 'students:10 AccountDeletedByHand'], `restart ${round}`);
    clock.advance(5000);
  }
});
