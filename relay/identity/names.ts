/**
 * User names for accounts that Hallpass creates. Graph's rules for a userPrincipalName are stricter than PowerSchool's
 * for a web id. A collision is reported, or numbered if the profile says so, but never solved by taking another
 * person's account.
 */
import { describeValue, fold, showInvisible } from '../../shared/invisible.ts';
import type { Person } from '../model/person.ts';
import { type PersonKey, personKey } from '../model/person-key.ts';
import { type Problem, problem } from '../model/problem.ts';
import type { Role } from '../model/role.ts';
import type { UsernameRule } from '../profile/accounts.ts';
import type { Profile } from '../profile/profile.ts';
import type { DirectoryIndex } from './directory-index.ts';
import { type Handover, type Holder, type Holders, nobodyHolds, reasonToKeep } from './holder.ts';
import type { NameHistory } from './name-history.ts';
import { type Claim, former, isOnePerson, listed, namesAgree, ofStaff, type Pair, studentAndStaff } from './settle.ts';
import { localPartMaker, numberedName, withoutDomain } from './usernames.ts';

export interface NamedPerson {
  person: Person;
  userPrincipalName: string;
  mailNickname: string;
  /** Object id of the account that the person had until someone deleted it. */
  replaces?: string;
}

/** An account with the wanted name that belonged to the same person under an earlier record. */
export interface TakenOver {
  personKey: PersonKey;
  objectId: string;
  handover: Handover;
}

export interface NamingResult {
  named: NamedPerson[];
  takenOver: TakenOver[];
  problems: Problem[];
}

export type NamingRules = Pick<Profile, 'domains' | 'accounts'>;

