/** Reading memberships by delta, against the simulator: parts, changes, expiry, faults. */
import t from 'tap';
import { RawClient } from '../../scripts/simulators/microsoft/contract/raw-client.ts';
import { openDistrict, smallRoster } from '../testing/district.ts';
import { readGroupChanges } from './group-delta.ts';

t.test(
  'combines parts into whole classes; later reads report who came and left, in one request when nothing changed',
  async (t) => {
    const mode = { students: 'match', teachers: 'match' } as const;
    const district = await openDistrict({ dir: t.testdir(), mode, students: 40, accounts: true });
    t.teardown(() => district.close());
    await district.commit(smallRoster(40));
    await district.run();
    district.clock.advance(1000);
    const { directory, faults } = district.microsoft;
    const classes = [...directory.groups.values()];
    const [first, second] = classes;
    if (first === undefined || second === undefined) return t.fail('no classes');
    directory.deltaPage = 1;
    faults.add({ match: { path: '/groups/delta' }, kind: '503', times: 1, skip: 2, delay: 0 });
    const client = district.client();
    const everything = await readGroupChanges(client, undefined, (id) => id !== second.id);
    t.equal(everything.full, true);
    t.equal(everything.groups.size, classes.length - 1, 'unwanted groups are dropped');
    t.ok(client.stats.requests > classes.length * 2, 'in parts');
    for (const { id, members, owners } of classes.slice(2)) {
      const read = everything.groups.get(id);
      t.same([...(read?.members ?? [])].map(([one]) => one).sort(), [...members].map((one) => one.id).sort());
      t.same([...(read?.owners ?? [])].map(([one]) => one).sort(), [...owners].map((one) => one.id).sort());
    }

    const before = client.stats.requests;
    const nothing = await readGroupChanges(client, everything, () => true);
    t.same([nothing.full, nothing.groups.size, client.stats.requests - before], [false, 0, 1]);

    const [gone] = first.members;
    const [here] = [...directory.users.values()].filter((user) => !first.members.has(user));
    if (gone === undefined || here === undefined) return t.fail('nobody');
    directory.removeLink(first, 'members', gone);
    directory.addLink(first, 'members', here);
    directory.deleteGroup(second);
    const { groups, deletes } = await readGroupChanges(client, nothing, () => true);
    t.same(
      [...(groups.get(first.id)?.members ?? [])].sort(),
      [
        [gone.id, false],
        [here.id, true],
      ].sort(),
    );
    t.same([...deletes], [second.id]);

    await using control = new RawClient(district.microsoft);
    await control.control('POST', '/delta/expire');
    const again = await readGroupChanges(client, nothing, () => true);
    t.same([again.full, again.groups.size], [true, classes.length - 1], 'an expired link reads everything');
  },
);
