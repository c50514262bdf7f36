/** What the relay reads from a tenant's directory: accounts by delta, and the members of a group. */
import type { DeltaPosition } from '../model/delta-position.ts';
import type { DirectoryChanges } from '../model/directory-user.ts';
import { accountProperties } from '../model/directory-user.ts';
import { type AccountChange, accountChange } from './bodies/user.ts';
import type { GraphClient } from './client.ts';
import { readDelta } from './delta.ts';
import { readIds } from './ids.ts';

/**
 * The accounts that changed since the last reading, or all of them, as {@link readDelta} reads them.
 *
 * @throws as {@link GraphClient.get}
 */
export async function readUserChanges(client: GraphClient, from: DeltaPosition | undefined): Promise<DirectoryChanges> {
  const users = new Map<string, AccountChange | undefined>();
  const read = await readDelta(
    client,
    { from, path: '/users/delta', select: accountProperties, item: accountChange, cost: { units: 2, writes: 0 } },
    {
      take: (user) => {
        const before = users.get(user.id);
        // Copied only if pages repeat an account: the schema's result has nothing else in it.
        const after = before === undefined ? user : { ...before, ...user };
        users.set(user.id, user['@removed'] === undefined ? after : undefined);
      },
      startOver: () => users.clear(),
    },
  );
  return {
    ...read,
    upserts: [...users.values()].filter((user) => user !== undefined),
    deletes: [...users].flatMap(([id, user]) => (user === undefined ? [id] : [])),
  };
}

/** Object ids of a group's members or owners; undefined while Graph does not know the group. */
export async function readGroup(
  client: GraphClient,
  groupId: string,
  relation: 'members' | 'owners',
): Promise<Set<string> | undefined> {
  return await readIds(client, `/groups/${groupId}/${relation}?$select=id&$top=999`, { units: 3, writes: 0 });
}
