/**
 * User names for accounts that Hallpass creates: `username@domain`. Graph's rules for a userPrincipalName are stricter
 * than PowerSchool's for a web id, and a collision is reported, never solved by taking over another person's account.
 */
import type { Profile } from '../profile.ts';
import type { DirectoryIndex } from './directory-index.ts';
import type { Person } from './people.ts';
import { personKey } from './people.ts';
import { type Problem, problem } from './problem.ts';

export interface NamedPerson {
  person: Person;
  userPrincipalName: string;
  mailNickname: string;
}

export interface NamingResult {
  named: NamedPerson[];
  problems: Problem[];
}

/**
 * Names the accounts to create.
 *
 * @param people those in create mode without an account
 */
export function nameAccounts(
  people: readonly Person[],
  domains: Profile['domains'],
  directory: DirectoryIndex,
): NamingResult {
  const problems: Problem[] = [];
  const wanted = new Map<string, NamedPerson[]>();
  for (const person of people) {
    const subject = personKey(person.role, person.id);
    const domain = domains[person.role];
    if (person.username === undefined || domain === undefined) {
      problems.push(problem(subject, 'MissingSourceValue', { source: 'username' }));
      continue;
    }
    // PowerSchool may hold the name with its domain already.
    const localPart = person.username.toLowerCase().endsWith(`@${domain}`)
      ? person.username.slice(0, -domain.length - 1)
      : person.username;
    const reason = invalidLocalPart(localPart);
    if (reason !== undefined) {
      problems.push(problem(subject, 'InvalidUserName', { value: person.username, reason }));
      continue;
    }
    const userPrincipalName = `${localPart}@${domain}`;
    const named = { person, userPrincipalName, mailNickname: mailNicknameOf(localPart) };
    const key = userPrincipalName.toLowerCase();
    wanted.set(key, [...(wanted.get(key) ?? []), named]);
  }

  const named: NamedPerson[] = [];
  for (const [name, claimants] of wanted) {
    for (const claimant of claimants) {
      const subject = personKey(claimant.person.role, claimant.person.id);
      if (claimants.length > 1) {
        const details = { count: claimants.length, source: 'username', value: claimant.person.username ?? '' };
        problems.push(problem(subject, 'DuplicateSourceEntries', details));
      } else if (directory.find('userPrincipalName', name).length > 0) {
        problems.push(problem(subject, 'UserNameTaken', { value: claimant.userPrincipalName }));
      } else {
        named.push(claimant);
      }
    }
  }
  return { named, problems };
}

/**
 * Why this cannot stand before the @ of a userPrincipalName; undefined when it can. Letters, digits and ' . - _ ! # ^ ~,
 * no accents, at most 64 characters, no dot at the end (Entra: user name policies).
 */
export function invalidLocalPart(localPart: string): string | undefined {
  if (localPart.length === 0) return 'it is empty';
  if (localPart.length > 64) return 'it has more than 64 characters';
  const bad = /[^A-Za-z0-9'.\-_!#^~]/u.exec(localPart)?.[0];
  if (bad !== undefined) return bad.trim() === '' ? 'it has a space in it' : `it contains "${bad}"`;
  return localPart.endsWith('.') ? 'it ends in a dot' : undefined;
}

/** mailNickname allows less than a user name: what is left of it is ASCII without the characters of RFC 822. */
function mailNicknameOf(localPart: string): string {
  return localPart.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 64);
}
