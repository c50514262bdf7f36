import fc from 'fast-check';
import t from 'tap';
import { type Person, personOf } from '../model/person.ts';
import { personKey } from '../model/person-key.ts';
import { accountsSchema } from '../profile/accounts.ts';
import { person } from '../testing/matching.ts';
import { DirectoryIndex } from './directory-index.ts';
import { NameHistory } from './name-history.ts';
import { nameAccounts } from './names.ts';
import { foreignness, transliterate } from './transliterate.ts';
import { invalidLocalPart } from './usernames.ts';

const domain = 'contoso.edu';

function student(id: string, givenName?: string, surname?: string): Person {
  const names = { ...(givenName === undefined ? {} : { givenName }), ...(surname === undefined ? {} : { surname }) };
  return personOf('students', id, [{ kind: 'student', id, schoolId: '1', username: `u${id}@x`, ...names }]);
}

const account = (userPrincipalName: string) => ({
  id: `id-${userPrincipalName}`,
  userPrincipalName,
  mail: null,
  mailNickname: null,
  onPremises: false,
});

function rulesFor(username: object) {
  return { domains: { students: domain }, accounts: accountsSchema.parse({ students: { username } }) };
}

/** Local parts by person id. */
function named(people: Person[], username: object, taken: string[] = [], history = new NameHistory()) {
  const directory = new DirectoryIndex(taken.map((name) => account(`${name}@${domain}`)));
  const result = nameAccounts(people, rulesFor(username), directory, history);
  const names = result.named.map((one) => [one.person.id, one.userPrincipalName.replace(`@${domain}`, '')]);
  return { names: Object.fromEntries(names), problems: result.problems };
}

t.test('turns names into letters that a user name may have', async (t) => {
  const cases: [string, string | undefined][] = [
    ['Šimić', 'simic'],
    ["O'Neil", 'oneil'],
    ['Smith\u2212Jones', 'smith-jones'],
    ['Xa\uA78Can', 'xaan'],
    ['T\u0294sa\u02BB', 'tsa'],
    ['Ana María', 'anamaria'],
    ['Müller-Lüdenscheidt', 'muller-ludenscheidt'],
    ['Łukasz', 'lukasz'],
    ['Straße', 'strasse'],
    ['Þórdís Æsa', 'thordisaesa'],
    ['Đặng', 'dang'],
    ['İlkay Işık', 'ilkayisik'],
    ['ﬁne №1', 'fineno1'],
    ['Lee–Park', 'lee-park'],
    ['Kaʻahumanu', 'kaahumanu'],
    ['Kaʼahumanu', 'kaahumanu'],
    ['Ka’ahumanu', 'kaahumanu'],
    ['Ka′ahumanu', 'kaahumanu'],
    ['Kaʹahumanu', 'kaahumanu'],
    ['Ka`ahumanu', 'kaahumanu'],
    ['Ka´ahumanu', 'kaahumanu'],
    ['KaꞋahumanu', 'kaahumanu'],
    ['Łééchąąʼí Nizhóní', 'leechaainizhoni'],
    ['Nguyễn Thị Ươn Đặng', 'nguyenthiuondang'],
    ['Ɔkɔmfo Ɛdwom', 'okomfoedwom'],
    ['Ɓala Ɗan Ƙasa Ƴar Ɖe Ŋa Ɣa Ƒo Ʋe', 'baladankasayardenagafove'],
    ['Ọlá Ẹ̀ṣọ́', 'olaeso'],
    ['ʔálʔal Xʷƛ', 'alalxwtl'],
    ['ǃNawas ǂKhoi', 'nawaskhoi'],
    ['Sigurður Guðný', 'sigurdurgudny'],
    ['ŒUVRÉ ĲSSEL ẞ', 'oeuvreijsselss'],
    ['Əliyev Ǯ Ŧ Ǥ', 'eliyevztg'],
    ['Maĸa Ꞝ', 'maqao'],
    ['Ａｎａ\u200b Lee\u00ad', 'analee'],
    ['ʻ', undefined],
    ['Νίκος', undefined],
    ['محمد', undefined],
    ['ハナ', undefined],
    ['王', undefined],
    ['Ана', undefined],
    ['Ana 王', undefined],
    ['...', undefined],
  ];
  for (const [name, expected] of cases) t.equal(transliterate(name), expected, name);
  const letters = fc.array(fc.integer({ min: 1, max: 0xd7ff }), { maxLength: 12 });
  fc.assert(fc.property(letters, (codes) => /^[a-z0-9-]+$/.test(transliterate(String.fromCharCode(...codes)) ?? 'a')));
});

