/** Which application permissions every run needs, and which a profile additionally needs. Pure. */
import type { OperationKind } from '../model/operation.ts';
import { type AnyOf, lackingOf, reading } from '../model/permissions.ts';
import type { Profile } from '../profile/profile.ts';
import type { ProfileProblem } from '../profile/tenant-facts.ts';
import { users } from './permissions.ts';
import { operationKinds, specOf } from './registry.ts';
import type { ProfileOption } from './spec.ts';

const kindsBy: ReadonlyMap<ProfileOption | undefined, OperationKind[]> = Map.groupBy(
  operationKinds,
  (kind) => specOf(kind).option,
);

/** Without these no run starts: accounts are read, and some operations need no option. */
export const alwaysNeeded: readonly AnyOf[] = withoutCovered([
  reading.accounts,
  ...neededFor(undefined).filter((anyOf) => anyOf !== users),
]);

/** The options that need more than that, and the permissions for each. */
export const neededByOptions: ReadonlyMap<ProfileOption, readonly AnyOf[]> = new Map(
  [...kindsBy.keys()].flatMap((option) => (option === undefined ? [] : [[option, neededFor(option)] as const])),
);

/**
 * What the profile asks for but the relay's application may not do. @param granted permissions, as listed in the token
 */
export function* permissionProblems(profile: Profile, granted: readonly string[]): Iterable<ProfileProblem> {
  const lackingAlways = lackingOf(alwaysNeeded, granted);
  if (lackingAlways.length > 0) {
    const reason = "the relay's application may read, and not write: previews work, and the profile cannot be enabled";
    const remedy = `Grant it ${lackingAlways.join(', ')} before you enable the profile.`;
    yield { field: 'the document', severity: 'warning', reason, remedy };
  }
  let isUsersNamed = false;
  for (const [{ field, isSet, act, otherwise }, needs] of neededByOptions) {
    const lacking = lackingOf(needs, granted);
    if (lacking.length === 0 || !isSet(profile)) continue;
    const reason = `the relay's application may not ${act}`;
    yield { field, severity: 'error', reason, remedy: `Grant it ${lacking.join(', ')}, or ${otherwise}.` };
    isUsersNamed ||= needs.some((anyOf) => anyOf.includes(users[0]));
  }
  const [withoutUsers] = lackingOf([users], granted);
  if (withoutUsers !== undefined && !isUsersNamed) {
    const reason =
      "the relay's application may not change accounts, which Microsoft lists for adding members to groups";
    const remedy = `Grant it ${withoutUsers} if Microsoft refuses members; many tenants do not need it.`;
    yield { field: 'the document', severity: 'warning', reason, remedy };
  }
  const [blind] = lackingOf([reading.hiddenMembers], granted);
  if (blind !== undefined) {
    const reason = "the relay's application may not see who is in a class";
    const remedy = `Grant it ${blind}: without it Hallpass cannot look up memberships after a lost answer.`;
    yield { field: 'the document', severity: 'warning', reason, remedy };
  }
}

function neededFor(option: ProfileOption | undefined): AnyOf[] {
  return [...new Set((kindsBy.get(option) ?? []).flatMap((kind) => specOf(kind).permissions))];
}

/** Without needs that are also met by the least privileged permission for another need. */
function withoutCovered(needs: readonly AnyOf[]): AnyOf[] {
  return needs.filter((anyOf, at) =>
    needs.every(([least], other) => other === at || !anyOf.includes(least) || (least === anyOf[0] && other > at)),
  );
}
