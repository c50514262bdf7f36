/**
 * The current directory, for commands beside a running relay: the relay's mirror plus the changes since, in memory only.
 * The relay's own delta link does not move.
 */
import type { GraphClient } from '../graph/client.ts';
import { readUserChanges } from '../graph/directory.ts';
import { DirectoryIndex } from '../identity/directory-index.ts';
import { changedUser } from '../model/directory-user.ts';
import { readDirectory, readDirectoryState } from '../store/directory/mirror.ts';
import type { Store } from '../store/store.ts';

/** @throws as {@link GraphClient.get} */
export async function liveDirectory(
  store: Pick<Store, 'readTenant'>,
  tenantId: string,
  client: GraphClient,
): Promise<DirectoryIndex> {
  const { position, users } = await store.readTenant(tenantId, async (scope) => ({
    position: (await readDirectoryState(scope)).position,
    users: await readDirectory(scope),
  }));
  const changes = await readUserChanges(client, position);
  const directory = new DirectoryIndex(changes.full ? [] : users);
  for (const change of changes.upserts) directory.add(changedUser(directory.get(change.id), change));
  for (const id of changes.deletes) directory.remove(id);
  return directory;
}
