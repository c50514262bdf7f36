/** Tokens of programs: for one district, several or all. None can do or open more than the one who makes it. */
import { fail } from '../../../shared/errors.ts';
import { type AccessRole, accessRoles } from '../../model/access-role.ts';
import { looksLikeToken } from '../../store/tenants/api-token.ts';
import { createToken, openedBy, revokeToken } from '../../store/tenants/api-tokens.ts';
import { listTenants } from '../../store/tenants/system.ts';
import { type Actor, nameOf, reaches, roleOf } from '../actor.ts';
import { performAcross, reach, type StoreContext } from '../perform.ts';

export interface TokenInput {
  tenant: string;
  name: string;
  days: number;
  role: AccessRole;
  /** Slugs or ids of districts that it opens besides; `all` for every one, also those to come. */
  also?: 'all' | readonly string[];
}

/**
 * A token, which is shown once.
 *
 * @throws HallpassError TENANT_UNKNOWN, ROLE_INSUFFICIENT
 */
export async function makeToken(
  context: StoreContext,
  actor: Actor,
  { tenant, name, days, role, also = [] }: TokenInput,
): Promise<{ id: string; token: string; expiresAt: string; slug: string }> {
  return await performAcross(context, actor, 'token.create', async (scope, now) => {
    const first = await reach(scope, actor, tenant);
    // An operator's is for everything, or it would be none.
    const isForAll = also === 'all' || role === 'operator';
    needMight(actor, role, isForAll ? 'all' : []);
    const others = [];
    for (const one of also === 'all' ? [] : also) others.push((await reach(scope, actor, one)).id);
    const tenants = isForAll ? ('all' as const) : [first.id, ...others];
    const given = { name, days, by: nameOf(actor), role, tenants };
    const made = await createToken({ ...scope, tenantId: first.id }, given, now);
    const detail = { token: made.id, name, role, expiresAt: made.expiresAt };
    const told = tenants === 'all' ? (await listTenants(scope)).map(({ id }) => id) : new Set(tenants);
    return { outcome: { ...made, slug: first.slug }, entries: [...told].map((tenantId) => ({ tenantId, detail })) };
  });
}

/**
 * Has a token refused from now on, for good; a second time keeps the first.
 *
 * @param asked `token`: its id
 * @throws HallpassError TOKEN_NOT_FOUND, ROLE_INSUFFICIENT for one that can do more, or opens more, than the one who revokes it
 */
export async function endToken(
  context: StoreContext,
  actor: Actor,
  { tenant, token: id }: { tenant: string; token: string },
): Promise<void> {
  await performAcross(context, actor, 'token.revoke', async (scope, now) => {
    const { id: tenantId } = await reach(scope, actor, tenant);
    const opened = await openedBy(scope, id);
    if (opened === undefined || (opened.tenants !== 'all' && !opened.tenants.includes(tenantId))) {
      // Whoever gives the secret in place of the id is not shown it again.
      throw fail('TOKEN_NOT_FOUND', { token: looksLikeToken(id) ? 'hallpass_…' : id });
    }
    needMight(actor, opened.role, opened.tenants);
    await revokeToken(scope, id, now);
    const told = opened.tenants === 'all' ? (await listTenants(scope)).map((one) => one.id) : opened.tenants;
    return { outcome: undefined, entries: told.map((tenantId) => ({ tenantId, detail: { token: id } })) };
  });
}

function needMight(actor: Actor, role: AccessRole, tenants: 'all' | readonly string[]): void {
  const own = roleOf(actor);
  const isAsMighty = own !== 'agent' && accessRoles.indexOf(own) <= accessRoles.indexOf(role);
  const opensAsMuch = tenants === 'all' ? own === 'operator' : tenants.every((one) => reaches(actor, one));
  if (isAsMighty && opensAsMuch) return;
  throw fail('ROLE_INSUFFICIENT', { role: own, action: 'tokens that can do or open more than the own one' });
}
