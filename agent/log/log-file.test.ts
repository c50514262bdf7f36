/** Log files on a real disk: their size, their permissions, and what happens when they cannot be written. */
import { chown, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { holdFile, noHeldFiles } from '../../shared/testing/held-file.ts';
import type { AgentEvent } from '../model/events.ts';
import { settingsSchema } from '../settings/settings.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { logFileReport, logPaths } from './log-file.ts';
import { RotatingFile } from './rotating-file.ts';

const lost = (message: string): AgentEvent => ({ event: 'link.lost', code: 'LINK_LOST', message });

t.test('keeps the newest lines in a few files of limited size, readable only by the owner', async (t) => {
  const folder = t.testdir({});
  const path = join(folder, 'logs', 'agent.log');
  const file = new RotatingFile({ path, maxBytes: 100, files: 3 });
  const lines = Array.from({ length: 40 }, (_, index) => `line ${String(index).padStart(14, '0')}\n`);
  for (const line of lines) file.write(line, false);
  t.same((await readdir(join(folder, 'logs'))).sort(), ['agent.log', 'agent.log.1', 'agent.log.2']);
  const kept: string[] = [];
  for (const name of ['agent.log.2', 'agent.log.1', 'agent.log']) {
    kept.push(await readFile(join(folder, 'logs', name), 'utf8'));
    t.ok((kept.at(-1)?.length ?? 0) <= 100, name);
    t.equal((await stat(join(folder, 'logs', name))).mode & 0o777, 0o600, name);
  }
  t.equal(kept.join(''), lines.slice(-15).join(''), 'none is lost or duplicated');
  t.equal((await stat(join(folder, 'logs'))).mode & 0o777, 0o700);

  const single = new RotatingFile({ path: join(folder, 'one.log'), maxBytes: 30, files: 1 });
  for (const line of lines) single.write(line, true);
  t.equal(await readFile(join(folder, 'one.log'), 'utf8'), lines.at(-1));
  single.write(`${'x'.repeat(99)}\n`, false);
  t.equal((await stat(join(folder, 'one.log'))).size, 100, 'a line that is too long gets its own file');
});

t.test(
  'a reader that holds a log file open ends neither the log nor an older file',
  { skip: noHeldFiles },
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'hallpass-log-'));
    t.teardown(() => rm(folder, { recursive: true }));
    const path = join(folder, 'agent.log');
    const file = new RotatingFile({ path, maxBytes: 100, files: 3 });
    const lines = Array.from({ length: 30 }, (_, index) => `line ${String(index).padStart(14, '0')}\n`);
    for (const line of lines.slice(0, 15)) file.write(line, false);
    const release = holdFile(t, path);
    for (const line of lines.slice(15, 20)) file.write(line, false);
    const all = async () => {
      const texts = ['.2', '.1', ''].map((end) => readFile(`${path}${end}`, 'utf8').catch(() => ''));
      return (await Promise.all(texts)).join('');
    };
    t.equal(await all(), lines.slice(5, 20).join(''), 'one was full: drops only what is older than two full files');
    const writeAll = () => {
      for (const line of lines) file.write(line, false);
    };
    t.throws(writeAll, { code: 'EBUSY' }, 'it does not grow forever');
    t.equal((await stat(path)).size, 200);
    release();
    file.write('free again\n', false);
    t.equal(await readFile(path, 'utf8'), 'free again\n');
    t.equal((await stat(`${path}.1`)).size, 200);
  },
);

t.test('writes events as lines of JSON with the time, and little progress', async (t) => {
  const folder = t.testdir({});
  const { log } = settingsSchema.parse({});
  const clock = new ManualClock();
  const report = logFileReport({ log, folder, clock, onTrouble: () => t.fail('no trouble') });
  report({ event: 'link.open', relay: 'https://relay.example', tenant: 'District' });
  for (let second = 0; second < 30; second += 1) {
    report({ event: 'cycle.progress', bucketsDone: second, bucketsTotal: 30, records: 0 });
    clock.advance(1000);
  }
  report(lost('gone'));
  const [path = ''] = logPaths(log, folder);
  const events = (await readFile(path, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.match(events[0], { level: 30, time: /^20\d\d-\d\d-\d\dT/, event: 'link.open', tenant: 'District' });
  t.equal(events.filter(({ event }) => event === 'cycle.progress').length, 2, 'every ten seconds');
  t.match(events.at(-1), { level: 40, event: 'link.lost' });

  await rm(folder, { recursive: true });
  report(lost('deleted under us'));
  t.match(await readFile(path, 'utf8'), /deleted under us/);
  t.same(logPaths({ ...log, files: 0 }, folder), []);
  logFileReport({ log: { ...log, files: 0, file: join(folder, 'no') }, folder, clock, onTrouble: () => undefined })(
    lost(''),
  );
  await t.rejects(stat(join(folder, 'no')), 'switched off');
});

t.test('reports a log that cannot be written once, and resumes when it can', async (t) => {
  const folder = t.testdir({ blocked: '' });
  const log = { ...settingsSchema.parse({}).log, file: join(folder, 'blocked', 'agent.log') };
  const troubles: string[] = [];
  const clock = new ManualClock();
  const report = logFileReport({ log, folder, clock, onTrouble: ({ code }) => troubles.push(code) });
  report(lost('one'));
  report(lost('two'));
  t.same(troubles, ['LOG_UNWRITABLE']);
  await rm(join(folder, 'blocked'));
  report(lost('three'));
  t.match(await readFile(log.file, 'utf8'), /three/);
  await rm(join(folder, 'blocked'), { recursive: true });
  await writeFile(join(folder, 'blocked'), '');
  report(lost('four'));
  t.equal(troubles.length, 2);
});

t.test(
  'root follows no link, and writes for the owner of the folder',
  { skip: process.getuid?.() !== 0 },
  async (t) => {
    const folder = t.testdir({ shadow: 'keep' });
    const path = join(folder, 'logs', 'agent.log');
    await mkdir(join(folder, 'logs'));
    await chown(join(folder, 'logs'), 12345, 12346);
    const file = new RotatingFile({ path, maxBytes: 100, files: 2 });
    file.write('a line\n', false);
    t.match(await stat(path), { uid: 12345, gid: 12346 });
    await rm(path);
    await symlink(join(folder, 'shadow'), path);
    t.throws(() => file.write('a line\n', false), { code: 'ELOOP' });
    t.equal(await readFile(join(folder, 'shadow'), 'utf8'), 'keep');
  },
);
