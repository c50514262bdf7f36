/**
 * User names for accounts that Hallpass creates. Graph's rules for a userPrincipalName are stricter than PowerSchool's
 * for a web id, and a collision is reported, or numbered where the profile says so, but never solved by taking over
 * another person's account.
 */
import { describeValue, fold, showInvisible } from '../../shared/invisible.ts';
import type { UsernameRule } from '../profile/accounts.ts';
import type { Profile, Role } from '../profile.ts';
import type { DirectoryIndex } from './directory-index.ts';
import type { NameHistory } from './name-history.ts';
import type { Person } from './people.ts';
import { personKey } from './people.ts';
import { type Problem, problem } from './problem.ts';
import { localPartMaker, numberedName } from './usernames.ts';

export interface NamedPerson {
  person: Person;
  userPrincipalName: string;
  mailNickname: string;
  /** Object id of the account that the person had until somebody deleted it. */
  replaces?: string;
}

export interface NamingResult {
  named: NamedPerson[];
  problems: Problem[];
}

export type NamingRules = Pick<Profile, 'domains' | 'accounts'>;

/** Who would like which name. */
interface Wish {
  key: string;
  person: Person;
  localPart: string;
  domain: string;
  rule: UsernameRule;
}

/** With more namesakes than this in one domain, the pattern is at fault. */
const highestNumber = 9999;

/**
 * Names the accounts to create.
 *
 * @param people those in create mode without an account
 * @param history names that were given before
 */
export function nameAccounts(
  people: readonly Person[],
  rules: NamingRules,
  directory: DirectoryIndex,
  history: NameHistory,
): NamingResult {
  const { wishes, problems } = wishesOf(people, rules);
  const fixed = Map.groupBy(
    wishes.filter(({ rule }) => !isNumbered(rule)),
    (wish) => fold(nameOf(wish)),
  );
  const named: NamedPerson[] = [];
  for (const [name, claimants] of fixed) {
    for (const wish of claimants) {
      const value = wish.rule === 'username' ? describeValue(wish.person.username ?? '') : nameOf(wish);
      const source = wish.rule === 'username' ? 'username' : 'the user name';
      if (claimants.length > 1) {
        problems.push(problem(wish.key, 'DuplicateTargetEntries', { count: claimants.length, source, value }));
      } else if (directory.find('userPrincipalName', name).length > 0) {
        problems.push(problem(wish.key, 'UserNameTaken', taken(wish, directory)));
      } else {
        named.push(namedAs(wish, wish.localPart));
      }
    }
  }

  const given = new Set(fixed.keys());
  // The order of ids: whoever came first keeps the name without a number, in every run.
  for (const wish of wishes.filter(({ rule }) => isNumbered(rule)).sort(byId)) {
    const free = (localPart: string) => {
      const name = fold(`${localPart}@${wish.domain}`);
      const holder = history.holderOf(name) ?? wish.key;
      return holder === wish.key && !given.has(name) && directory.find('userPrincipalName', name).length === 0;
    };
    const localPart = freeName(wish, history, free);
    if (localPart === undefined) {
      problems.push(problem(wish.key, 'UserNameTaken', taken(wish, directory)));
      continue;
    }
    given.add(fold(`${localPart}@${wish.domain}`));
    named.push(namedAs(wish, localPart));
  }
  return { named, problems };
}

function wishesOf(people: readonly Person[], { domains, accounts }: NamingRules) {
  const problems: Problem[] = [];
  const wishes: Wish[] = [];
  const makers = {
    students: domains.students && localPartMaker(accounts.students.username, domains.students),
    teachers: domains.teachers && localPartMaker(accounts.teachers.username, domains.teachers),
  };
  for (const person of people) {
    const key = personKey(person.role, person.id);
    const rule = accounts[person.role].username;
    const domain = domains[person.role];
    const made = makers[person.role] || undefined;
    const result = made === undefined ? { missing: 'domain in the profile' } : made(person);
    if ('missing' in result) problems.push(problem(key, 'MissingSourceValue', { source: result.missing }));
    else if ('foreign' in result) {
      const { source, foreign: value, reason } = result;
      problems.push(
        problem(key, 'NameInOtherScript', { source, value: showInvisible(value), reason, role: person.role }),
      );
    } else if ('reason' in result) problems.push(problem(key, 'InvalidUserName', result));
    else if (domain !== undefined) wishes.push({ key, person, localPart: result.localPart, domain, rule });
  }
  return { wishes, problems };
}

/** A name that the person had before, the plain one, or the first free number. */
function freeName(wish: Wish, history: NameHistory, free: (localPart: string) => boolean): string | undefined {
  const { key, localPart, domain, rule } = wish;
  const earlier = history
    .namesOf(key)
    .filter((name) => name.endsWith(`@${domain}`))
    .map((name) => name.slice(0, -domain.length - 1))
    .find((name) => name.replace(/\d+$/, '') === localPart.replace(/\d+$/, '') && free(name));
  if (earlier !== undefined) return earlier;
  if (free(localPart)) return localPart;
  const maxLength = rule === 'username' ? 64 : rule.maxLength;
  for (let number = 2; number <= highestNumber; number += 1) {
    const numbered = numberedName(localPart, number, maxLength);
    if (free(numbered)) return numbered;
  }
  return undefined;
}

function isNumbered(rule: UsernameRule): boolean {
  return rule !== 'username' && rule.onCollision === 'number';
}

/** Ids are numbers mostly: shorter ones are older. */
function byId(a: Wish, b: Wish): number {
  const [x, y] = [a.person.id, b.person.id];
  return x.length - y.length || (x < y ? -1 : x > y ? 1 : compareRoles(a.person.role, b.person.role));
}

function compareRoles(a: Role, b: Role): number {
  return a === b ? 0 : a === 'teachers' ? -1 : 1;
}

function nameOf({ localPart, domain }: Wish): string {
  return `${localPart}@${domain}`;
}

/** Who has the name that somebody would like. */
function taken(wish: Wish, directory: DirectoryIndex): { value: string; holder: string } {
  const value = nameOf(wish);
  const [id] = directory.find('userPrincipalName', value);
  return { value, holder: id === undefined ? 'another person' : `another account (object id ${id})` };
}

/** mailNickname allows less than a user name: what is left of it is ASCII without the characters of RFC 822. */
function namedAs({ person, domain }: Wish, localPart: string): NamedPerson {
  const mailNickname = localPart.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 64);
  return { person, userPrincipalName: `${localPart}@${domain}`, mailNickname };
}