/** A person and the name that they should get. */
interface NameRequest {
  key: PersonKey;
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
 * @param history names assigned before
 * @param holders who has which account
 */
export function nameAccounts(
  people: readonly Person[],
  rules: NamingRules,
  directory: DirectoryIndex,
  history: NameHistory,
  holders: Holders = nobodyHolds,
): NamingResult {
  const { requests, problems } = requestsOf(people, rules);
  const takenOver: TakenOver[] = [];
  const takeOver = (request: NameRequest, { objectId, holder }: { objectId: string; holder: Holder }) => {
    const reason = `the account belonged to ${holder.subject}, who left PowerSchool, and this person has the same user name`;
    takenOver.push({ personKey: request.key, objectId, handover: { from: holder.subject, reason } });
  };
  const fixed = Map.groupBy(
    requests.filter(({ rule }) => !isNumbered(rule)),
    (request) => fold(nameOf(request)),
  );
  const named: NamedPerson[] = [];
  for (const [name, all] of fixed) {
    // A person who is student and staff has one account, and staff decides, as in matching.
    const both = all.length === 2 ? onePerson(all.map(claimOf)) : undefined;
    if (both !== undefined) problems.push(ofStaff({ userPrincipalName: both.staff.value }, both));
    const claimants = both === undefined ? all : all.filter(({ key }) => key === both.staff.subject);
    for (const request of claimants) {
      const value = request.rule === 'username' ? describeValue(request.person.username ?? '') : nameOf(request);
      const source = request.rule === 'username' ? 'username' : 'the user name';
      const there = formerHolder(name, directory, holders);
      const keeps = there && reasonToKeep(there.holder, request.person, neededFor(request));
      if (claimants.length > 1) {
        const people = listed(claimants.map(({ key }) => key));
        problems.push(
          problem(request.key, 'DuplicateTargetEntries', {
            count: claimants.length,
            what: `${source} = ${value}`,
            people,
          }),
        );
      } else if (there !== undefined && keeps === undefined) {
        takeOver(request, there);
      } else if (there !== undefined && keeps !== undefined) {
        const account = { objectId: there.objectId, userPrincipalName: nameOf(request) };
        problems.push(former(account, there.holder, request.key, keeps));
      } else if (directory.find('userPrincipalName', name).length > 0) {
        const there = otherSelf(request, directory, holders);
        if (there === undefined)
          problems.push(problem(request.key, 'UserNameTaken', taken(request, directory, holders)));
        else problems.push(ofStaff({ userPrincipalName: nameOf(request) }, there.pair));
        if (there?.pair.staff.subject === request.key) {
          const { subject: from } = there.pair.student;
          const reason = `the person is both student ${from} and staff, and staff decides`;
          takenOver.push({ personKey: request.key, objectId: there.objectId, handover: { from, reason } });
        }
      } else {
        named.push(namedAs(request, request.localPart));
      }
    }
  }

  const given = new Set(fixed.keys());
  // In the order of ids: whoever came first keeps the name without a number, in every run.
  const handed = new Set<string>();
  for (const request of requests.filter(({ rule }) => isNumbered(rule)).sort(byId)) {
    const there = formerHolder(fold(nameOf(request)), directory, holders);
    if (there !== undefined && !handed.has(there.objectId) && isSameNumber(there.holder, request)) {
      handed.add(there.objectId);
      takeOver(request, there);
      continue;
    }
    const free = (localPart: string) => {
      const name = fold(`${localPart}@${request.domain}`);
      const holder = history.holderOf(name) ?? request.key;
      return holder === request.key && !given.has(name) && directory.find('userPrincipalName', name).length === 0;
    };
    const localPart = freeName(request, history, free);
    if (localPart === undefined) {
      problems.push(problem(request.key, 'UserNameTaken', taken(request, directory, holders)));
      continue;
    }
    given.add(fold(`${localPart}@${request.domain}`));
    named.push(namedAs(request, localPart));
  }
  return { named, takenOver, problems };
}

/** A former person who has the account with this name. */
function formerHolder(
  name: string,
  directory: DirectoryIndex,
  holders: Holders,
): { objectId: string; holder: Holder } | undefined {
  const [objectId, ...others] = directory.find('userPrincipalName', name);
  if (objectId === undefined || others.length > 0) return undefined;
  const holder = holders.holderOf(objectId);
  return holder === undefined || holder.person !== undefined ? undefined : { objectId, holder };
}

/** PowerSchool's own user name belongs to one person, unless both names differ. */
function onePerson(claims: readonly (Claim | undefined)[]): Pair | undefined {
  const known = claims.filter((claim) => claim !== undefined);
  const pair = known.length === 2 ? studentAndStaff(known) : undefined;
  return pair !== undefined && isOnePerson(pair) ? pair : undefined;
}

/** Undefined for a name made from a pattern: a namesake gets it, too. */
function claimOf(request: NameRequest): Claim | undefined {
  const { key: subject, person, rule, domain } = request;
  if (rule !== 'username') return undefined;
  return {
    subject,
    person,
    rule: { source: 'username', suffix: domain, target: 'userPrincipalName' },
    value: nameOf(request),
  };
}

/** The account with this name, if it is known to belong to the same person under a record of the other role. */
function otherSelf(
  request: NameRequest,
  directory: DirectoryIndex,
  holders: Holders,
): { objectId: string; pair: Pair } | undefined {
  const [objectId = ''] = directory.find('userPrincipalName', nameOf(request));
  const holder = holders.holderOf(objectId);
  const claim = claimOf(request);
  const theirs = holder?.person?.username;
  if (holder?.person === undefined || claim === undefined || theirs === undefined) return undefined;
  if (fold(`${withoutDomain(theirs, request.domain)}@${request.domain}`) !== fold(nameOf(request))) return undefined;
  const pair = onePerson([claim, { ...claim, subject: holder.subject, person: holder.person }]);
  const isStaff = pair?.staff.subject === request.key;
  if (pair === undefined || (isStaff && (holder.byHand || !namesAgree(pair)))) return undefined;
  return { objectId, pair };
}

/** A name made from names may be a namesake's as well; PowerSchool's own user name belongs to one person at a time. */
function neededFor({ rule }: NameRequest): readonly ('number' | 'givenName' | 'surname')[] {
  return rule === 'username' ? ['number', 'givenName', 'surname'] : ['number'];
}

function isSameNumber(holder: Holder, { person }: NameRequest): boolean {
  return reasonToKeep(holder, person, ['number']) === undefined;
}

function requestsOf(people: readonly Person[], { domains, accounts }: NamingRules) {
  const problems: Problem[] = [];
  const requests: NameRequest[] = [];
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
    else if (domain !== undefined) requests.push({ key, person, localPart: result.localPart, domain, rule });
  }
  return { requests, problems };
}

/** A name that the person had before, the plain one, or the first free number. */
function freeName(
  request: NameRequest,
  history: NameHistory,
  free: (localPart: string) => boolean,
): string | undefined {
  const { key, localPart, domain, rule } = request;
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

/** Ids are mostly numbers: shorter ones are older. */
function byId(a: NameRequest, b: NameRequest): number {
  const [x, y] = [a.person.id, b.person.id];
  return x.length - y.length || (x < y ? -1 : x > y ? 1 : compareRoles(a.person.role, b.person.role));
}

function compareRoles(a: Role, b: Role): number {
  return a === b ? 0 : a === 'teachers' ? -1 : 1;
}

function nameOf({ localPart, domain }: NameRequest): string {
  return `${localPart}@${domain}`;
}

/** Who already has the wanted name. */
function taken(request: NameRequest, directory: DirectoryIndex, holders: Holders): { value: string; holder: string } {
  const value = nameOf(request);
  const [id] = directory.find('userPrincipalName', value);
  if (id === undefined) return { value, holder: 'another person' };
  const whose = holders.holderOf(id)?.subject;
  return { value, holder: `${whose === undefined ? 'another account' : whose} (object id ${id})` };
}

/** mailNickname allows less than a user name: ASCII without RFC 822's special characters. */
function namedAs({ person, domain }: NameRequest, localPart: string): NamedPerson {
  const mailNickname = localPart.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 64);
  return { person, userPrincipalName: `${localPart}@${domain}`, mailNickname };
}
