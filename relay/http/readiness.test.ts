/** A relay whose database fails while it runs: real files, damaged or on a full disk. */
import { spawnSync } from 'node:child_process';
import { closeSync, fstatSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import t from 'tap';
import { connected, setUp, startTestRelay, type TestRelay } from '../testing/relay-double.ts';
import { StoppedClock } from '../testing/stopped-clock.ts';

/** Overwrites every page but the first, and makes every connection reread them. */
function damage(home: string): void {
  const file = join(home, 'relay.db');
  const other = new DatabaseSync(file);
  other.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const pageBytes = Number(Object.values(other.prepare('PRAGMA page_size').get() ?? {})[0]);
  const fd = openSync(file, 'r+');
  const { size } = fstatSync(fd);
  writeSync(fd, Buffer.alloc(size - pageBytes, 0xa5), 0, size - pageBytes, pageBytes);
  closeSync(fd);
  // A commit by another process to page 1 only: it invalidates the relay's cache of the other pages.
  other.exec('PRAGMA user_version = 1');
  other.close();
}

async function event(relay: TestRelay, name: string): Promise<Record<string, unknown>[]> {
  for (;;) {
    const found = relay.events().filter((line) => line.event === name);
    if (found.length > 0) return found;
    await new Promise(setImmediate);
  }
}

const ready = async (relay: TestRelay) => {
  const answer = await fetch(`${relay.url}/readyz`);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

t.test('a damaged database is reported once, and the relay keeps answering and shuts down cleanly', async (t) => {
  const home = t.testdir();
  const clock = new StoppedClock();
  const relay = await startTestRelay(home, { clock });
  t.same(await ready(relay), { status: 200, body: { status: 'ready' } });
  damage(home);
  for (let turn = 0; turn < 20; turn++) {
    clock.pass(60_000);
    await new Promise(setImmediate);
  }
  t.match(await event(relay, 'changes.watch-failed'), [{ code: 'STORE_UNAVAILABLE' }]);
  t.equal((await event(relay, 'changes.watch-failed')).length, 1);
  t.equal((await fetch(`${relay.url}/healthz`)).status, 200);
  const posted = await fetch(`${relay.url}/healthz`, { method: 'POST' });
  t.match(await posted.json(), { code: 'METHOD_NOT_ALLOWED', message: /POST.*only GET/ });
  t.match([posted.status, posted.headers.get('allow')], [405, /GET/]);
  t.match(await ready(relay), {
    status: 503,
    body: { status: 503, code: 'STORE_UNAVAILABLE', action: String },
  });
  await relay.close();
});

t.test('a relay with a damaged database tells agents to come back', async (t) => {
  const clock = new StoppedClock();
  const { relay, agent } = await setUp(t, { clock });
  damage(relay.home);
  await t.rejects(connected(relay, agent), /503 STORE_UNAVAILABLE/);
});

t.test('a full disk makes the relay not ready', { skip: noTmpfs() }, async (t) => {
  // Not the test's own folder, which is removed before it can be unmounted.
  const home = mkdtempSync(join(tmpdir(), 'hallpass-disk-'));
  t.equal(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=80m', 'tmpfs', home]).status, 0);
  const clock = new StoppedClock();
  const relay = await startTestRelay(home, { clock });
  try {
    t.match(await ready(relay), { status: 200 });
    const filler = openSync(join(home, 'filler'), 'w');
    try {
      for (;;) writeSync(filler, Buffer.alloc(1 << 20));
    } catch {
      // Full now.
    }
    clock.pass(10_000);
    t.match(await ready(relay), { status: 503, body: { code: 'STORE_UNAVAILABLE' } });
    t.equal((await fetch(`${relay.url}/healthz`)).status, 200, 'the process itself is well');
    ftruncateSync(filler, 0);
    closeSync(filler);
    clock.pass(10_000);
    t.match(await ready(relay), { status: 200 }, 'with room again it is ready again');
  } finally {
    await relay.close();
    spawnSync('umount', ['-l', home]);
    rmSync(home, { recursive: true });
  }
});

t.test('a database that may not grow makes the relay not ready', async (t) => {
  const { relay } = await setUp(t);
  await relay.store.system(async ({ db }) => {
    await sql`pragma max_page_count = 1`.execute(db);
  });
  t.match(await ready(relay), { status: 503, body: { code: 'STORE_UNAVAILABLE', message: /full/ } });
});

function noTmpfs(): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux, to mount a small disk';
  const probe = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']);
  return probe.status === 0 ? false : 'this container may not mount';
}
