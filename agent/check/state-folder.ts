/**
 * The state folder: can the agent write to it and to its log, is there enough space, and are its secrets closed to
 * others?
 */
import { constants } from 'node:fs';
import { access, open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isSystemError } from '../../shared/errors.ts';
import { fileReason } from '../../shared/file-reason.ts';
import { logPath } from '../log/log-file.ts';
import type { Settings } from '../settings/settings.ts';
import { statePaths } from '../state/folder.ts';
import { secretFiles } from '../state/secret-files.ts';
import { rightsInWords, rightsOf } from '../state/windows-acl.ts';
import { systemRun } from '../system/run.ts';
import type { Check } from './finding.ts';
import { fails, pass, type Verdict, warn } from './step.ts';

/** A large district's state takes about 40 MB and exists twice during a write; log files come on top of that. */
const scarceBytes = 200 << 20;
const fullBytes = 20 << 20;

/** @param log settings of the log files; undefined when they could not be read */
export async function checkStateFolder(
  folder: string,
  platform: NodeJS.Platform,
  log?: Settings['log'],
): Promise<Check> {
  return { name: 'state-folder', ...(await verdict(folder, platform, log)) };
}

async function verdict(folder: string, platform: NodeJS.Platform, log: Settings['log'] | undefined): Promise<Verdict> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined)
    return warn(`There is no folder ${folder} yet.`, 'Run "hallpass-agent setup", which creates it.');
  if (!found.isDirectory()) return fails(`${folder} is not a folder.`, 'Move it away, or set HALLPASS_HOME.');
  const unwritable = await writeError(folder);
  if (unwritable !== undefined) {
    const action = /ENOSPC|EDQUOT/.test(unwritable)
      ? 'Free some disk space.'
      : 'Run this as the service user, or make that user the owner of the folder.';
    return fails(`${folder} cannot be written: ${unwritable}.`, action);
  }
  const foreign = await othersFiles(folder);
  if (foreign !== undefined) {
    return fails(
      `${foreign} cannot be read by this user.`,
      'Run this as the service user, or make that user the owner of the folder.',
    );
  }
  const free = await statfs(folder).then(({ bavail, bsize }) => bavail * bsize);
  const room = `${Math.floor(free / 2 ** 20).toLocaleString('en-US')} MB free`;
  if (free < fullBytes) return fails(`${folder} has only ${room}.`, 'Free some disk space.');
  if (free < scarceBytes) return warn(`${folder} has only ${room}.`, 'Free some disk space.');
  const exposed = platform === 'win32' ? undefined : await exposedFile(folder);
  if (exposed !== undefined) {
    return warn(`Other users of this computer may read ${exposed}.`, `Run "chmod go= ${exposed}".`);
  }
  const muteLog = log === undefined ? undefined : await logError(log, folder);
  if (muteLog !== undefined) {
    const action = 'Name another with "hallpass-agent configure --log-file FILE", or give this user its folder.';
    return warn(`The log file ${muteLog}. The agent works without it.`, action);
  }
  if (platform !== 'win32') return pass(`${folder} can be written, is closed to others, and has ${room}.`);
  const rights = await rightsOf(folder, systemRun(process.env));
  const said = `${folder} can be written and has ${room}; ${rightsInWords(rights)}.`;
  if (rights !== undefined && rights.open.length === 0) return pass(said);
  return warn(
    said,
    `Run "hallpass-agent configure" as an administrator, which restricts access to it, and look at: icacls "${folder}".`,
  );
}

/** Writes to disk as the agent does, then deletes the file. */
async function writeError(folder: string): Promise<string | undefined> {
  const file = join(folder, `.check.${process.pid}.tmp`);
  try {
    const handle = await open(file, 'w', 0o600);
    try {
      await handle.writeFile('Hallpass writes here.\n');
      await handle.sync();
    } finally {
      await handle.close();
    }
    return undefined;
  } catch (error) {
    return fileReason(error);
  } finally {
    await rm(file, { force: true }).catch(() => undefined);
  }
}

/** Why the log cannot be written. The check itself creates nothing; the first log line creates a missing folder. */
async function logError(log: Settings['log'], folder: string): Promise<string | undefined> {
  if (log.files === 0) return undefined;
  const path = logPath(log, folder);
  for (let at = path; ; at = dirname(at)) {
    const trouble = await access(at, constants.W_OK).then(
      () => 'none',
      (error: unknown) => (isSystemError(error, 'ENOENT') ? 'missing' : fileReason(error)),
    );
    if (trouble === 'none') return undefined;
    if (trouble !== 'missing' || dirname(at) === at) return `${path} cannot be written: ${trouble} for ${at}`;
  }
}

/** A file that belongs to another user, for instance because a command was run as that user. */
async function othersFiles(folder: string): Promise<string | undefined> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const readable = await access(file, constants.R_OK | constants.W_OK).then(
      () => true,
      // It may have been deleted in the meantime.
      (error: unknown) => isSystemError(error, 'ENOENT'),
    );
    if (!readable) return file;
  }
  return undefined;
}

async function exposedFile(folder: string): Promise<string | undefined> {
  for (const file of [folder, ...secretFiles(statePaths(folder))]) {
    const mode = (await stat(file).catch(() => undefined))?.mode ?? 0;
    if ((mode & (file === folder ? 0o022 : 0o077)) !== 0) return file;
  }
  return undefined;
}
