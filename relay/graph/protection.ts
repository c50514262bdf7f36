/** Why Graph denies a change of one object although the application has the permission. */
import { fail, type HallpassError } from '../../shared/errors.ts';
import type { OperationKind } from '../model/operation.ts';
import { type AnyOf, lackingOf } from '../model/permissions.ts';
import { specOf } from '../operations/registry.ts';
import { bodyIn } from './answer.ts';
import { assignableGroup } from './bodies/group.ts';
import { pageOf } from './bodies/object.ts';
import { membershipOfAccount } from './bodies/user.ts';
import type { GraphClient } from './client.ts';
import { readAll } from './lookups.ts';

/** Permissions that the operation needs and that were not granted, the least privileged for each need. */
export function lackingFor(kind: OperationKind, granted: readonly string[]): string[] {
  return lackingOf(specOf(kind).permissions, granted);
}

/**
 * Why an account may not be changed: a missing permission, or its protection.
 *
 * @param words from Graph
 * @throws HallpassError of the class `fix`
 */
export async function denialOf(
  client: GraphClient,
  objectId: string,
  { kind, ...said }: { kind: OperationKind; what: string; words: string },
): Promise<HallpassError> {
  return await accountDenialOf(client, objectId, { permissions: specOf(kind).permissions, ...said });
}

/** The same for a change outside of a plan. @throws as {@link denialOf} */
export async function accountDenialOf(
  client: GraphClient,
  objectId: string,
  { permissions, what, words }: { permissions: readonly AnyOf[]; what: string; words: string },
): Promise<HallpassError> {
  const lacking = lackingOf(permissions, await client.roles());
  if (lacking.length > 0) return fail('PermissionMissing', { what, permissions: lacking.join(', ') });
  const protection = (await protectionOf(client, objectId)) || `its roles and units cannot be read; ${words}`;
  return fail('AccountProtected', { what, protection });
}

/**
 * Why members cannot be added to or removed from a group although the permission is granted; undefined if unknown.
 *
 * @throws HallpassError of the class `fix`
 */
export async function groupDenialOf(
  client: GraphClient,
  groupId: string,
  { kind, what }: { kind: OperationKind; what: string },
): Promise<HallpassError | undefined> {
  if (lackingFor(kind, await client.roles()).length > 0) return undefined;
  const [answer] = await readAll(client, [`/groups/${groupId}?$select=id,isAssignableToRole`]);
  return bodyIn(assignableGroup, answer)?.isAssignableToRole === true
    ? fail('GroupProtected', { what, protection: 'administrator roles can be assigned to it' })
    : undefined;
}

const memberships = pageOf(membershipOfAccount);

/**
 * An account's administrator roles and restricted units, in words; empty if there are none, or the application may not
 * see them.
 *
 * @throws HallpassError of the class `fix`
 */
export async function protectionOf(client: GraphClient, objectId: string): Promise<string> {
  const [answer] = await readAll(client, [`/users/${objectId}/memberOf`]);
  const items = bodyIn(memberships, answer)?.value ?? [];
  const named = (type: string, is: (item: (typeof items)[number]) => boolean = () => true) =>
    items.filter((item) => item['@odata.type'] === `#microsoft.graph.${type}` && is(item));
  const roles = named('directoryRole').map((role) => role.displayName ?? 'an administrator role');
  const units = named('administrativeUnit', (unit) => unit.isMemberManagementRestricted === true).map(
    (unit) => unit.displayName ?? 'a restricted unit',
  );
  return [
    roles.length > 0 ? `it has the role ${roles.join(', ')}` : '',
    units.length > 0 ? `it is in the restricted management administrative unit ${units.join(', ')}` : '',
  ]
    .filter((words) => words !== '')
    .join(', and ');
}
