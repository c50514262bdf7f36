/** The mechanical conversion from XML to JSON, and what it preserves of a text. */
import fc from 'fast-check';
import t from 'tap';
import { anyCharacter } from '../../../../shared/testing/any-character.ts';
import { leaf, node } from './element.ts';
import { jsonOf, primitiveOf } from './to-json.ts';
import { xmlOf } from './to-xml.ts';

t.test('one child is an object, several are a list, none is empty text', async (t) => {
  const school = (id: number) => node('school', leaf('id', id), leaf('name', 'Ex High'));
  t.same(JSON.parse(jsonOf(node('schools', [school(1)]))), { schools: { school: { id: 1, name: 'Ex High' } } });
  t.same(JSON.parse(jsonOf(node('schools', [school(1), school(2)]))).schools.school.length, 2);
  const none = { ...node('schools'), attributes: { expansions: 'a, b', extensions: '' } };
  t.same(JSON.parse(jsonOf(none)), { schools: { '@expansions': 'a, b', '@extensions': '' } });
  t.same(JSON.parse(jsonOf(node('student', [node('fees')]))), { student: { fees: '' } });
  t.same(leaf('exit_code', null), [], 'an unset value is left out');
  const field = { name: 'value', content: '1854', verbatim: true } as const;
  t.same(JSON.parse(jsonOf(node('_field', leaf('name', 'zip'), [field]))), { _field: { name: 'zip', value: '1854' } });
});

t.test('text that looks exactly like a written number or boolean becomes one', async (t) => {
  for (const [text, json] of [
    ['5', '5'],
    ['95014', '95014'],
    ['-1', '-1'],
    ['true', 'true'],
    ['0.5', '0.5'],
    ['1.0E10', '1.0E10'],
    ['9007199254740993', '9007199254740993'],
    // Here the library loses the original.
    ['100.0', '100'],
    ['-0.0', '-0'],
  ] as const) {
    t.equal(primitiveOf(text), json, text);
  }
  for (const text of [
    '0.00',
    '050010',
    '007',
    '+5',
    '-0',
    '1e5',
    '1E5',
    '1.50',
    'True',
    'NaN',
    ' 5',
    '5 ',
    '12345678.5',
  ]) {
    t.equal(primitiveOf(text), JSON.stringify(text), text);
  }
  t.equal(primitiveOf(String(2n ** 63n)), `"${2n ** 63n}"`, 'beyond 64 bits');
  t.equal(primitiveOf(String(-(2n ** 63n))), String(-(2n ** 63n)));
});

t.test('any text is valid JSON, and reads back unchanged except for the decimals of a whole number', async (t) => {
  const digits = fc.stringMatching(/^[-+]?[0-9]{0,22}(\.[0-9]{1,5})?(E-?[0-9]{1,3})?$/);
  const property = fc.property(fc.oneof(fc.string({ unit: anyCharacter }), digits, fc.double().map(String)), (text) => {
    const json = primitiveOf(text);
    const value: unknown = JSON.parse(json);
    const written = typeof value === 'string' ? value : json;
    return written === text || text.replace(/\.0$/, '') === written;
  });
  t.doesNotThrow(() => fc.assert(property, { numRuns: 2000 }));
});

t.test('XML has the same content', async (t) => {
  const root = {
    ...node('student', leaf('id', 5), [node('name', leaf('last_name', '<O\'Neil & "Co">\u0001'))], [node('fees')]),
  };
  t.equal(
    xmlOf({ ...root, attributes: { expansions: 'a, b' } }),
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><student expansions="a, b"><id>5</id><name>' +
      "<last_name>&lt;O'Neil &amp; &quot;Co&quot;&gt;\ufffd</last_name></name><fees/></student>",
  );
});
