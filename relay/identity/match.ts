/**
 * Identity matching, *sync existing users*: source property, plus an optional domain suffix, equals target property;
 * exact except for case and invisible characters (shared/invisible.ts), and unique. Two candidates are an error, never
 * a guess; so are two people who claim one account. The rule matrix (3 sources, suffix or none, 3 targets, per role) is
 * School Data Sync's own.
 *
 * Several rules are tried in order. The first that finds anything decides: exactly one account is the person's; two are
 * an error and no reason to try the next rule, which would hide the mistake behind a lucky match. Only a rule that
 * finds nobody, or has nothing to compare, leaves the decision to the next one.
 *
 * A linked person stays linked by object id, whatever happens to user names, as long as the account exists and the
 * person is in PowerSchool: a former person keeps it only until someone claims it (settle.ts).
 */
import { describeValue } from '../../shared/invisible.ts';
import type { DirectoryUser } from '../model/directory-user.ts';
import type { Person } from '../model/person.ts';
import { type PersonKey, personKey } from '../model/person-key.ts';
import { type Problem, problem } from '../model/problem.ts';
import type { Role } from '../model/role.ts';
import type { IdentityRule } from '../profile/identity-rules.ts';
import { type Exclusion, exclusions } from './candidates.ts';
import type { DirectoryIndex } from './directory-index.ts';
import type { Handover, Holders } from './holder.ts';
import { type Claim, settle } from './settle.ts';

/** Per role, in the order in which they are tried. */
export type Rules = Partial<Record<Role, readonly IdentityRule[] | undefined>>;

/** The accounts as the rules see them. */
export interface Candidates {
  directory: DirectoryIndex;
  rules: Rules;
  /** Why an account belongs to nobody; see candidates.ts. */
  excluded?: (user: DirectoryUser) => Exclusion | undefined;
}

export interface NewLink {
  personKey: PersonKey;
  objectId: string;
  /** The rule in words, to explain the link. */
  rule: string;
  /** For an account that had another holder. */
  handover?: Handover;
}

export interface MatchResult {
  links: NewLink[];
  problems: Problem[];
}

/** Claims of people in another profile, by object id. */
export type Rivals = ReadonlyMap<string, readonly Claim[]>;

/**
 * Finds the accounts of people who are not linked yet.
 *
 * @param people those without a link
 * @param holders who already has which account
 */
export function matchPeople(
  people: readonly Person[],
  candidates: Candidates,
  holders: Holders,
  rivals: Rivals = new Map(),
): MatchResult {
  const problems: Problem[] = [];
  const links: NewLink[] = [];
  for (const [objectId, claims] of claimsOf(people, candidates, problems)) {
    const holder = holders.holderOf(objectId);
    const userPrincipalName = candidates.directory.get(objectId)?.userPrincipalName ?? objectId;
    const theirs = holder?.person && claimTo(objectId, holder.person, candidates);
    const account = { objectId, userPrincipalName };
    const settled = settle(account, claims, rivals.get(objectId) ?? [], holder, theirs);
    problems.push(...settled.problems);
    const { winner, handover } = settled;
    if (winner === undefined) continue;
    const link = { personKey: winner.subject, objectId, rule: describeRule(winner.rule) };
    links.push(handover === undefined ? link : { ...link, handover });
  }
  return { links, problems };
}

/**
 * The accounts that each of these people would get separately, by object id.
 *
 * @param problems receives what prevents others from getting one
 */
export function claimsOf(
  people: readonly Person[],
  candidates: Candidates,
  problems: Problem[] = [],
): Map<string, Claim[]> {
  const claims = new Map<string, Claim[]>();
  for (const person of people) {
    const found = tryRules(person, candidates);
    if (found === undefined) continue;
    if ('code' in found) problems.push(found);
    else claims.set(found.objectId, [...(claims.get(found.objectId) ?? []), found.claim]);
  }
  return claims;
}

function claimTo(objectId: string, person: Person, candidates: Candidates): Claim | undefined {
  const found = tryRules(person, candidates);
  return found !== undefined && 'claim' in found && found.objectId === objectId ? found.claim : undefined;
}

/** The one account that the rules find, or the problem; undefined when there is no rule. */
function tryRules(
  person: Person,
  { directory, rules: ofRoles, excluded = () => undefined }: Candidates,
): { objectId: string; claim: Claim } | Problem | undefined {
  const subject = personKey(person.role, person.id);
  const rules = ofRoles[person.role] ?? [];
  let unmatched: Problem | undefined;
  for (const rule of rules) {
    const value = sourceValue(person, rule);
    if (value === undefined) continue;
    const { source, target } = rule;
    const shown = { target, value: describeValue(value), source };
    const all = directory.find(target, value).flatMap((id) => directory.get(id) ?? []);
    const [account, ...others] = all.filter((user) => excluded(user) === undefined);
    if (others.length > 0) return problem(subject, 'AmbiguousMatch', { ...shown, count: others.length + 1 });
    if (account !== undefined) return { objectId: account.id, claim: { subject, person, rule, value } };
    const [nobodys] = all;
    const why = nobodys && excluded(nobodys);
    unmatched ??=
      nobodys === undefined || why === undefined
        ? problem(subject, 'UnmatchedEntry', shown)
        : problem(subject, 'ExcludedAccount', { ...shown, account: nobodys.userPrincipalName, ...exclusions[why] });
  }
  const sources = [...new Set(rules.map((rule) => rule.source))];
  if (unmatched !== undefined || sources.length === 0) return unmatched;
  return problem(subject, 'MissingSourceValue', { source: sources.join(', and no ') });
}

/** The value that the account must have; undefined if the person has no source value. */
export function sourceValue(person: Person, { source, suffix }: IdentityRule): string | undefined {
  const value = sourceOf(person, source);
  return value === undefined || suffix === null ? value : `${value}@${suffix}`;
}

/** The person's value in a source property; undefined if there is none. */
export function sourceOf(person: Person, source: IdentityRule['source']): string | undefined {
  const value = source === 'username' || source === 'secondaryEmail' ? person[source] : person.number;
  return value === '' ? undefined : value;
}

/** `studentNumber = mailNickname`, `username + @contoso.edu = userPrincipalName`. */
export function describeRule(rule: IdentityRule): string {
  return `${rule.source}${rule.suffix === null ? '' : ` + @${rule.suffix}`} = ${rule.target}`;
}
