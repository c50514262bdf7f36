import t from 'tap';
import { readUserChanges } from '../graph/directory.ts';
import { readDirectoryState } from '../store/directory/mirror.ts';
import { openDistrict, smallRoster } from '../testing/district.ts';

t.test('after a large run, the next one does not read again what was written', async (t) => {
  const mode = { students: 'create', teachers: 'create' } as const;
  for (const [students, isLarge] of [
    [600, true],
    [30, false],
  ] as const) {
    const district = await openDistrict({ dir: t.testdir(), mode, students, accounts: false });
    await district.commit(smallRoster(students));
    const { done } = await district.run();
    t.equal(done >= 1000, isLarge, `${done} operations`);
    const { position } = await district.store.withTenant(district.tenantId, readDirectoryState);
    const { upserts } = await readUserChanges(district.client(), position);
    t.equal(upserts.length === 0, isLarge, `${upserts.length} accounts are news`);
    t.match(await district.run(), { state: 'success', done: 0 });
    await district.close();
  }
});
