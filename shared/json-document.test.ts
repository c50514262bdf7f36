import fc from 'fast-check';
import t from 'tap';
import { readJson } from './json-document.ts';

const said = (text: string) => readJson(text).mistakes.map(({ line, column, reason }) => `${line}:${column} ${reason}`);

t.test('reads what JSON.parse reads, and refuses what it refuses', async (t) => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (text) => {
      const { value, mistakes } = readJson(text);
      t.same(mistakes, []);
      return JSON.stringify(value) === JSON.stringify(JSON.parse(text));
    }),
  );
  fc.assert(
    fc.property(
      fc.json(),
      fc.nat(),
      fc.constantFrom(',', '"', '}', ']', ':', 'x', '\n', '\\', "'"),
      (text, at, sign) => {
        const place = at % (text.length + 1);
        const broken = text.slice(0, place) + sign + text.slice(place);
        let parsed: { value: unknown } | undefined;
        try {
          parsed = { value: JSON.parse(broken) };
        } catch {
          parsed = undefined;
        }
        const { value, mistakes } = readJson(broken);
        if (parsed === undefined) return mistakes.length > 0;
        return mistakes.length === 0
          ? JSON.stringify(value) === JSON.stringify(parsed.value)
          : /twice/.test(mistakes[0]?.reason ?? '');
      },
    ),
    { numRuns: 2000 },
  );
});

t.test('names every mistake with line and column', async (t) => {
  t.same(said('{\n  "a": 1,\n  // why\n  "b": [1, 2,],\n  "a": 2,\n}'), [
    '3:3 JSON has no comments; remove it',
    '4:13 there is a comma before the closing ]; remove it',
    '5:3 "a" is given twice; keep one of them',
    '5:9 there is a comma before the closing }; remove it',
  ]);
  t.same(said('{"a": 1\n "b": 2}'), ['2:2 a comma is missing before this']);
  t.same(said("{name: 'x', on: True}"), [
    '1:2 the name name needs double quotes around it',
    '1:8 text must be in straight double quotes ("), not in \'',
    '1:13 the name on needs double quotes around it',
    '1:17 True is written in lower case: true',
  ]);
  t.same(said('{“name”: 1}').length, 1);
  t.same(said('{"a": "C:\\keys"}'), ['1:7 \\k is not an escape; write a backslash twice: \\\\']);
  t.same(said('{"a": "x\n"}'), ['1:7 text begins here, but its closing quote is missing on this line']);
  t.same(said('{"a": {\n'), ['2:1 the file ends before the brace of line 1 is closed']);
  t.same(said(''), ['1:1 the file is empty']);
  t.same(said('{} {}'), ['1:4 there is something after the end of the document']);
  t.same(said('{"a" 1}'), ['1:6 a colon is missing after "a"']);
  t.same(said('[1,,2]'), ['1:3 there is one comma too many']);
  t.match(said('['.repeat(100_000)), [/nested more than 100 levels/]);
  t.equal(said('x '.repeat(100)).length > 0, true);
});
