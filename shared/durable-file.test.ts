import { chown, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Low } from 'lowdb';
import t from 'tap';
import { z } from 'zod';
import { DurableFile } from './durable-file.ts';

const schema = z.strictObject({ count: z.int() });

t.test('lowdb writes through it, readable by the owner alone', async (t) => {
  const path = join(t.testdir(), 'deep', 'state.json');
  const db = new Low(new DurableFile(path, schema), { count: 0 });
  await db.read();
  t.same(db.data, { count: 0 }, 'a missing file gives the default');
  db.data.count = 7;
  await db.write();
  t.equal((await stat(path)).mode & 0o777, 0o600);
  t.same(JSON.parse(await readFile(path, 'utf8')), { count: 7 });
});

t.test('falls back from a broken file to the last good one', async (t) => {
  const path = join(t.testdir(), 'state.json');
  const file = new DurableFile(path, schema);
  await file.write({ count: 1 });
  await file.write({ count: 2 });
  await writeFile(path, '{"count":');
  t.same(await file.read(), { count: 1 });
  await writeFile(path, '{"count":"two"}');
  t.same(await file.read(), { count: 1 }, 'so does one that is JSON of the wrong shape');
  t.equal(file.broken, 'count: it must be a number');
  await file.write({ count: 3 });
  t.equal(file.broken, undefined);
  t.same(
    JSON.parse(await readFile(`${path}.bak`, 'utf8')),
    { count: 1 },
    'a broken file does not overwrite the good copy',
  );
});

t.test('reads files that someone edited with Notepad or PowerShell', async (t) => {
  const path = join(t.testdir(), 'state.json');
  const text = '\uFEFF{\r\n  "count": 1\r\n}\r\n';
  for (const bytes of [Buffer.from(text), Buffer.from(text, 'utf16le'), Buffer.from(text, 'utf16le').swap16()]) {
    await writeFile(path, bytes);
    t.same(await new DurableFile(path, schema, { backup: false }).read(), { count: 1 });
  }
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(4096), Buffer.from('{"count":1}\0x')]) {
    await writeFile(path, bytes);
    const file = new DurableFile(path, schema, { backup: false });
    await t.rejects(file.read(), { code: 'STATE_UNREADABLE' }, 'empty or full of NULs, as after a power failure');
  }
});

t.test('a broken file without a backup is an error that names it, never an empty state', async (t) => {
  const path = join(t.testdir({ 'state.json': 'x' }), 'state.json');
  await t.rejects(new DurableFile(path, schema).read(), { code: 'STATE_UNREADABLE', message: /state\.json/ });
});

t.test('an unwritable folder is an error and leaves no temporary file', async (t) => {
  const dir = t.testdir({ blocked: 'a file where a folder should be' });
  const file = new DurableFile(join(dir, 'blocked', 'state.json'), schema);
  await t.rejects(file.write({ count: 1 }), { code: 'STATE_UNWRITABLE' });
});

t.test('files that root writes belong to the owner of the folder', { skip: process.getuid?.() !== 0 }, async (t) => {
  const folder = join(t.testdir({ secret: 'keep' }), 'state');
  await mkdir(folder);
  await chown(folder, 12345, 12346);
  const file = new DurableFile(join(folder, 'new', 'state.json'), schema);
  await file.write({ count: 1 });
  for (const trap of [`state.json.${process.pid}.tmp`, 'state.json.bak']) {
    await rm(join(folder, 'new', trap), { force: true });
    await symlink(join(folder, '..', 'secret'), join(folder, 'new', trap));
  }
  await file.write({ count: 2 });
  for (const path of ['new', 'new/state.json', 'new/state.json.bak']) {
    t.match(await stat(join(folder, path)), { uid: 12345, gid: 12346 }, path);
  }
  t.equal(await readFile(join(folder, '..', 'secret'), 'utf8'), 'keep', 'follows no link');
  t.same(await readdir(join(folder, 'new')), ['state.json', 'state.json.bak']);
});