t.test('reports a name in another script, or without letters, with the letter and the script', async (t) => {
  const reasons: [string, RegExp][] = [
    ['Ана', /"А" \(U\+0410\) is a letter of the Cyrillic script/],
    ['한나', /"한" \(U\+D55C\) is a letter of the Hangul script/],
    ['Aна', /"н" \(U\+043D\) is a letter of the Cyrillic script/],
    ['Νίκος', /Greek/],
    ['محمد', /Arabic/],
    ['٣', /digit of the Arabic script/],
    ['ハナ', /Katakana/],
    ['𞤀', /Adlam/],
    ['ꟺ', /a Latin letter without a spelling in a to z/],
    ['ʻ', /no letter or digit/],
  ];
  for (const [name, reason] of reasons) t.match(foreignness(name), reason, name);
});

t.test('every letter in national Latin alphabets has a spelling in a to z', async (t) => {
  const ofNations = [0x00c0, 0x024f, 0x1e00, 0x1eff];
  const missing: string[] = [];
  for (let at = 0; at < ofNations.length; at += 2) {
    for (let code = ofNations[at] ?? 0; code <= (ofNations[at + 1] ?? 0); code += 1) {
      const letter = String.fromCodePoint(code);
      if (/(?=\p{L})\p{Script=Latin}/u.test(letter) && transliterate(`${letter}a`) === undefined) missing.push(letter);
    }
  }
  t.same(missing, ['ƍ', 'ȸ', 'ȹ', 'Ỻ', 'ỻ', 'Ỽ', 'ỽ'], 'except for phonetic signs and medieval Welsh letters');
});

t.test('a pattern makes user names, and says what prevents one', async (t) => {
  const people = [
    student('1', 'Ana', 'Šimić'),
    student('2', 'Ana'),
    student('3', '王', '力'),
    student('4', 'X'.repeat(80), 'Lee'),
    student('5', 'Kim', "-O'Neil-"),
  ];
  const { names, problems } = named(people, { pattern: '{givenName}.{surname}', maxLength: 20 });
  t.same(names, { 1: 'ana.simic', 4: 'x'.repeat(20), 5: 'kim.-oneil' });
  t.match(problems, [
    { subject: 'students:2', code: 'MissingSourceValue', message: /no surname/ },
    {
      subject: 'students:3',
      code: 'NameInOtherScript',
      message: /givenName "王": "王" \(U\+738B\) is a letter of the Chinese \(Han\) script/,
      action: /Latin letters in PowerSchool.*"accounts\.students\.username"/,
    },
  ]);
  const optional = named(people.slice(0, 2), { pattern: 's-{username}[.{surname:3}]' });
  t.same(optional.names, { 1: 's-u1.sim', 2: 's-u2' });
});

t.test('reports namesakes, unless numbers are chosen', async (t) => {
  const people = ['30', '4', '200'].map((id) => student(id, 'Ana', 'Lee'));
  const pattern = '{givenName}.{surname}';
  const reported = named(people, { pattern });
  t.same(reported.names, {});
  t.match(
    reported.problems,
    people.map(() => ({ code: 'DuplicateTargetEntries', message: /3 people .* share the user name = ana\.lee@/ })),
  );
  t.match(named(people.slice(0, 1), { pattern }, ['ana.lee']).problems, [{ code: 'UserNameTaken' }]);
  t.same(named(people, { pattern, onCollision: 'number' }).names, { 4: 'ana.lee', 30: 'ana.lee2', 200: 'ana.lee3' });
  t.same(named(people, { pattern, onCollision: 'number' }, ['ANA.LEE', 'ana.lee3']).names, {
    4: 'ana.lee2',
    30: 'ana.lee4',
    200: 'ana.lee5',
  });
  t.same(
    named(people.slice(0, 2), { pattern, onCollision: 'number', maxLength: 7 }, []).names,
    { 4: 'ana.lee', 30: 'ana.le2' },
    'the number fits into the length',
  );
});

