import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readTextFile } from './text-file.ts';

t.test('a file that cannot be read says why, without names of system errors', async (t) => {
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
