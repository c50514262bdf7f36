import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { z } from 'zod';
import { DurableFile } from './durable-file.ts';

const schema = z.strictObject({
  page: z.strictObject({ port: z.int().default(8650) }).prefault({}),
  quiet: z.array(z.strictObject({ from: z.string() })).default([]),
});

t.test('names keys of a newer version, and keeps them when an older one writes', async (t) => {
  const newer = {
    page: { port: 1, theme: 'dark' },
    quiet: [{ from: '21:00', days: ['mon'] }, { from: '06:00' }],
    jitter: { seconds: 3 },
  };
  const path = join(t.testdir({ 'settings.json': JSON.stringify(newer) }), 'settings.json');
  const file = new DurableFile(path, schema);
  const read = await file.read();
  t.same(read, { page: { port: 1 }, quiet: [{ from: '21:00' }, { from: '06:00' }] }, 'they have no effect');
  t.match(file.unknownKeys, { code: 'STATE_KEYS_UNKNOWN', message: /page\.theme/ });
  t.match(file.unknownKeys?.message, /jitter/);
  t.match(file.unknownKeys?.message, /quiet\.0\.days/);

  const changed = { page: { port: 2 }, quiet: read?.quiet ?? [] };
  await file.write(changed);
  const written = async () => JSON.parse(await readFile(path, 'utf8'));
  t.same(await written(), { ...newer, page: { port: 2, theme: 'dark' } });
  await new DurableFile(path, schema).read();
  await file.write({ ...changed, quiet: [{ from: '22:00' }] });
  t.same((await written()).quiet, [{ from: '22:00' }], 'the unknown keys of a removed entry go with it');
});

t.test('still refuses an invalid value beside unknown keys', async (t) => {
  const path = join(t.testdir(), 'settings.json');
  await writeFile(path, '{"jitter":1,"page":{"port":"x"}}');
  await t.rejects(new DurableFile(path, schema).read(), {
    code: 'STATE_UNREADABLE',
    message: /page\.port: it must be a number/,
    action: /install the newer version again/,
  });
  await writeFile(path, `${'\uFEFF'}{"page":{"port":7}}`, 'utf16le');
  t.match(await new DurableFile(path, schema).read(), { page: { port: 7 } }, 'corrected with Notepad');
});
