/**
 * Identity matching, *sync existing users*: source property, plus an optional domain suffix, equals target property;
 * exact, ignoring case, and unique. Two candidates are an error, never a guess; so are two people who claim one account.
 * The rule matrix (3 sources, suffix or none, 3 targets, per role) is School Data Sync's own.
 *
 * A person once linked stays linked by object id, whatever becomes of user names, for as long as the account exists.
 */
import type { IdentityRule, Role } from '../profile.ts';
import type { DirectoryIndex } from './directory-index.ts';
import type { Person } from './people.ts';
import { personKey } from './people.ts';
import { type Problem, problem } from './problem.ts';

export type Rules = Partial<Record<Role, IdentityRule>>;

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
  taken: ReadonlySet<string>,
): MatchResult {
  const problems: Problem[] = [];
  const claims = new Map<string, { person: Person; rule: IdentityRule; value: string }[]>();
  for (const person of people) {
    const rule = rules[person.role];
    if (rule === undefined) continue;
    const subject = personKey(person.role, person.id);
    const value = sourceValue(person, rule);
    if (value === undefined) {
      problems.push(problem(subject, 'MissingSourceValue', { source: rule.source }));
      continue;
    }
    const candidates = directory.find(rule.target, value);
    const [only] = candidates;
    if (only === undefined) {
      problems.push(problem(subject, 'UnmatchedEntry', { target: rule.target, value, source: rule.source }));
    } else if (candidates.length > 1) {
      problems.push(problem(subject, 'AmbiguousMatch', { count: candidates.length, target: rule.target, value }));
    } else {
      const claim = { person, rule, value };
      claims.set(only, [...(claims.get(only) ?? []), claim]);
    }
  }

  const links: NewLink[] = [];
  for (const [objectId, claimants] of claims) {
    const rivals = claimants.length + (taken.has(objectId) ? 1 : 0);
    for (const { person, rule, value } of claimants) {
      const key = personKey(person.role, person.id);
      if (rivals === 1) links.push({ personKey: key, objectId, rule: describeRule(rule) });
      else problems.push(problem(key, 'DuplicateSourceEntries', { count: rivals, source: rule.source, value }));
    }
  }
  return { links, problems };
}

/** The value that the account must have; undefined when the person has nothing in the source property. */
export function sourceValue(person: Person, rule: IdentityRule): string | undefined {
  const sources = { username: person.username, secondaryEmail: person.secondaryEmail };
  const value = rule.source === 'username' || rule.source === 'secondaryEmail' ? sources[rule.source] : person.number;
  if (value === undefined || value === '') return undefined;
  return rule.suffix === null ? value : `${value}@${rule.suffix}`;
}

/** `studentNumber = mailNickname`, `username + @contoso.edu = userPrincipalName`. */
export function describeRule(rule: IdentityRule): string {
  return `${rule.source}${rule.suffix === null ? '' : ` + @${rule.suffix}`} = ${rule.target}`;
}
