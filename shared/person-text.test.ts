import { join } from 'node:path';
import { Readable } from 'node:stream';
import t from 'tap';
import { decodeText, onlyLine, readPersonInput } from './person-text.ts';
import { readTextFile } from './text-file.ts';

const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();
const mark = '\uFEFF';

t.test('reads what Notepad, PowerShell and others write', async (t) => {
  const text = 'Zoë-4711\r\n';
  const forms = {
    'UTF-8': Buffer.from(text),
    'UTF-8 with a mark, as Set-Content -Encoding utf8 writes it': Buffer.from(mark + text),
    'UTF-16 with a mark, as > and Out-File write it': Buffer.from(mark + text, 'utf16le'),
    'UTF-16 big-endian with a mark': utf16be(mark + text),
    'two marks': Buffer.from(mark + mark + text),
    'NULs after the end': Buffer.from(`${text}\0\0\0`),
  };
  for (const [name, bytes] of Object.entries(forms)) t.same(decodeText(bytes), { text }, name);
  t.same(decodeText(Buffer.from('ascii', 'utf16le')), { text: 'ascii' }, 'UTF-16 without a mark, in ASCII');
  t.same(decodeText(utf16be('ascii')), { text: 'ascii' });
  const name = '{"name": "Kaʻahumanu"}';
  t.same(decodeText(Buffer.from(name, 'utf16le')), { text: name }, 'and with a letter that is not ASCII');
  t.same(decodeText(utf16be(name)), { text: name });
  for (const short of ['abc', 'ab', 'abcdefg']) t.same(decodeText(Buffer.from(`${short}\0`)), { text: short }, short);
  t.same(decodeText(Buffer.alloc(0)), { text: '' });
});

t.test('refuses by name what could be read in several ways', async (t) => {
  const refused = {
    'an older code page': [Buffer.from([0x5a, 0x6f, 0xeb]), /Windows-1252/],
    'a ZIP': [Buffer.from('504b0304000000080000004a5a', 'hex'), /NUL/],
    'NULs within': [Buffer.from('a\0b'), /NUL/],
    'UTF-16 that is cut off': [Buffer.from(`${mark}ab`, 'utf16le').subarray(0, 5), /damaged UTF-16/],
    'half a surrogate pair': [Buffer.from(`${mark}\uD800x`, 'utf16le'), /damaged UTF-16/],
    'UTF-32': [Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), /UTF-32/],
  } as const;
  for (const [name, [bytes, reason]] of Object.entries(refused)) t.match(decodeText(bytes), { reason }, name);
  const folder = t.testdir({ secret: Buffer.from([0xe9]) });
  await t.rejects(readTextFile(join(folder, 'secret')), {
    code: 'TEXT_UNREADABLE',
    message: /secret cannot be used/,
  });
  await t.rejects(readTextFile(join(folder, 'none')), { code: 'FILE_UNREADABLE' });
});

t.test('reads a pipe like a file, wherever its chunks end', async (t) => {
  const bytes = [...Buffer.from(`${mark}Zoë\r\n`, 'utf16le')].map((byte) => Buffer.from([byte]));
  t.equal(await readPersonInput(Readable.from(bytes)), 'Zoë\r\n');
});

t.test('a secret is one line of visible characters', async (t) => {
  t.equal(onlyLine('\r\n  hush hush\u200B\r\n\r\n', 'It'), 'hush hush');
  t.equal(onlyLine(' \n', 'It'), undefined);
  t.throws(() => onlyLine('one\r\ntwo', 'It'), { code: 'TEXT_UNREADABLE', message: /more than one line/ });
  t.throws(() => onlyLine('hush\u200Bhush', 'It'), { message: /contains an invisible character \(U\+200B\)/ });
  t.throws(() => onlyLine('hush\x07hush', 'It'), { message: /U\+0007/ });
});
