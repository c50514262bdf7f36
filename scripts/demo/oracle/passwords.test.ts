import t from 'tap';
import { expectedState } from './expected.ts';
import { comparePasswords, readHandedOut } from './passwords.ts';
import { circumstances, district, profileOf } from './testing.ts';

const good = ['Abcdefgh2345679#', 'Bbcdefgh2345679#', 'Cbcdefgh2345679#', 'Dbcdefgh2345679#'];

/** A correct file, and what is expected of it. */
function handedOut(folder: string) {
  const { users } = expectedState(district(folder), circumstances([profileOf('create')]));
  const lines = users.map(({ person, account }, at) => {
    const name = 'userPrincipalName' in account ? account.userPrincipalName : '';
    return `"${person.key}","School","O""Neil, Kim","","${name}","${good[at]}"\r\n`;
  });
  const csv = `\uFEFF"person","school","givenName","surname","userPrincipalName","password"\r\n${lines.join('')}`;
  return { users, csv };
}

t.test('accepts one good password for each account that was created', (t) => {
  const { users, csv } = handedOut(t.testdir());
  t.equal(readHandedOut(csv).length, users.length);
  t.strictSame(comparePasswords(users, readHandedOut(csv), new Set()), []);
  t.end();
});

t.test('reports every password that is missing, duplicated, weak or wrong', (t) => {
  const { users, csv } = handedOut(t.testdir());
  const [one, two] = readHandedOut(csv);
  if (one === undefined || two === undefined) return t.end();
  const rest = readHandedOut(csv).slice(1);
  const differences = (...rows: (typeof one)[]) => comparePasswords(users, [...rows, ...rest], new Set());
  t.strictSame(differences(), [`${one.person} got no password`]);
  t.strictSame(differences(one, { ...one, password: 'Zbcdefgh2345679#' }), [`${one.person} got 2 passwords`]);
  t.strictSame(differences(one, { ...one, person: 'students:99', password: 'Zbcdefgh2345679#' }), [
    'students:99 got a password, and should have no account',
  ]);
  for (const [password, fault] of [
    ['Abc2345#', 'the password has 8 characters, not 16'],
    ['abcdefghijkmnpqr', 'Microsoft Entra would not take the password'],
    ['Äbcdefgh2345679#', 'Microsoft Entra would not take the password'],
    ['Abcdefgh2345670#', 'the password is hard to read'],
  ] as const) {
    t.strictSame(differences({ ...one, password }), [`${one.person}: ${fault}`]);
  }
  t.strictSame(differences({ ...one, password: two.password }), [
    `${one.person} and ${two.person} have the same password`,
  ]);
  t.strictSame(comparePasswords(users, readHandedOut(csv), new Set([one.userPrincipalName])), [
    `${one.person}: the password is not that of the account`,
  ]);
  t.end();
});

t.test('an existing account keeps its password', (t) => {
  const { users } = expectedState(district(t.testdir()), circumstances());
  t.strictSame(comparePasswords(users, [], new Set()), []);
  const [{ person } = { person: { key: '' } }] = users;
  const given = [{ person: person.key, userPrincipalName: 'a@contoso.edu', password: good[0] ?? '' }];
  t.strictSame(comparePasswords(users, given, new Set()), [
    `${person.key} has an existing account, but got a password`,
  ]);
  t.end();
});
