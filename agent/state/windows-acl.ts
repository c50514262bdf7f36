/**
 * Who may open the state folder on Windows, where ProgramData is open to every user of the computer. icacls sets and
 * shows access; `/save` writes it as SDDL, the only format that is not translated.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeText } from '../../shared/person-text.ts';
import type { Run } from '../system/run.ts';

const system = 'S-1-5-18';
const administrators = 'S-1-5-32-544';

/**
 * Groups that contain everyone, or everyone who is signed in, as SDDL abbreviates them and in full (MS-DTYP §2.5.1.1).
 */
const broad: Record<string, string> = {
  WD: 'S-1-1-0',
  AN: 'S-1-5-7',
  AU: 'S-1-5-11',
  BU: 'S-1-5-32-545',
  BG: 'S-1-5-32-546',
  IU: 'S-1-5-4',
  NU: 'S-1-5-2',
};
const broadSids = new Set(Object.values(broad));

/** The account that Windows creates for one service: five words of a SHA-1 over its name (S-1-5-80-…). */
export function serviceSid(name: string): string {
  const digest = createHash('sha1').update(name.toUpperCase(), 'utf16le').digest();
  return `S-1-5-80-${[0, 4, 8, 12, 16].map((at) => digest.readUInt32LE(at)).join('-')}`;
}

export interface Rights {
  /** Inherits nothing from the parent folder. */
  isProtected: boolean;
  /** Groups of everyone that have access, as the list spells them. */
  open: string[];
}

/** Parses the access list (`D:`) of an SDDL text; undefined when there is none, which gives everyone full access. */
export function readSddl(sddl: string): Rights | undefined {
  const [, flags, entries] = /D:([A-Z]*)((?:\([^()]*\))*)/.exec(sddl) ?? [];
  if (flags === undefined || entries === undefined || flags.includes('NO_ACCESS_CONTROL')) return undefined;
  const open = new Set<string>();
  for (const [, entry = ''] of entries.matchAll(/\(([^()]*)\)/g)) {
    const [type = '', , , , , account = ''] = entry.split(';');
    const isDomainUsers = account === 'DU' || /^S-1-5-21-.*-513$/.test(account);
    if (/^(A|XA|OA)$/.test(type) && (account in broad || broadSids.has(account) || isDomainUsers)) open.add(account);
  }
  return { isProtected: flags.includes('P'), open: [...open] };
}

/** The arguments for icacls: only the system, administrators, the service and the caller keep access. */
export function closingArguments(folder: string, service: string, person: string | undefined, open: readonly string[]) {
  const all = [...new Set([...broadSids, ...open.map((account) => broad[account] ?? account)])];
  const sids = all.filter((account) => account.startsWith('S-'));
  const grant = (sid: string, right: string) => `*${sid}:(OI)(CI)${right}`;
  return [
    // Inherited entries become the folder's own, so that an account that someone chose stays.
    [folder, '/inheritance:d', '/Q'],
    [folder, '/remove:g', ...sids.map((sid) => `*${sid}`), '/Q'],
    [
      ...[folder, '/grant:r', grant(system, 'F'), grant(administrators, 'F'), grant(serviceSid(service), 'M')],
      ...(person === undefined ? [] : [grant(person, 'F')]),
      '/Q',
    ],
  ];
}

/** Who may open a folder or file; undefined when icacls does not tell. */
export async function rightsOf(path: string, run: Run): Promise<Rights | undefined> {
  const file = join(tmpdir(), `hallpass-${randomUUID()}.acl`);
  try {
    await run('icacls.exe', [path, '/save', file, '/Q']);
    const decoded = decodeText(await readFile(file));
    return 'text' in decoded ? readSddl(decoded.text) : undefined;
  } catch {
    return undefined;
  } finally {
    await rm(file, { force: true }).catch(() => undefined);
  }
}

/** Removes everyone else's access to the folder. @returns the rights afterwards; undefined when icacls does not tell */
export async function closeFolder(folder: string, service: string, run: Run): Promise<Rights | undefined> {
  const before = await rightsOf(folder, run);
  if (before?.isProtected && before.open.length === 0) return before;
  const { stdout } = await run('whoami.exe', ['/user', '/fo', 'csv', '/nh']);
  const person = /S-1-5-[\d-]+/.exec(stdout)?.[0];
  for (const args of closingArguments(folder, service, person, before?.open ?? [])) await run('icacls.exe', args);
  return rightsOf(folder, run);
}

/** The rights of a folder as one clause for people. */
export function rightsInWords(rights: Rights | undefined): string {
  if (rights === undefined) return 'icacls does not show who may open it';
  if (rights.open.length > 0) return `every user of this computer may open it (${rights.open.join(', ')})`;
  return rights.isProtected ? 'closed to other users' : 'closed to other users, by the rights of the folder above';
}