t.test("an assigned name stays its holder's, even when the account is gone", async (t) => {
  const history = new NameHistory([
    [`ana.lee@${domain}`, 'students:9'],
    [`ana.lee2@${domain}`, 'students:30'],
  ]);
  const numbers = { pattern: '{givenName}.{surname}', onCollision: 'number' };
  const people = [student('4', 'Ana', 'Lee'), student('30', 'Ana', 'Lee')];
  t.same(named(people, numbers, [], history).names, { 4: 'ana.lee3', 30: 'ana.lee2' });
  t.same(named(people, numbers, ['ana.lee2'], history).names, { 4: 'ana.lee3', 30: 'ana.lee4' });
  t.same([history.holderOf(`ANA.LEE@${domain}`), history.namesOf('students:9')], ['students:9', [`ana.lee@${domain}`]]);
});

t.test("for any people, directory and history: no name is invalid, shared, taken or someone else's", async (t) => {
  const person = fc.record({
    id: fc.nat(60),
    givenName: fc.constantFrom('Ana', 'ANA', 'Bo', 'Šimić', undefined),
    surname: fc.constantFrom('Lee', 'Li', "O'Li", ''),
  });
  const people = fc.uniqueArray(person, { selector: (one) => one.id, maxLength: 20 });
  const local = fc.constantFrom('ana.lee', 'ana.lee2', 'ana.lee3', 'bo.li', 'bo.li2', 'simic.lee');
  const given = fc.array(fc.tuple(local, fc.nat(60)));
  fc.assert(
    fc.property(people, fc.uniqueArray(local), given, (somebody, taken, before) => {
      const history = new NameHistory(before.map(([name, id]) => [`${name}@${domain}`, `students:${id}`]));
      const persons = somebody.map(({ id, givenName, surname }) => student(String(id), givenName, surname));
      const username = { pattern: '{givenName}.{surname}', onCollision: 'number' };
      const directory = new DirectoryIndex(taken.map((name) => account(`${name}@${domain}`)));
      const { named: all, problems } = nameAccounts(persons, rulesFor(username), directory, history);
      const used: readonly string[] = taken;
      const upns = all.map((one) => one.userPrincipalName.toLowerCase());
      return (
        all.length + problems.length === persons.length &&
        new Set(upns).size === upns.length &&
        all.every(({ person: { role, id }, userPrincipalName }) => {
          const localPart = userPrincipalName.split('@')[0] ?? '';
          const holder = history.holderOf(userPrincipalName);
          return (
            invalidLocalPart(localPart) === undefined &&
            !used.includes(localPart) &&
            (holder === undefined || holder === personKey(role, id))
          );
        })
      );
    }),
  );
  t.pass('it holds');
});

t.test("account names follow the directory's rules, and a collision is reported and never resolved", async (t) => {
  const people = [
    person('1', { username: "d'arcy" }),
    person('2', { username: 'kept@s.contoso.edu' }),
    person('3', { username: 'josé' }),
    person('4', { username: 'two words' }),
    person('5', { username: 'dot.' }),
    person('6', { username: 'x'.repeat(65) }),
    person('7', { username: 'taken' }),
    person('8', { username: 'same' }),
    person('9', { username: 'SAME' }),
    person('10'),
  ];
  const result = nameAccounts(
    people,
    { domains: { students: 's.contoso.edu' }, accounts: accountsSchema.parse(undefined) },
    new DirectoryIndex([account('Taken@s.contoso.edu')]),
    new NameHistory(),
  );
  t.same(
    result.named.map((one) => one.userPrincipalName),
    ["d'arcy@s.contoso.edu", 'kept@s.contoso.edu'],
  );
  t.equal(result.named[0]?.mailNickname, 'd_arcy', 'mailNickname allows no apostrophe');
  t.same(Object.fromEntries(result.problems.map(({ subject, code }) => [subject.split(':')[1], code])), {
    3: 'InvalidUserName',
    4: 'InvalidUserName',
    5: 'InvalidUserName',
    6: 'InvalidUserName',
    7: 'UserNameTaken',
    8: 'DuplicateTargetEntries',
    9: 'DuplicateTargetEntries',
    10: 'MissingSourceValue',
  });
  t.equal(invalidLocalPart("o'neil-jr_1.x!#^~"), undefined);
});
