import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import t from 'tap';
import { readPersonInput } from './person-text.ts';
import { readAtMost, readTextFile } from './text-file.ts';

t.test('says why a file cannot be read, without system error codes', async (t) => {
  const folder = t.testdir();
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'x'), 'x');
  const refused: [path: string, reason: RegExp][] = [
    [join(folder, 'none'), /: there is no such file or folder\.$/],
    [join(folder, 'sub'), /: it is a folder and not a file\.$/],
    [join(folder, 'x', 'y'), /: a part of the path is a file and not a folder\.$/],
    [`${folder}\0x`, /: the path is not valid\.$/],
    [join(folder, 'x'.repeat(300)), /: the name is too long\.$/],
  ];
  for (const [path, message] of refused)
    await t.rejects(readTextFile(path), { code: 'FILE_UNREADABLE', message }, path);
});

t.test('does not read endless files forever', async (t) => {
  const file = join(t.testdir({ ten: '0123456789' }), 'ten');
  t.equal((await readAtMost(file, 10)).toString(), '0123456789');
  await t.rejects(readAtMost(file, 9), { message: /^it has more than 9 bytes/ });
  const endless = Readable.from(
    (function* () {
      for (;;) yield Buffer.from('y\n'.repeat(10_000));
    })(),
  );
  await t.rejects(readPersonInput(endless), { code: 'TEXT_UNREADABLE', message: /it has more than 1 MB/ });
  // A shell's <(command) has no size, but is read completely all the same.
  t.equal((await readAtMost('/dev/null', 10)).length, 0);
  await t.rejects(readTextFile('/dev/zero'), { code: 'FILE_UNREADABLE', message: /it has more than 64 MB/ });
});
