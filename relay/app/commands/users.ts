/** Users of the console: invited, and removed. Nobody gives a role that they do not have themselves. */
import { fail } from '../../../shared/errors.ts';
import { isRelayRole, type UserRole } from '../../model/user-role.ts';
import { ofTheRelay } from '../../store/audit/audit.ts';
import type { SystemScope } from '../../store/store.ts';
import { makeLink, revokeLink } from '../../store/users/links.ts';
import { findUser, takeGrant } from '../../store/users/users.ts';
import type { Change } from '../access.ts';
import { type Actor, nameOf, rolesOf } from '../actor.ts';
import { performAcross, reach, type StoreContext, type TenantRef } from '../perform.ts';

/** People are away for a week; a link in a mailbox should not work for longer. */
const invitationLastsMs = 7 * 86_400_000;

export interface Invitation {
  role: UserRole;
  /** Undefined for operators and observers. */
  tenant?: TenantRef | undefined;
  /** Ids; of a school viewer alone. */
  schools?: readonly string[] | undefined;
  /** Whom it is for, in the words of the one who invites. */
  label: string;
}

/**
 * @returns what the link ends with, which is shown once
 * @throws HallpassError ROLE_INSUFFICIENT, SIGN_IN_NOT_FRESH, TENANT_UNKNOWN, SCHOOLS_NOT_NAMED
 */
export async function invite(
  context: StoreContext,
  actor: Actor,
  { role, tenant, schools = [], label }: Invitation,
): Promise<{ id: string; secret: string; expiresAt: string }> {
  if ((role === 'schoolViewer') !== schools.length > 0) throw fail('SCHOOLS_NOT_NAMED', {});
  return await performAcross(context, actor, 'user.invite', async (scope, now) => {
    const tenantId = await placeOf(scope, actor, 'user.invite', isRelayRole(role) ? undefined : (tenant ?? ''));
    const listed = schools.length > 0 ? schools : null;
    const grant = { role, tenantId: tenantId === ofTheRelay ? 'all' : tenantId, schools: listed };
    const asked = { kind: 'invitation', grant, label, by: nameOf(actor), lastsMs: invitationLastsMs } as const;
    const made = await makeLink(scope, asked, now);
    const detail = { invitation: made.id, role, schools: listed, for: label, expiresAt: made.expiresAt };
    return { outcome: made, entries: [{ tenantId, detail }] };
  });
}

/** @throws HallpassError INVITATION_UNKNOWN, ROLE_INSUFFICIENT, TENANT_UNKNOWN */
export async function withdraw(
  context: StoreContext,
  actor: Actor,
  { tenant, invitation: id }: { tenant?: TenantRef | undefined; invitation: string },
): Promise<void> {
  await performAcross(context, actor, 'user.uninvite', async (scope, now) => {
    const tenantId = await placeOf(scope, actor, 'user.uninvite', tenant);
    const link = await revokeLink(scope, { tenantId, id }, now);
    if (link === undefined) throw fail('INVITATION_UNKNOWN', { invitation: id });
    const detail = { invitation: id, role: link.grant.role, for: link.label };
    return { outcome: undefined, entries: [{ tenantId, detail }] };
  });
}

/**
 * Takes a user's role in this district, or the one in every district. It counts from the next click.
 *
 * @throws HallpassError USER_UNKNOWN, ROLE_INSUFFICIENT, SIGN_IN_NOT_FRESH, TENANT_UNKNOWN
 */
export async function removeUser(
  context: StoreContext,
  actor: Actor,
  { tenant, user: id }: { tenant?: TenantRef | undefined; user: string },
): Promise<void> {
  await performAcross(context, actor, 'user.remove', async (scope) => {
    const tenantId = await placeOf(scope, actor, 'user.remove', tenant);
    const user = await findUser(scope, id);
    if (user === undefined || !(await takeGrant(scope, tenantId, id))) throw fail('USER_UNKNOWN', { user: id });
    return { outcome: undefined, entries: [{ tenantId, detail: { user: id, name: user.name } }] };
  });
}

/** Where a role is kept and its entry is written. Roles in every district are a matter of operators. */
async function placeOf(
  scope: SystemScope,
  actor: Actor,
  action: Change,
  tenant: TenantRef | undefined,
): Promise<string> {
  if (tenant !== undefined) return (await reach(scope, actor, action, tenant)).id;
  if (rolesOf(actor).includes('operator')) return ofTheRelay;
  throw fail('ROLE_INSUFFICIENT', { role: rolesOf(actor).join(', '), action: `${action} for every district` });
}
