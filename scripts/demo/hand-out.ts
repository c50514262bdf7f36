/** Exports the first passwords, as an operator does at the end, and checks that they were safe until then. */
import { readFile, stat } from 'node:fs/promises';
import type { Microsoft } from './microsoft.ts';
import type { Expected } from './oracle/expected.ts';
import { comparePasswords, type HandedOut, readHandedOut } from './oracle/passwords.ts';
import { exportPasswords, passwordsWaiting, type Relay } from './relay.ts';
import { summit } from './sites.ts';
import type { Testbed } from './testbed.ts';

/** How many accounts one request tries to sign in. */
const atOnce = 1000;
/** How many passwords are searched for in the database, which has millions of bytes. */
const lookedFor = 40;

/** @returns what is wrong with them, in words */
export async function handOutPasswords(
  testbed: Testbed,
  { relay, microsoft }: { relay: Relay; microsoft: Microsoft },
  { users }: Pick<Expected, 'users'>,
): Promise<string[]> {
  const before = await bytesOf(relay);
  const file = await exportPasswords(testbed, summit);
  const handedOut = file === undefined ? [] : readHandedOut(await readFile(file, 'utf8'));
  const differences = comparePasswords(users, handedOut, await refusedSignIns(microsoft, handedOut));
  if (file !== undefined && ((await stat(file)).mode & 0o077) !== 0) {
    differences.push('users other than its owner can read the password file');
  }
  for (const bytes of [before, await bytesOf(relay)]) {
    const open = handedOut.slice(0, lookedFor).filter(({ password }) => bytes.includes(password));
    if (open.length > 0) differences.push(`${open.length} passwords are readable in the relay's database`);
  }
  if ((await passwordsWaiting(testbed, summit)) > 0)
    differences.push('passwords that were handed out are still stored');
  return differences;
}

/** The relay's database file and the changes that are not in it yet. */
async function bytesOf({ db }: Relay): Promise<Buffer> {
  const log = await readFile(`${db}-wal`).catch(() => Buffer.alloc(0));
  return Buffer.concat([await readFile(db), log]);
}

async function refusedSignIns({ client }: Microsoft, handedOut: readonly HandedOut[]): Promise<Set<string>> {
  const names = new Set<string>();
  for (let at = 0; at < handedOut.length; at += atOnce) {
    const body = handedOut.slice(at, at + atOnce).map(({ userPrincipalName, password }) => {
      return { userPrincipalName, password };
    });
    const { refused } = (await client.call('POST', '/_sim/sign-ins', { body })) as { refused: string[] };
    for (const name of refused) names.add(name);
  }
  return names;
}
