/**
 * What every rule of the matrix (source × suffix × target, per role) would find in the current data, so that people can
 * choose a rule by its result. Pure. One pass over the people per rule, with look-ups in the directory's index.
 */

import type { DirectoryUser } from '../model/directory-user.ts';
import type { Person } from '../model/person.ts';
import { type PersonKey, personKey } from '../model/person-key.ts';
import type { Role } from '../model/role.ts';
import { type IdentityRule, sources, targets } from '../profile/identity-rules.ts';
import type { Exclusion } from './candidates.ts';
import type { DirectoryIndex } from './directory-index.ts';
import { sourceOf, sourceValue } from './match.ts';

export interface MatchExample {
  /** Person key. */
  subject: PersonKey;
  /** The value that the account must have; missing if the person has no source value. */
  value?: string;
  /** userPrincipalNames of the accounts with this value, at most five. */
  accounts?: string[];
}

export const outcomes = ['matched', 'ambiguous', 'claimedTwice', 'excluded', 'unmatched', 'withoutValue'] as const;
export type MatchOutcome = (typeof outcomes)[number];

export interface RulePreview {
  rule: IdentityRule;
  /**
   * `matched`: exactly one account, claimed by nobody else. `ambiguous`: two or more accounts. `claimedTwice`: one
   * account, and another person of the role would get it too. `excluded`: only accounts that belong to nobody, such as
   * guests.
   */
  counts: Record<MatchOutcome, number>;
  /** A few people for each outcome. */
  examples: Record<MatchOutcome, MatchExample[]>;
}

export interface RolePreview {
  role: Role;
  people: number;
  /** Best first. */
  rules: RulePreview[];
  /** The rule that matches the most people; undefined when none matches anyone. */
  recommended: IdentityRule | undefined;
  /** Sources without a value for any person: empty in PowerSchool, or not requested by the profile. */
  emptySources: string[];
}

const examplesEach = 5;

/**
 * @param people of one role
 * @param domains the tenant's verified ones, each tried as a suffix
 */
export function previewMatches(
  role: Role,
  people: readonly Person[],
  directory: DirectoryIndex,
  domains: readonly string[],
  excluded?: Excluded,
): RolePreview {
  const filled = sources[role].filter((source) => people.some((person) => sourceOf(person, source) !== undefined));
  const rules: RulePreview[] = [];
  for (const source of filled) {
    for (const suffix of [null, ...domains]) {
      for (const target of targets) {
        rules.push(previewRule(people, directory, { source, suffix, target } as IdentityRule, excluded));
      }
    }
  }
  rules.sort(byResult);
  const [best] = rules;
  return {
    role,
    people: people.length,
    rules,
    recommended: best !== undefined && best.counts.matched > 0 ? best.rule : undefined,
    emptySources: sources[role].filter((source) => !(filled as readonly string[]).includes(source)),
  };
}

type Excluded = (user: DirectoryUser) => Exclusion | undefined;

/** @param excluded which accounts belong to nobody, see candidates.ts */
export function previewRule(
  people: readonly Person[],
  directory: DirectoryIndex,
  rule: IdentityRule,
  excluded: Excluded = () => undefined,
): RulePreview {
  const counts = { matched: 0, ambiguous: 0, claimedTwice: 0, excluded: 0, unmatched: 0, withoutValue: 0 };
  const examples: RulePreview['examples'] = {
    matched: [],
    ambiguous: [],
    claimedTwice: [],
    excluded: [],
    unmatched: [],
    withoutValue: [],
  };
  const note = (outcome: MatchOutcome, person: Person, value?: string, ids: readonly string[] = []) => {
    counts[outcome] += 1;
    const some = examples[outcome];
    if (some.length === examplesEach) return;
    const accounts = ids.slice(0, examplesEach).map((id) => directory.get(id)?.userPrincipalName ?? id);
    some.push({
      subject: personKey(person.role, person.id),
      ...(value === undefined ? {} : { value }),
      ...(accounts.length === 0 ? {} : { accounts }),
    });
  };
  const claims = new Map<string, { person: Person; value: string }[]>();
  for (const person of people) {
    const value = sourceValue(person, rule);
    if (value === undefined) {
      note('withoutValue', person);
      continue;
    }
    const all = directory.find(rule.target, value);
    const ids = all.filter((one) => {
      const user = directory.get(one);
      return user !== undefined && excluded(user) === undefined;
    });
    const [id] = ids;
    if (id === undefined) note(all.length === 0 ? 'unmatched' : 'excluded', person, value, all);
    else if (ids.length > 1) note('ambiguous', person, value, ids);
    else {
      const claimants = claims.get(id);
      if (claimants === undefined) claims.set(id, [{ person, value }]);
      else claimants.push({ person, value });
    }
  }
  for (const [id, claimants] of claims) {
    const outcome = claimants.length === 1 ? 'matched' : 'claimedTwice';
    for (const { person, value } of claimants) note(outcome, person, value, [id]);
  }
  return { rule, counts, examples };
}

/** More people first; among equal ones, fewer mistakes to resolve; then the target that the directory keeps unique. */
function byResult(a: RulePreview, b: RulePreview): number {
  const mistakes = ({ counts }: RulePreview) => counts.ambiguous + counts.claimedTwice;
  return (
    b.counts.matched - a.counts.matched ||
    mistakes(a) - mistakes(b) ||
    targets.indexOf(a.rule.target) - targets.indexOf(b.rule.target) ||
    (a.rule.suffix ?? '').localeCompare(b.rule.suffix ?? '')
  );
}
