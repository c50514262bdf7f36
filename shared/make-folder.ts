/**
 * Makes a folder and those above it. Node's own recursive mkdir never ends where a file system says "no such file or directory" of
 * a folder that is there, as /proc does: it makes the parent, tries again, and so on forever, deaf to signals.
 */
import { mkdirSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isSystemError } from './errors.ts';

/** @returns the folders that were made, the outermost first @throws what the system says of the first that cannot be made */
export async function makeFolders(folder: string, mode: number): Promise<string[]> {
  try {
    await mkdir(folder, { mode });
    return [folder];
  } catch (error) {
    if (isSystemError(error, 'EEXIST') && (await isFolder(folder))) return [];
    const parent = dirname(folder);
    if (!isSystemError(error, 'ENOENT') || parent === folder) throw error;
    const made = await makeFolders(parent, mode);
    // Nothing was missing above it: then asking again brings the same answer.
    if (made.length === 0) throw error;
    await mkdir(folder, { mode });
    return [...made, folder];
  }
}

/** The same for those who cannot wait. */
export function makeFoldersSync(folder: string, mode: number): string[] {
  try {
    mkdirSync(folder, { mode });
    return [folder];
  } catch (error) {
    if (isSystemError(error, 'EEXIST') && statSync(folder).isDirectory()) return [];
    const parent = dirname(folder);
    if (!isSystemError(error, 'ENOENT') || parent === folder) throw error;
    const made = makeFoldersSync(parent, mode);
    if (made.length === 0) throw error;
    mkdirSync(folder, { mode });
    return [...made, folder];
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path)).isDirectory();
}
