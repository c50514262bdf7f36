/**
 * The keys that name people. Their format is their type: the compiler accepts neither a bare id nor a section's id as
 * one, and text from rows, files and command lines goes through {@link asPersonKey}.
 */
import type { Role } from './role.ts';

/** `students:123`: names a person in links, relations and problems. */
export type PersonKey = `${Role}:${string}`;

/** `account:OBJECT-ID`: used in place of a person key for a class member who is nobody in the roster. */
export type AccountKey = `account:${string}`;

/** Anyone who can be in a class. */
export type MemberKey = PersonKey | AccountKey;

export function personKey(role: Role, id: string): PersonKey {
  return `${role}:${id}`;
}

export function isPersonKey(text: string): text is PersonKey {
  return /^(students|teachers):./u.test(text);
}

/** @throws TypeError when it does not name a person */
export function asPersonKey(text: string): PersonKey {
  if (isPersonKey(text)) return text;
  throw new TypeError(`"${text}" is not a person key`);
}

/** The role and id that a person key names. */
export function personIn(key: PersonKey): { role: Role; id: string } {
  const role = isStudent(key) ? 'students' : 'teachers';
  return { role, id: key.slice(role.length + 1) };
}

/** Whether it names a student; an account key does not. */
export function isStudent(key: MemberKey): boolean {
  return key.startsWith('students:');
}

const accountPrefix = 'account:';

export function accountKey(objectId: string): AccountKey {
  return `${accountPrefix}${objectId}`;
}

/** The object id of the account that it names. */
export function accountNamedBy(key: AccountKey): string {
  return key.slice(accountPrefix.length);
}

export function isAccountKey(text: string): text is AccountKey {
  return text.startsWith(accountPrefix);
}

/** The account of a person, or the one that an account key names. @param accounts object id by person key */
export function accountOf(key: MemberKey, accounts: ReadonlyMap<PersonKey, string>): string | undefined {
  return isAccountKey(key) ? accountNamedBy(key) : accounts.get(key);
}

/** @throws TypeError when it names neither a person nor an account */
export function asMemberKey(text: string): MemberKey {
  return isAccountKey(text) ? text : asPersonKey(text);
}
