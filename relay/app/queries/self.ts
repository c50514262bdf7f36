/** Who somebody at the console is, and what they may do there. */
import type { Grant, UserRole } from '../../model/user-role.ts';
import { lookUpTenant } from '../../store/tenants/system.ts';
import { findUser } from '../../store/users/users.ts';
import { allow } from '../access.ts';
import type { UserActor } from '../actor.ts';
import type { AppContext } from '../perform.ts';

export interface Self {
  name: string;
  email: string | null;
  /** `district`: null for a role in every district; `schools`: null for every school. */
  roles: { role: UserRole; district: { slug: string; name: string } | null; schools: readonly string[] | null }[];
}

/** @throws HallpassError ROLE_INSUFFICIENT for somebody without any role */
export async function whoAmI({ store }: Pick<AppContext, 'store'>, actor: UserActor): Promise<Self> {
  allow(actor, 'self');
  return await store.readSystem(async (scope) => {
    const districtOf = async ({ tenantId }: Grant) => {
      const tenant = tenantId === 'all' ? undefined : await lookUpTenant(scope, tenantId);
      return tenant === undefined ? null : { slug: tenant.slug, name: tenant.name };
    };
    const roles = [];
    for (const grant of actor.grants) {
      roles.push({ role: grant.role, district: await districtOf(grant), schools: grant.schools });
    }
    const email = (await findUser(scope, actor.id))?.email ?? null;
    return { name: actor.name, email, roles };
  });
}
