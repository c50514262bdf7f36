/** Finds rules that cannot match anyone, and user names that cannot be formed. */

import type { Role } from '../model/role.ts';
import type { IdentityRule } from './identity-rules.ts';
import { parsePattern } from './pattern.ts';
import type { Profile } from './profile.ts';
import type { ProfileProblem, TenantFacts } from './tenant-facts.ts';

const roles = ['students', 'teachers'] as const satisfies Role[];

export function* identityProblems(profile: Profile, facts: TenantFacts): Iterable<ProfileProblem> {
  for (const role of roles) {
    if (profile.mode[role] === 'match') yield* ruleProblems(profile.identity[role] ?? [], role, facts);
    else yield* usernameProblems(profile, role, facts);
  }
}

function* ruleProblems(
  rules: readonly IdentityRule[],
  role: Role,
  { domains, people }: TenantFacts,
): Iterable<ProfileProblem> {
  const seen = new Set<string>();
  for (const [index, rule] of rules.entries()) {
    const field = `identity.${role}${rules.length === 1 ? '' : `.${index}`}`;
    const { source, suffix, target } = rule;
    const never = neverMatches(rule);
    if (never !== undefined) yield { field, severity: 'error', ...never };
    if (
      suffix !== null &&
      domains !== undefined &&
      !domains.some(({ id, isVerified }) => id === suffix && isVerified)
    ) {
      const severity = target === 'userPrincipalName' ? 'error' : 'warning';
      const reason = `${suffix} is not a verified domain of the tenant`;
      yield { field: `${field}.suffix`, severity, reason, remedy: 'Choose one of its domains, or verify this one.' };
    }
    const { total, having } = people[role];
    if (total > 0 && (having[source] ?? 0) === 0) {
      const reason = `none of the ${total} ${role} known so far has a value in ${source}`;
      const remedy =
        'Agents send a field once a stored profile asks for it: run "hallpass-relay match" one cycle later. If it is empty in PowerSchool, choose another source.';
      yield { field: `${field}.source`, severity: 'warning', reason, remedy };
    }
    const key = JSON.stringify([source, suffix, target]);
    if (seen.has(key)) yield { field, severity: 'warning', reason: 'the rule is listed twice', remedy: 'Remove one.' };
    seen.add(key);
  }
}

function neverMatches({ source, suffix, target }: IdentityRule): { reason: string; remedy: string } | undefined {
  const remedy = 'See what every rule would find: hallpass-relay match TENANT.';
  if (source === 'secondaryEmail' && suffix !== null) {
    return { reason: 'an email address already has a domain: with a suffix nobody would match', remedy };
  }
  if (target === 'mailNickname' && (suffix !== null || source === 'secondaryEmail')) {
    return { reason: 'a mailNickname contains no @: nobody would match', remedy };
  }
  if (target !== 'mailNickname' && suffix === null && source.endsWith('Number')) {
    return { reason: `a ${target} ends in a domain: without a suffix nobody would match`, remedy };
  }
  return undefined;
}

function* usernameProblems({ accounts }: Profile, role: Role, { people }: TenantFacts): Iterable<ProfileProblem> {
  const rule = accounts[role].username;
  const { total, having } = people[role];
  const needed = rule === 'username' ? ['username'] : [...parsePattern(rule.pattern).values];
  const empty = total === 0 ? [] : needed.filter((name) => (having[name] ?? 0) === 0);
  if (empty.length === 0) return;
  const reason = `none of the ${total} ${role} known so far has a value in ${empty.join(', ')}`;
  const remedy = 'Agents send a field once a stored profile asks for it: check again one cycle later.';
  yield { field: `accounts.${role}.username`, severity: 'warning', reason, remedy };
}
