/**
 * Creates a folder and its parents. Node's own recursive mkdir never ends where a file system reports "no such file or
 * directory" for a folder that exists, as /proc does: it creates the parent, tries again, and so on forever, deaf to
 * signals.
 */
import { mkdirSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isSystemError } from './errors.ts';

/**
 * @returns the folders that were created, the outermost first @throws the system's error for the first that cannot be
 *   created
 */
export async function makeFolders(folder: string, mode: number): Promise<string[]> {
  try {
    await mkdir(folder, { mode });
    return [folder];
  } catch (error) {
    if (isSystemError(error, 'EEXIST') && (await isFolder(folder))) return [];
    const parent = dirname(folder);
    if (!isSystemError(error, 'ENOENT') || parent === folder) throw error;
    const made = await makeFolders(parent, mode);
    // Nothing above it was missing, so asking again would give the same answer.
    if (made.length === 0) throw error;
    await mkdir(folder, { mode });
    return [...made, folder];
  }
}

/** The same for synchronous callers. */
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
