/**
 * Identity matching, *sync existing users*: source property, plus an optional domain suffix, equals target property;
 * exact but for case and what nobody sees (shared/invisible.ts), and unique. Two candidates are an error, never a guess; so are two people who claim one account.
 * The rule matrix (3 sources, suffix or none, 3 targets, per role) is School Data Sync's own.
 *
 * Several rules are tried in order. The first that finds anything decides: exactly one account is the person's, two are
 * an error and no reason to try the next rule, which would hide the mistake behind a lucky match. Only a rule that finds
 * nobody, or has nothing to compare, leaves the decision to the next one.
 *
 * A person once linked stays linked by object id, whatever becomes of user names, for as long as the account exists.
 */
import { describeValue } from '../../shared/invisible.ts';
import type { IdentityRule } from '../profile/identity-rules.ts';
import type { Role } from '../profile.ts';
import type { DirectoryIndex } from './directory-index.ts';
import type { Person } from './people.ts';
import { personKey } from './people.ts';
import { type Problem, problem } from './problem.ts';

/** Per role, in the order in which they are tried. */
export type Rules = Partial<Record<Role, readonly IdentityRule[] | undefined>>;

export interface NewLink {
  personKey: string;
  objectId: string;
  /** The rule in words, for the explanation of the link. */
  rule: string;
}

export interface MatchResult {
  links: NewLink[];
  problems: Problem[];
}

/** A person's claim to an account, by the rule that found it. */
interface Claim {
  subject: string;
  rule: IdentityRule;
  value: string;
}

/**
 * Finds the accounts of people who are not linked yet.
 *
 * @param people those without a link
 * @param taken object ids that belong to linked people already
 */
export function matchPeople(
  people: readonly Person[],
  directory: DirectoryIndex,
  rules: Rules,
  taken: { has(objectId: string): boolean },
): MatchResult {
  const problems: Problem[] = [];
  const claims = new Map<string, Claim[]>();
  for (const person of people) {
    const found = tryRules(person, directory, rules[person.role] ?? []);
    if (found === undefined) continue;
    if ('code' in found) problems.push(found);
    else claims.set(found.objectId, [...(claims.get(found.objectId) ?? []), found.claim]);
  }

  const links: NewLink[] = [];
  for (const [objectId, claimants] of claims) {
    const rivals = claimants.length + (taken.has(objectId) ? 1 : 0);
    for (const { subject, rule, value } of claimants) {
      if (rivals === 1) links.push({ personKey: subject, objectId, rule: describeRule(rule) });
      else
        problems.push(
          problem(subject, 'DuplicateTargetEntries', {
            count: rivals,
            source: rule.source,
            value: describeValue(value),
          }),
        );
    }
  }
  return { links, problems };
}

/** Object ids of the accounts that these people would be given, each for themselves. */
export function claimedAccounts(people: readonly Person[], directory: DirectoryIndex, rules: Rules): Set<string> {
  const found = people.map((person) => tryRules(person, directory, rules[person.role] ?? []));
  return new Set(found.flatMap((one) => (one !== undefined && 'objectId' in one ? [one.objectId] : [])));
}

/** The one account that the rules find, or the problem; undefined when there is no rule. */
function tryRules(
  person: Person,
  directory: DirectoryIndex,
  rules: readonly IdentityRule[],
): { objectId: string; claim: Claim } | Problem | undefined {
  const subject = personKey(person.role, person.id);
  let unmatched: Problem | undefined;
  for (const rule of rules) {
    const value = sourceValue(person, rule);
    if (value === undefined) continue;
    const candidates = directory.find(rule.target, value);
    const [objectId] = candidates;
    if (candidates.length > 1) {
      return problem(subject, 'AmbiguousMatch', {
        count: candidates.length,
        target: rule.target,
        value: describeValue(value),
      });
    }
    if (objectId !== undefined) return { objectId, claim: { subject, rule, value } };
    unmatched ??= problem(subject, 'UnmatchedEntry', {
      target: rule.target,
      value: describeValue(value),
      source: rule.source,
    });
  }
  const sources = [...new Set(rules.map((rule) => rule.source))];
  if (unmatched !== undefined || sources.length === 0) return unmatched;
  return problem(subject, 'MissingSourceValue', { source: sources.join(', and no ') });
}

/** The value that the account must have; undefined when the person has nothing in the source property. */
export function sourceValue(person: Person, { source, suffix }: IdentityRule): string | undefined {
  const value = sourceOf(person, source);
  return value === undefined || suffix === null ? value : `${value}@${suffix}`;
}

/** What the person has in a source property; undefined for nothing. */
export function sourceOf(person: Person, source: IdentityRule['source']): string | undefined {
  const value = source === 'username' || source === 'secondaryEmail' ? person[source] : person.number;
  return value === '' ? undefined : value;
}

/** `studentNumber = mailNickname`, `username + @contoso.edu = userPrincipalName`. */
export function describeRule(rule: IdentityRule): string {
  return `${rule.source}${rule.suffix === null ? '' : ` + @${rule.suffix}`} = ${rule.target}`;
}
