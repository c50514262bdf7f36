import { chmod, chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { DurableFile } from './durable-file.ts';
import { patienceMs } from './patience.ts';
import { removeState } from './remove-state.ts';
import { exitCodes, reportError } from './terminal.ts';
import { holdFile, noHeldFiles } from './testing/held-file.ts';

const schema = z.strictObject({ count: z.int() });

/** A folder and, for root, another user's permissions: root may read everything, whatever its mode. */
async function asOrdinaryUser(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hallpass-patience-'));
  if (process.getuid?.() === 0) {
    await chown(folder, 65_534, 65_534);
    process.seteuid?.(65_534);
  }
  t.teardown(async () => {
    if (process.getuid?.() === 0) process.seteuid?.(0);
    await rm(folder, { recursive: true });
  });
  return folder;
}

/**
 * Windows reports EACCES or EPERM for files that others hold open: its rules, on files that really are inaccessible.
 */
function patienceOf(onWait: (waitedMs: number) => Promise<void>) {
  let waited = 0;
  const sleep = async (ms: number) => {
    waited += ms;
    await onWait(waited);
  };
  return { clock: { sleep }, platform: 'win32' as const };
}

t.test('reads a file that is held open for a moment once it is free again', { skip: noUsers() }, async (t) => {
  const path = join(await asOrdinaryUser(t), 'identity.json');
  await writeFile(path, '{"count":1}');
  await chmod(path, 0);
  const patience = patienceOf(async (waited) => {
    if (waited > 1000) await chmod(path, 0o600);
  });
  t.same(await new DurableFile(path, schema, { backup: true, patience }).read(), { count: 1 });
});

t.test(
  'a file that stays held is a temporary failure, and its older copy is not used',
  { skip: noUsers() },
  async (t) => {
    const path = join(await asOrdinaryUser(t), 'identity.json');
    await writeFile(`${path}.bak`, '{"count":0}');
    await writeFile(path, '{"count":1}');
    await chmod(path, 0);
    let longest = 0;
    const patience = patienceOf(async (waited) => {
      longest = waited;
    });
    const error = await new DurableFile(path, schema, { backup: true, patience }).read().catch((thrown) => thrown);
    t.match(error, { code: 'STATE_BUSY', message: /identity\.json is open in another program/, retry: 'retry' });
    t.match(error.action, /leave the file where it is/);
    t.notMatch(error.action, /move/i);
    t.equal(reportError(error, { write: () => true } as unknown as NodeJS.WritableStream), exitCodes.temporary);
    t.equal(
      longest,
      patienceMs.reduce((sum, ms) => sum + ms, 0),
    );
  },
);

t.test('reports missing rights at once on systems other than Windows', { skip: noUsers() }, async (t) => {
  const path = join(await asOrdinaryUser(t), 'identity.json');
  await writeFile(path, '{"count":1}');
  await chmod(path, 0);
  const sleep = async () => void t.fail('nothing to wait for');
  const file = new DurableFile(path, schema, { backup: true, patience: { clock: { sleep }, platform: 'linux' } });
  await t.rejects(file.read(), { code: 'STATE_UNREADABLE', message: /this account may not open it/ });
});

t.test('replaces a file that is open in another program once it is closed', { skip: noHeldFiles }, async (t) => {
  const { path, release } = await held(t);
  const patience = patienceOf(async (waited) => {
    if (waited > 1000) release();
  });
  await new DurableFile(path, schema, { backup: false, patience }).write({ count: 2 });
  t.equal(await readFile(path, 'utf8'), '{"count":2}');
});

t.test('does not replace a file that stays open, and does not blame disk space', { skip: noHeldFiles }, async (t) => {
  const { path } = await held(t);
  const file = new DurableFile(path, schema, { backup: false, patience: patienceOf(async () => undefined) });
  const error = await file.write({ count: 2 }).catch((thrown) => thrown);
  t.match(error, { code: 'STATE_BUSY', message: /settings\.json is open in another program/ });
  t.notMatch(`${error.message} ${error.action}`, /space/);
  t.equal(await readFile(path, 'utf8'), '{"count":1}', 'the file is unchanged');
});

t.test('deletes an open file once it is closed, and never reports it as a bug', { skip: noHeldFiles }, async (t) => {
  const { path, release } = await held(t);
  const lasting = removeState(
    path,
    patienceOf(async () => undefined),
  );
  await t.rejects(lasting, {
    code: 'STATE_BUSY',
    message: /settings\.json is open in another program/,
    retry: 'retry',
  });
  const patience = patienceOf(async (waited) => {
    if (waited > 1000) release();
  });
  await removeState(path, patience);
  await t.rejects(readFile(path), { code: 'ENOENT' });
  await removeState(path, patience);
});

/** A file with content that is held open. */
async function held(t: Test) {
  const folder = await mkdtemp(join(tmpdir(), 'hallpass-patience-'));
  const path = join(folder, 'settings.json');
  await writeFile(path, '{"count":1}');
  const release = holdFile(t, path);
  t.teardown(async () => {
    release();
    await rm(folder, { recursive: true });
  });
  return { path, release };
}

function noUsers(): string | false {
  return process.getuid === undefined && 'this system has no users as POSIX has them';
}
