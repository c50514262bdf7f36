/** Who may use the console, and who is invited to. */
import { fail } from '../../../shared/errors.ts';
import { ofTheRelay } from '../../store/audit/audit.ts';
import type { SystemScope } from '../../store/store.ts';
import { listInvitations, type SignInLink } from '../../store/users/links.ts';
import { listMembers, type Member } from '../../store/users/users.ts';
import { allow } from '../access.ts';
import { type Actor, rolesOf } from '../actor.ts';
import { reach, type StoreContext, type TenantRef } from '../perform.ts';

export interface ListedUsers {
  users: Member[];
  /** Those that can still be accepted. */
  invitations: SignInLink[];
}

/**
 * @param tenant undefined for roles in every district
 * @throws HallpassError ROLE_INSUFFICIENT, SCOPE_MISSING, TENANT_UNKNOWN
 */
export async function usersNow({ store, clock }: StoreContext, actor: Actor, tenant?: TenantRef): Promise<ListedUsers> {
  allow(actor, 'users');
  return await store.readSystem(async (scope) => {
    const place = tenant === undefined ? everyDistrict(actor) : await districtId(scope, actor, tenant);
    const now = new Date(clock.now());
    return { users: await listMembers(scope, place), invitations: await listInvitations(scope, place, now) };
  });
}

async function districtId(scope: SystemScope, actor: Actor, tenant: TenantRef): Promise<string> {
  return (await reach(scope, actor, 'users', tenant)).id;
}

function everyDistrict(actor: Actor): string {
  const roles = rolesOf(actor);
  if (roles.includes('operator') || roles.includes('observer')) return ofTheRelay;
  throw fail('ROLE_INSUFFICIENT', { role: roles.join(', '), action: 'users of every district' });
}
