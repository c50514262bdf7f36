import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { makeFolders, makeFoldersSync } from './make-folder.ts';

t.test('creates what is missing, and nothing else', async (t) => {
  const top = t.testdir();
  const folder = join(top, 'a', 'b', 'c');
  t.same(await makeFolders(folder, 0o700), [join(top, 'a'), join(top, 'a', 'b'), folder]);
  t.equal(statSync(folder).mode & 0o777, 0o700);
  t.same(await makeFolders(folder, 0o700), []);
  writeFileSync(join(top, 'file'), '');
  await t.rejects(makeFolders(join(top, 'file'), 0o700), { code: 'EEXIST' });
  await t.rejects(makeFolders(join(top, 'file', 'below'), 0o700), { code: 'ENOTDIR' });
  t.same(makeFoldersSync(join(top, 'd', 'e'), 0o700), [join(top, 'd'), join(top, 'd', 'e')]);
  t.same(makeFoldersSync(join(top, 'd', 'e'), 0o700), []);
  t.throws(() => makeFoldersSync(join(top, 'file'), 0o700), { code: 'EEXIST' });
  t.throws(() => makeFoldersSync(join(top, 'file', 'below'), 0o700), { code: 'ENOTDIR' });
});

t.test('gives up at once where nothing can be created', { skip: process.platform !== 'linux' }, async (t) => {
  for (const folder of ['/proc/hallpass', '/proc/self/hallpass/a/b', '/sys/hallpass/x']) {
    await t.rejects(makeFolders(folder, 0o700), { code: /^E[A-Z]+$/ }, folder);
    t.throws(() => makeFoldersSync(folder, 0o700), { code: /^E[A-Z]+$/ }, folder);
  }
});
