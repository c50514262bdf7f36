/**
 * Which account belongs to whom, by the oracle's own reading of the rules: matching existing accounts, and naming new
 * ones.
 */
import type { Person, Role } from './district.ts';
import type { IdentityRule, Rules } from './rules.ts';
import { localPart, withNumber } from './user-names.ts';

/** An account as it was in the directory before anything was provisioned. */
export interface SeededAccount {
  id: string;
  userPrincipalName: string;
  mailNickname: string;
  mail?: string | undefined;
  [property: string]: unknown;
}

export interface Assignment {
  /** By person key: the object id of a matched account, or the userPrincipalName of one to create. */
  accounts: Map<string, string>;
  /** By person key: the problem's code. A person has at most one. */
  problems: Map<string, string>;
}

/** People as their profile sees them. */
export type Subject = { person: Person; rules: Pick<Rules, 'mode' | 'identity' | 'domains' | 'usernames'> };

/** Everyone's accounts, each by the mode of the person's role in the person's profile. */
export function assignAccounts(subjects: readonly Subject[], directory: readonly SeededAccount[]): Assignment {
  const { match = [], create = [] } = Object.groupBy(subjects, ({ person, rules }) => rules.mode[person.role]);
  const [matched, named] = [matchAccounts(match, directory), nameAccounts(create, directory)];
  return {
    accounts: new Map([...matched.accounts, ...named.accounts]),
    problems: new Map([...matched.problems, ...named.problems]),
  };
}

/**
 * Sync existing users: the value equals the target, ignoring case, in exactly one account that can belong to a person,
 * and no other person claims that account. The first of several rules that finds anything decides. If a student and a
 * staff member are one person, staff decides.
 */
export function matchAccounts(
  subjects: readonly { person: Person; rules: { identity: Record<Role, IdentityRule[]> } }[],
  directory: readonly SeededAccount[],
): Assignment {
  const result: Assignment = { accounts: new Map(), problems: new Map() };
  const excluded = new Set(directory.filter(isNobodys).map(({ id }) => id));
  const candidates = {
    userPrincipalName: accountsBy(directory, 'userPrincipalName'),
    mail: accountsBy(directory, 'mail'),
    mailNickname: accountsBy(directory, 'mailNickname'),
  };
  const claims: { account: string; person: Person; source: IdentityRule['source'] }[] = [];
  for (const { person, rules } of subjects) {
    const found = rules.identity[person.role].flatMap(({ source, suffix, target }) => {
      const value = person[source];
      if (value === undefined) return [];
      const all = candidates[target].get((suffix === undefined ? value : `${value}@${suffix}`).toLowerCase()) ?? [];
      return [{ source, all, accounts: all.filter((id) => !excluded.has(id)) }];
    });
    const [first] = found;
    const hit = found.find(({ accounts }) => accounts.length > 0);
    const [account, ...others] = hit?.accounts ?? [];
    if (first === undefined) result.problems.set(person.key, 'MissingSourceValue');
    else if (hit === undefined || account === undefined)
      result.problems.set(person.key, first.all.length > 0 ? 'ExcludedAccount' : 'UnmatchedEntry');
    else if (others.length > 0) result.problems.set(person.key, 'AmbiguousMatch');
    else claims.push({ account, person, source: hit.source });
  }
  for (const [account, claimants] of Map.groupBy(claims, (claim) => claim.account)) {
    const student = claimants.find(({ person }) => person.role === 'students');
    const staff = claimants.find(({ person }) => person.role === 'teachers');
    if (claimants.length === 2 && student !== undefined && staff !== undefined && areOne(student, staff)) {
      result.accounts.set(staff.person.key, account);
      result.problems.set(student.person.key, 'AccountOfStaff');
    } else if (claimants.length > 1) {
      for (const { person } of claimants) result.problems.set(person.key, 'DuplicateTargetEntries');
    } else {
      for (const { person } of claimants) result.accounts.set(person.key, account);
    }
  }
  return result;
}

