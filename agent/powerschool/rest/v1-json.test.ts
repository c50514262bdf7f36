/** What survives the path from a PowerSchool table through the JSON of `/ws/v1` into a record. */
import fc from 'fast-check';
import t from 'tap';
import { leaf, node } from '../../../scripts/simulators/powerschool/rest/element.ts';
import { jsonOf } from '../../../scripts/simulators/powerschool/rest/to-json.ts';
import { trimInvisible } from '../../../shared/invisible.ts';
import { anyCharacter } from '../../../shared/testing/any-character.ts';
import { normalizer } from '../normalize.ts';
import { studentRow } from './rows.ts';
import { childrenOf, objectAt, parseV1, textAt } from './v1-json.ts';

const read = (text: string) =>
  textAt(parseV1(jsonOf(node('student', leaf('student_username', text)))), 'student', 'student_username');

t.test('text that looks like something else comes back unchanged', async (t) => {
  for (const text of [
    ...['5', '007', '12345', '9007199254740993', '-1', '+5', '1.5', '0.00', '050010', '1e5', '1.0E10', '1E400'],
    ...[
      'true',
      'false',
      'True',
      'null',
      'NaN',
      '05401',
      "O'Neil",
      'Nguyễn',
      '"',
      '\\u0041',
      '{}',
      '[]',
      '\u2028',
      '😀',
    ],
  ]) {
    t.equal(read(text), text, text);
  }
});

t.test('some text cannot come back: PowerSchool itself has lost it', async (t) => {
  t.equal(read('100.0'), '100');
  t.equal(read('-0.0'), '-0');
  t.equal(read(''), undefined, 'empty text counts as none');
});

t.test('any text comes back, except a fraction of zeros', async (t) => {
  const number = fc.stringMatching(/^[-+]?[0-9]{0,22}(\.[0-9]{1,5})?(E-?[0-9]{1,3})?$/);
  const property = fc.property(fc.oneof(fc.string({ unit: anyCharacter }), number, fc.double().map(String)), (text) => {
    const found = read(text) ?? '';
    return found === text || found === text.replace(/\.0$/, '');
  });
  t.doesNotThrow(() => fc.assert(property, { numRuns: 1000 }));
});

t.test("a student's element gives the same values as the student's record, whatever the names are", async (t) => {
  const name = fc
    .string({ unit: anyCharacter, maxLength: 60 })
    // Invisible characters are covered by normalize.test.ts.
    .map((text) => trimInvisible(text.replace(/\p{Cc}/gu, '')));
  const wanted = { student: ['givenName', 'surname', 'username', 'secondaryEmail'] };
  const normalize = normalizer({ kind: 'student', schoolId: '3' }, wanted);
  const property = fc.property(
    fc.record({ givenName: name, surname: name, username: name, secondaryEmail: name }),
    (given) => {
      const { givenName, surname, username, secondaryEmail } = given;
      const names = node('name', leaf('first_name', givenName), leaf('last_name', surname));
      const info = node('contact_info', leaf('email', secondaryEmail));
      const element = node('student', leaf('id', 5), leaf('student_username', username), [names], [info]);
      const student = objectAt(parseV1(jsonOf(element)), 'student');
      const result = student === undefined ? undefined : normalize(studentRow(student));
      const kept = Object.fromEntries(Object.entries(given).filter(([, text]) => text !== ''));
      const lost = Object.values(given).some((text) => /^-?\d+\.0$/.test(text));
      return lost || t.strictSame(result, { record: { kind: 'student', id: '5', schoolId: '3', ...kept } });
    },
  );
  t.doesNotThrow(() => fc.assert(property, { numRuns: 300 }));
});

t.test('reads one child, many, and none', async (t) => {
  const school = (id: number) => node('school', leaf('id', id));
  const ids = (json: string) => childrenOf(objectAt(parseV1(json), 'schools'), 'school').map(({ id }) => id);
  t.same(ids(jsonOf(node('schools', [school(1)]))), ['1']);
  t.same(ids(jsonOf(node('schools', [school(1), school(2)]))), ['1', '2']);
  t.same(ids('{"schools":{"@extensions":""}}'), []);
  t.same(ids('{"schools":""}'), []);
  t.equal(parseV1('<html>'), undefined);
  t.equal(parseV1('{"a":'), undefined);
  t.same(parseV1('{"a":null,"b":[1,null]}'), { b: ['1', undefined] });
});
