/** Which account is whose, by the oracle's own reading of the rules: matching existing accounts, and naming new ones. */
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
  /** By person key: the object id of a matched account, or the userPrincipalName of one to be made. */
  accounts: Map<string, string>;
  /** By person key: the problem's code. A person has at most one. */
  problems: Map<string, string>;
}

/** People as their profile sees them. */
export type Subject = { person: Person; rules: Pick<Rules, 'mode' | 'identity' | 'domains' | 'usernames'> };

/** The accounts of everybody, each by the mode of the own role in the own profile. */
export function assignAccounts(subjects: readonly Subject[], directory: readonly SeededAccount[]): Assignment {
  const { match = [], create = [] } = Object.groupBy(subjects, ({ person, rules }) => rules.mode[person.role]);
  const [matched, named] = [matchAccounts(match, directory), nameAccounts(create, directory)];
  return {
    accounts: new Map([...matched.accounts, ...named.accounts]),
    problems: new Map([...matched.problems, ...named.problems]),
  };
}

/**
 * Sync existing users: the value equals the target ignoring case in exactly one account of the whole directory, and no
 * other person claims that account. Of several rules the first that finds anything decides.
 */
export function matchAccounts(
  subjects: readonly { person: Person; rules: { identity: Record<Role, IdentityRule[]> } }[],
  directory: readonly SeededAccount[],
): Assignment {
  const result: Assignment = { accounts: new Map(), problems: new Map() };
  const candidates = {
    userPrincipalName: accountsBy(directory, 'userPrincipalName'),
    mail: accountsBy(directory, 'mail'),
    mailNickname: accountsBy(directory, 'mailNickname'),
  };
  const claims: [account: string, key: string][] = [];
  for (const { person, rules } of subjects) {
    const found = rules.identity[person.role].flatMap(({ source, suffix, target }) => {
      const value = person[source];
      if (value === undefined) return [];
      return [candidates[target].get((suffix === undefined ? value : `${value}@${suffix}`).toLowerCase()) ?? []];
    });
    const [account, ...others] = found.find((accounts) => accounts.length > 0) ?? [];
    if (found.length === 0) result.problems.set(person.key, 'MissingSourceValue');
    else if (account === undefined) result.problems.set(person.key, 'UnmatchedEntry');
    else if (others.length > 0) result.problems.set(person.key, 'AmbiguousMatch');
    else claims.push([account, person.key]);
  }
  settle(claims, result, () => undefined);
  return result;
}

/**
 * Create new users: a name of what a userPrincipalName may hold, wanted by nobody else, and not taken by an account that is
 * there already; where namesakes are numbered, the first name that is free, in the order of PowerSchool's ids.
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

/** Whoever claims alone gets it, unless `refuse` knows why not; rivals get nothing, none of them. */
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
