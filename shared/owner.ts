/**
 * Who owns the files in a state folder. A service runs as its own user, while its administrator works as root: what
 * root creates there must stay readable for the service, so it is given to the owner of the folder. No link is
 * followed, because that owner could have put one there.
 */
import { lchown, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolders } from './make-folder.ts';

/** Gives a newly created file or folder to the owner of its parent. Does nothing for anyone but root. */
export async function giveToFolderOwner(path: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(dirname(path));
  if (uid !== 0) await lchown(path, uid, gid);
}

/** Creates a folder and its parents, which only their owner can enter. */
export async function makePrivateFolder(folder: string): Promise<void> {
  for (const path of await makeFolders(folder, 0o700)) await giveToFolderOwner(path);
}
