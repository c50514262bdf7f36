import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { decodeText, readTextFile } from './text-file.ts';

t.test('UTF-8 and UTF-16 are read, with and without byte order mark', async (t) => {
  const text = '{"name": "Kaʻahumanu"}\r\n';
  const utf16 = Buffer.from(text, 'utf16le');
  const mark = Buffer.from([0xff, 0xfe]);
  for (const bytes of [
    Buffer.from(text),
    Buffer.from(`\uFEFF${text}`),
    utf16,
    Buffer.concat([mark, utf16]),
    Buffer.concat([mark, utf16]).swap16(),
    Buffer.from(utf16).swap16(),
  ]) {
    t.equal(decodeText(bytes), text);
  }
  t.equal(decodeText(Buffer.alloc(0)), '');
});

t.test('what is no text is named', async (t) => {
  t.throws(() => decodeText(Buffer.from([0x7b, 0xe4, 0x7d])), /not text in UTF-8: save it as UTF-8/);
  t.throws(() => decodeText(Buffer.from('504b0304000000080000004a5a', 'hex')), /not a text file/);
  t.throws(() => decodeText(Buffer.from('fffe00007b000000', 'hex')), /UTF-32/);
});

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
