import { PassThrough } from 'node:stream';
import t from 'tap';
import { isPrintableLine, printable, printableLine, printableOutput } from './printable.ts';

t.test('shows what a terminal would act on, and keeps everything else', async (t) => {
  t.equal(printable('\u001b]0;owned\u0007'), '\\u001b]0;owned\\u0007');
  t.equal(printable('\u009b31m'), '\\u009b31m', 'the eight-bit form of an escape sequence');
  t.equal(printable('safe\u202egnp.exe'), 'safe\\u202egnp.exe');
  t.equal(printable('a\rb'), 'a\\u000db');
  for (const name of ['Kaʻahumanu', 'Zoë 李 Ørsted', 'עברית', '👩‍🏫', 'a\tb\n']) t.equal(printable(name), name);
  t.equal(printableLine('one\ntwo\tthree'), 'one\\u000atwo\\u0009three');
  t.same(['sis01', 'a\nb', '\u001b[2J', 'Schule Nr. 5 (Süd)'].map(isPrintableLine), [true, false, false, true]);
});

t.test('JSON keeps its value, and CSV keeps its line ends', async (t) => {
  const value = { name: 'x\u009b\u202e\u001by' };
  t.same(JSON.parse(printable(JSON.stringify(value))), value);
  const under = new PassThrough();
  const out = printableOutput(under);
  out.write('"a","b"\r\n"\u001b[2J","c\rd"\r\n');
  t.equal(String(under.read()), '"a","b"\r\n"\\u001b[2J","c\\u000dd"\r\n');
});