/** Guests, and shared mailboxes: no sign-in, no license, no person's name. */
function isNobodys(account: SeededAccount): boolean {
  const { userType, userPrincipalName, accountEnabled, assignedLicenses, givenName, surname } = account;
  if (userType === 'Guest' || userPrincipalName.includes('#EXT#')) return true;
  const licenses = Array.isArray(assignedLicenses) ? assignedLicenses : [];
  return accountEnabled === false && licenses.length === 0 && !givenName && !surname;
}

/** If both names differ, they are two people. Equal numbers are a coincidence unless the names are the same too. */
function areOne(student: { person: Person; source: string }, staff: { person: Person; source: string }): boolean {
  const compared = (['givenName', 'surname'] as const).map((name) => {
    const [one, other] = [student.person[name], staff.person[name]];
    return one === undefined || other === undefined ? undefined : one.toLowerCase() === other.toLowerCase();
  });
  if (compared.every((same) => same === false)) return false;
  return student.source !== 'number' || staff.source !== 'number' || compared.every((same) => same === true);
}

/**
 * Create new users: a name with characters that a userPrincipalName allows, needed by nobody else, and not taken by an
 * existing account; where namesakes are numbered, the first free name, in the order of PowerSchool's ids.
 */
export function nameAccounts(
  subjects: readonly { person: Person; rules: Pick<Rules, 'domains' | 'usernames'> }[],
  directory: readonly SeededAccount[],
): Assignment {
  const result: Assignment = { accounts: new Map(), problems: new Map() };
  const taken = new Set(accountsBy(directory, 'userPrincipalName').keys());
  const claims: [name: string, key: string][] = [];
  const spelled = new Map<string, string>();
  const numbered: { person: Person; name: string; domain: string; rule: Rules['usernames'][Role] }[] = [];
  for (const { person, rules } of subjects) {
    const { key, role } = person;
    const [rule, domain] = [rules.usernames[role], rules.domains[role]];
    const part = localPart(person, rule, domain);
    if ('problem' in part) {
      result.problems.set(key, part.problem);
    } else if (rule !== 'username' && rule.numbered) {
      numbered.push({ person, name: part.name, domain, rule });
    } else {
      spelled.set(key, `${part.name}@${domain}`);
      claims.push([`${part.name}@${domain}`.toLowerCase(), key]);
    }
  }
  settle(claims, result, (name) => (taken.has(name) ? 'UserNameTaken' : undefined));
  for (const key of result.accounts.keys()) result.accounts.set(key, spelled.get(key) ?? '');
  for (const [name] of claims) taken.add(name);
  for (const { person, name, domain, rule } of numbered.sort((a, b) => Number(a.person.dcid) - Number(b.person.dcid))) {
    let given = name;
    for (let number = 2; taken.has(`${given}@${domain}`); number += 1) given = withNumber(name, number, rule);
    taken.add(`${given}@${domain}`);
    result.accounts.set(person.key, `${given}@${domain}`);
  }
  return result;
}

/** A person who is alone in claiming a name or account gets it, unless `refuse` objects; rivals all get nothing. */
function settle(
  claims: readonly [wanted: string, key: string][],
  result: Assignment,
  refuse: (wanted: string) => string | undefined,
): void {
  const claimants = Map.groupBy(claims, ([wanted]) => wanted);
  for (const [wanted, key] of claims) {
    const rivals = (claimants.get(wanted)?.length ?? 0) > 1;
    const problem = rivals ? 'DuplicateTargetEntries' : refuse(wanted);
    if (problem === undefined) result.accounts.set(key, wanted);
    else result.problems.set(key, problem);
  }
}

function accountsBy(
  directory: readonly SeededAccount[],
  property: 'userPrincipalName' | 'mail' | 'mailNickname',
): Map<string, string[]> {
  const index = new Map<string, string[]>();
  for (const account of directory) {
    const value = account[property];
    if (value === undefined) continue;
    const known = index.get(value.toLowerCase());
    if (known === undefined) index.set(value.toLowerCase(), [account.id]);
    else known.push(account.id);
  }
  return index;
}
