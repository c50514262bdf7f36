/** First passwords, as listed in the file that hands them out: one for every created account, each different. Pure. */
import type { PasswordRule } from './rules.ts';
import type { ExpectedUser } from './users.ts';

export interface HandedOut {
  /** `students:<DCID>`. */
  person: string;
  userPrincipalName: string;
  password: string;
}

/** @param csv every cell in quotes, with a heading line and the byte order mark that tells spreadsheets it is UTF-8 */
export function readHandedOut(csv: string): HandedOut[] {
  const [headings = [], ...rows] = csv
    .replace(/^\uFEFF/, '')
    .split('\r\n')
    .filter((line) => line !== '')
    .map((line) => [...line.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map(([, cell = '']) => cell.replaceAll('""', '"')));
  return rows.map((row) => {
    const cell = (name: string) => row[headings.indexOf(name)] ?? '';
    return { person: cell('person'), userPrincipalName: cell('userPrincipalName'), password: cell('password') };
  });
}

/**
 * @param users the expected users
 * @param refused names of accounts that cannot sign in with their first password
 */
export function comparePasswords(
  users: readonly ExpectedUser[],
  handedOut: readonly HandedOut[],
  refused: ReadonlySet<string>,
): string[] {
  const differences: string[] = [];
  const byPerson = Map.groupBy(handedOut, ({ person }) => person);
  for (const { person, account, password: rule } of users) {
    const [own, ...more] = byPerson.get(person.key) ?? [];
    byPerson.delete(person.key);
    if (rule === undefined || !('userPrincipalName' in account)) {
      if (own !== undefined) differences.push(`${person.key} has an existing account, but got a password`);
      continue;
    }
    if (own === undefined) differences.push(`${person.key} got no password`);
    else
      differences.push(
        ...faultsOf(own, account.userPrincipalName, rule, refused).map((one) => `${person.key}: ${one}`),
      );
    if (more.length > 0) differences.push(`${person.key} got ${more.length + 1} passwords`);
  }
  for (const person of byPerson.keys()) differences.push(`${person} got a password, and should have no account`);
  const used = Map.groupBy(handedOut, ({ password }) => password);
  for (const same of used.values()) {
    if (same.length > 1) differences.push(`${same.map(({ person }) => person).join(' and ')} have the same password`);
  }
  return differences;
}

function faultsOf(
  { userPrincipalName, password }: HandedOut,
  expected: string,
  { length, readable }: PasswordRule,
  refused: ReadonlySet<string>,
): string[] {
  const faults: string[] = [];
  if (userPrincipalName.toLowerCase() !== expected.toLowerCase()) {
    faults.push(`the password is for ${userPrincipalName}, not for ${expected}`);
  }
  if (password.length !== length) faults.push(`the password has ${password.length} characters, not ${length}`);
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/].filter((kind) => kind.test(password)).length;
  if (kinds < 3 || !/^[!-~]*$/.test(password)) faults.push('Microsoft Entra would not take the password');
  if (readable && /[0Oo1lI]/.test(password)) faults.push('the password is hard to read');
  if (refused.has(userPrincipalName)) faults.push('the password is not that of the account');
  return faults;
}
