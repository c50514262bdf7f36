/** The part before the @ of a new account, by the oracle's own reading of docs/profile.md. */
import type { Person } from './district.ts';
import { plainLetters } from './letters.ts';
import { filled, requiredBy } from './patterns.ts';
import type { UsernameRule } from './rules.ts';

export type LocalPart = { name: string } | { problem: 'MissingSourceValue' | 'InvalidUserName' | 'NameInOtherScript' };

export function localPart(person: Person, rule: UsernameRule, domain: string): LocalPart {
  const { username } = person;
  if (rule !== 'username') return fromPattern(person, rule.pattern, rule.maxLength);
  if (username === undefined) return { problem: 'MissingSourceValue' };
  const ending = `@${domain}`;
  return checked(username.toLowerCase().endsWith(ending) ? username.slice(0, -ending.length) : username);
}

function fromPattern(person: Person, pattern: string, maxLength: number): LocalPart {
  const values: Record<string, string | undefined> = {
    username: person.username?.split('@')[0],
    givenName: person.givenName,
    middleName: person.middleName,
    surname: person.surname,
    studentNumber: person.number,
    teacherNumber: person.number,
    grade: person.grade,
    graduationYear: person.graduationYear,
  };
  if (requiredBy(pattern).some((name) => !values[name])) return { problem: 'MissingSourceValue' };
  let foreign = false;
  const text = filled(pattern, (name) => {
    const value = values[name];
    if (value === undefined) return undefined;
    const plain = plainLetters(value);
    if (plain === undefined) foreign = true;
    return plain;
  });
  return foreign ? { problem: 'NameInOtherScript' } : checked(shortened(text.toLowerCase(), maxLength));
}

/** Missing values leave signs at the ends and doubled dots. */
function shortened(name: string, length: number): string {
  const whole = name.replaceAll(/\.\.+/g, '.').replace(/^[-._]+/, '');
  return whole.slice(0, length).replace(/[-._]+$/, '');
}

/** The name with a number, no longer than it may be. */
export function withNumber(name: string, number: number, rule: UsernameRule): string {
  const ending = String(number);
  const length = rule === 'username' ? 64 : rule.maxLength;
  return `${shortened(name, length - ending.length)}${ending}`;
}

/** Checks for what a userPrincipalName allows. */
function checked(name: string): LocalPart {
  return /^[A-Za-z0-9'.\-_!#^~]{1,64}(?<!\.)$/.test(name) ? { name } : { problem: 'InvalidUserName' };
}
