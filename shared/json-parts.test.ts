import fc from 'fast-check';
import t from 'tap';
import { atOnce } from './in-parts.ts';
import { type Beyond, cutJson, type JsonBounds } from './json-parts.ts';

const bounds: JsonBounds = { maxDepth: 8, maxValues: 200_000, maxValuesInPart: 10_000, maxBytesInPart: 1 << 20 };
const names = new Set(['list', 'other', '__proto__', 'a "quoted" name']);

function parsed(text: string): unknown {
  const parts = atOnce(cutJson(Buffer.from(text), bounds));
  if (typeof parts === 'string') return parts;
  const whole: unknown = JSON.parse(parts.text);
  atOnce(parts.fill(whole, names));
  return whole;
}

function beyond(text: string): Beyond | undefined {
  const parts = atOnce(cutJson(Buffer.from(text), bounds));
  return typeof parts === 'string' ? parts : undefined;
}

t.test('the parts give the same result as the whole', async () => {
  const value = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('"', '\\', '\\"', '],[', '{"a":[', 'ž€😀', ' '),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
    fc.constant(null),
  );
  const element = fc.oneof(value, fc.array(value, { maxLength: 4 }), fc.dictionary(fc.string(), value, { maxKeys: 4 }));
  fc.assert(
    fc.property(
      fc.array(element, { minLength: 1, maxLength: 9 }),
      fc.constantFrom(...names),
      fc.integer({ min: 1, max: 3000 }),
      fc.constantFrom(undefined, 1, '\t'),
      (elements, name, times, indent) => {
        const long = Array.from({ length: times }, (_, at) => elements[at % elements.length]);
        const made = Object.fromEntries([
          ['type', ']x['],
          [name, long],
          ['within', { list: elements }],
          ['short', elements],
        ]);
        const text = JSON.stringify(made, undefined, indent);
        if (beyond(text) !== undefined) return true;
        return JSON.stringify(parsed(text)) === JSON.stringify(JSON.parse(text));
      },
    ),
    { numRuns: 200 },
  );
});

t.test('parses long lists part by part, and skips unknown ones', async (t) => {
  const long = JSON.stringify({ type: 'x', list: Array.from({ length: 20_000 }, (_, at) => ({ at })) });
  const parts = atOnce(cutJson(Buffer.from(long), bounds));
  if (typeof parts === 'string') throw new Error(parts);
  t.same(JSON.parse(parts.text), { type: 'x', list: [] });
  const whole = JSON.parse(parts.text);
  t.ok([...parts.fill(whole, names)].length >= 10, 'with pauses between');
  t.same(whole, JSON.parse(long));
  t.same(parsed(long.replace('"list"', '"else"')), { type: 'x', else: [] });
});

t.test('refuses in parts what is not JSON as a whole', async (t) => {
  const numbers = (count: number) => Array.from({ length: count }, () => '1').join();
  for (const text of [
    `{"list":[${numbers(3000)},,${numbers(3000)}]}`,
    `{"list":[${numbers(3000)},]}`,
    `{"list":[${numbers(3000)},{]}`,
    `{"list":[${numbers(3000)}`,
    `{"list":[${numbers(3000)}}`,
    `{"list":[${numbers(3000)}]}]`,
    `{"list":[${numbers(3000)}],"list":[1]}`,
    `{"list":[${numbers(3000)}],"list":1}`,
    `{list:[${numbers(3000)}]}`,
    `{"list":[${numbers(3000)} "1"]}`,
  ]) {
    t.throws(() => parsed(text), SyntaxError, `${text.slice(0, 10)}…${text.slice(-20)}`);
  }
  t.equal(Object.getPrototypeOf(parsed(`{"__proto__":[${numbers(3000)}]}`)), Object.prototype);
});

t.test('limits depth, the number of values, and how much is parsed at once', async (t) => {
  const repeated = (text: string, times: number) => Array(times).fill(text).join();
  t.equal(beyond('['.repeat(9)), 'maxDepth');
  t.equal(beyond(`${'['.repeat(8)}${']'.repeat(8)}`), undefined);
  t.equal(beyond(`{"list":[${repeated('0', 200_000)}]}`), 'maxValues');
  t.equal(beyond(`{"list":[${repeated('0', 190_000)}]}`), undefined);
  for (const [what, text] of Object.entries({
    'many members': `{${repeated('"x":0', 11_000)}}`,
    'an object of many members': `{"x":{${repeated('"x":0', 11_000)}}}`,
    'an element of many values': `{"list":[[${repeated('0', 11_000)}]]}`,
    'many short lists': `{${repeated(`"x":[${repeated('0', 1000)}]`, 12)}}`,
    'a list and no object': `[${repeated('0', 11_000)}]`,
    'lists in a list': `[[${repeated('0', 11_000)}]]`,
  })) {
    t.equal(beyond(text), 'maxValuesInPart', what);
  }
  const long = 'x'.repeat(1 << 20);
  t.equal(beyond(`{"x":"${long}"}`), 'maxBytesInPart');
  t.equal(beyond(`{"list":["${long}"]}`), 'maxBytesInPart');
  t.equal(beyond(`{"list":["${long}",1]}`), 'maxBytesInPart');
  t.equal(beyond(`{"list":["${long.slice(9)}",${repeated(`"${long.slice(9)}"`, 3)}]}`), undefined);
});
