/** The file with the relay's key: 32 random bytes in base64, readable only by its owner. */
import { randomBytes, randomUUID } from 'node:crypto';
import { link, open, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, isSystemError } from '../../shared/errors.ts';
import { fileReason } from '../../shared/file-reason.ts';
import { giveToFolderOwner, makePrivateFolder } from '../../shared/owner.ts';
import { decodeText } from '../../shared/person-text.ts';
import { readAtMost } from '../../shared/text-file.ts';
import { createVault, keyBytes, type Vault } from './vault.ts';

/**
 * The relay's vault.
 *
 * @param named a key file that the operator keeps elsewhere; it must exist, because a new key in its place would make
 *   sealed secrets unreadable. Undefined for the one in the state folder, which is created on first use.
 */
export function openVault(home: string, named: string | undefined): Vault {
  const file = named ?? join(home, 'secret.key');
  return createVault(() => loadKey(file, named === undefined), file);
}

/** Why the operator's key file cannot be used; undefined when it can. */
export async function keyFileTrouble(file: string): Promise<string | undefined> {
  try {
    const key = await readKey(file);
    if (key?.length === keyBytes) return undefined;
    const reason = key === undefined ? 'it does not exist' : `it has ${key.length} bytes, not ${keyBytes}, in base64`;
    return `${file} cannot be used: ${reason}`;
  } catch (error) {
    return `${file} cannot be used: ${fileReason(error)}`;
  }
}

async function loadKey(file: string, mayMake: boolean): Promise<Buffer> {
  try {
    const known = await readKey(file);
    if (known !== undefined) return known;
    if (!mayMake) throw new Error('it does not exist');
    await makeKey(file);
    return (await readKey(file)) ?? Buffer.alloc(0);
  } catch (error) {
    throw fail('KEY_UNUSABLE', { file, reason: fileReason(error) }, { cause: error });
  }
}

/** A key has 44 characters; a longer file was named by mistake. */
const mostBytes = 1000;

async function readKey(file: string): Promise<Buffer | undefined> {
  const bytes = await readAtMost(file, mostBytes).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (bytes === undefined) return undefined;
  const { mode } = await stat(file);
  // On Windows, permissions are lists, which the mode does not show.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new Error(`others can read it (mode ${(mode & 0o777).toString(8)}); close it with chmod 600`);
  }
  // The operator may have copied it with a program that writes UTF-16.
  const decoded = decodeText(bytes);
  if ('reason' in decoded) throw new Error(decoded.reason);
  return Buffer.from(decoded.text.trim(), 'base64');
}

/** Two processes that start at once agree on one key: only a complete file takes the name, and only the first one. */
async function makeKey(file: string): Promise<void> {
  await makePrivateFolder(dirname(file));
  const temporary = `${file}.${randomUUID()}.tmp`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await giveToFolderOwner(temporary);
    await handle.writeFile(`${randomBytes(32).toString('base64')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(temporary, file);
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}
