/** Which account is whose, by the oracle's own reading of the rules: matching existing accounts, and naming new ones. */
import type { Person, Role } from './district.ts';

/** An account as it was in the directory before anything was provisioned. */
export interface SeededAccount {
  id: string;
  userPrincipalName: string;
  mailNickname: string;
  mail?: string | undefined;
  [property: string]: unknown;
}

export interface IdentityRule {
  source: 'username' | 'number' | 'email';
  /** Appended as `@suffix`. */
  suffix: string | undefined;
  target: 'userPrincipalName' | 'mail' | 'mailNickname';
}

export interface Assignment {
  /** By person key: the object id of a matched account, or the userPrincipalName of one to be made. */
  accounts: Map<string, string>;
  /** By person key: the problem's code. A person has at most one. */
  problems: Map<string, string>;
}

/**
 * Sync existing users: the value equals the target ignoring case in exactly one account of the whole directory, and no
 * other person claims that account.
 */
export function matchAccounts(
  people: readonly Person[],
  directory: readonly SeededAccount[],
  rules: Record<Role, IdentityRule>,
): Assignment {
  const result: Assignment = { accounts: new Map(), problems: new Map() };
  const candidates = {
    userPrincipalName: accountsBy(directory, 'userPrincipalName'),
    mail: accountsBy(directory, 'mail'),
    mailNickname: accountsBy(directory, 'mailNickname'),
  };
  const claims: [account: string, key: string][] = [];
  for (const person of people) {
    const { source, suffix, target } = rules[person.role];
    const value = person[source];
    if (value === undefined) {
      result.problems.set(person.key, 'MissingSourceValue');
      continue;
    }
    const wanted = suffix === undefined ? value : `${value}@${suffix}`;
    const [only, ...others] = candidates[target].get(wanted.toLowerCase()) ?? [];
    if (only === undefined) result.problems.set(person.key, 'UnmatchedEntry');
    else if (others.length > 0) result.problems.set(person.key, 'AmbiguousMatch');
    else claims.push([only, person.key]);
  }
  settle(claims, result, () => undefined);
  return result;
}

/**
 * Create new users: `username@domain`, within what a userPrincipalName may hold, wanted by nobody else, and not taken by
 * an account that is there already.
 */
export function nameAccounts(
  people: readonly Person[],
  directory: readonly SeededAccount[],
  domains: Record<Role, string>,
): Assignment {
  const result: Assignment = { accounts: new Map(), problems: new Map() };
  const taken = accountsBy(directory, 'userPrincipalName');
  const claims: [name: string, key: string][] = [];
  const spelled = new Map<string, string>();
  for (const { key, role, username } of people) {
    if (username === undefined) {
      result.problems.set(key, 'MissingSourceValue');
      continue;
    }
    const ending = `@${domains[role]}`;
    const local = username.toLowerCase().endsWith(ending) ? username.slice(0, -ending.length) : username;
    if (!/^[A-Za-z0-9'.\-_!#^~]{1,64}(?<!\.)$/.test(local)) {
      result.problems.set(key, 'InvalidUserName');
      continue;
    }
    spelled.set(key, `${local}${ending}`);
    claims.push([`${local}${ending}`.toLowerCase(), key]);
  }
  settle(claims, result, (name) => (taken.has(name) ? 'UserNameTaken' : undefined));
  for (const key of result.accounts.keys()) result.accounts.set(key, spelled.get(key) ?? '');
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
