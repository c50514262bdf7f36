/**
 * Whose the files in a state folder are. A service runs as a user of its own, while its administrator works as root: what
 * root makes there must stay readable for the service, so it is given to the owner of the folder it is made in. No link is
 * followed on the way, because that owner could have put one there.
 */
import { lchown, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolders } from './make-folder.ts';

/** Gives a file or folder that was just made to the owner of its parent. Does nothing for anyone but root. */
export async function giveToFolderOwner(path: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(dirname(path));
  if (uid !== 0) await lchown(path, uid, gid);
}

/** Makes a folder and those above it, which only their owner can enter. */
export async function makePrivateFolder(folder: string): Promise<void> {
  for (const path of await makeFolders(folder, 0o700)) await giveToFolderOwner(path);
}
