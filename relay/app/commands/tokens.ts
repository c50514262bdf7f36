/**
 * Tokens of programs: for one district, several or all. No token can do or access more than the actor who creates it.
 * An actor who manages tokens can also revoke those with other scopes.
 */
import { fail } from '../../../shared/errors.ts';
import { type AccessRole, accessRoles } from '../../model/access-role.ts';
import type { AccessScope } from '../../model/access-scope.ts';
import { looksLikeToken } from '../../store/tenants/api-token.ts';
import { createToken, mightOf, revokeToken, type TokenMight } from '../../store/tenants/api-tokens.ts';
import { listTenants } from '../../store/tenants/system.ts';
import { scopesFor } from '../access.ts';
import { type ActingRole, type Actor, hasScope, nameOf, rolesIn, rolesOf } from '../actor.ts';
import { performAcross, reach, type StoreContext, type TenantRef } from '../perform.ts';

export interface TokenInput {
  tenant: TenantRef;
  name: string;
  days: number;
  role: AccessRole;
  /** Slugs or ids of further districts that it may access; `all` for every one, including future ones. */
  also?: 'all' | readonly string[] | undefined;
  /** By default, every scope that the role can use and the creator has, except first passwords. */
  scopes?: readonly AccessScope[] | undefined;
}

/**
 * Creates a token, which is shown once.
 *
 * @throws HallpassError TENANT_UNKNOWN, ROLE_INSUFFICIENT, SCOPE_MISSING, TOKEN_SCOPE_USELESS
 */
export async function makeToken(
  context: StoreContext,
  actor: Actor,
  { tenant, name, days, role, also = [], scopes: wanted }: TokenInput,
): Promise<{ id: string; token: string; expiresAt: string; scopes: AccessScope[]; slug: string }> {
  return await performAcross(context, actor, 'token.create', async (scope, now) => {
    const first = await reach(scope, actor, 'token.create', tenant);
    // An operator's token is for all districts; anything less would not be an operator's.
    const isForAll = also === 'all' || role === 'operator';
    const scopes = wanted === undefined ? usualScopes(actor, role) : usefulScopes(role, wanted);
    needMight(actor, { role, scopes, tenants: isForAll ? 'all' : [] });
    const others = [];
    for (const one of also === 'all' ? [] : also) others.push((await reach(scope, actor, 'token.create', one)).id);
    const tenants = isForAll ? ('all' as const) : [first.id, ...others];
    const given = { name, days, by: nameOf(actor), role, scopes, tenants };
    const made = await createToken({ ...scope, tenantId: first.id }, given, now);
    const detail = { token: made.id, name, role, scopes, expiresAt: made.expiresAt };
    const affected = tenants === 'all' ? (await listTenants(scope)).map(({ id }) => id) : new Set(tenants);
    const outcome = { ...made, scopes, slug: first.slug };
    return { outcome, entries: [...affected].map((tenantId) => ({ tenantId, detail })) };
  });
}

/**
 * Revokes a token for good; revoking it again keeps the first time.
 *
 * @param asked `token`: its id
 * @throws HallpassError TOKEN_NOT_FOUND, ROLE_INSUFFICIENT for a token that can do or access more than the actor who
 *   revokes it
 */
export async function endToken(
  context: StoreContext,
  actor: Actor,
  { tenant, token: id }: { tenant: TenantRef; token: string },
): Promise<void> {
  await performAcross(context, actor, 'token.revoke', async (scope, now) => {
    const { id: tenantId } = await reach(scope, actor, 'token.revoke', tenant);
    const opened = await mightOf(scope, id);
    if (opened === undefined || (opened.tenants !== 'all' && !opened.tenants.includes(tenantId))) {
      // If someone gives the secret instead of the id, the message does not repeat it.
      throw fail('TOKEN_NOT_FOUND', { token: looksLikeToken(id) ? 'hallpass_…' : id });
    }
    needRank(actor, opened);
    await revokeToken(scope, id, now);
    const affected = opened.tenants === 'all' ? (await listTenants(scope)).map((one) => one.id) : opened.tenants;
    return { outcome: undefined, entries: affected.map((tenantId) => ({ tenantId, detail: { token: id } })) };
  });
}

/** First passwords are only for actors who were explicitly allowed to get them. */
function usualScopes(actor: Actor, role: AccessRole): AccessScope[] {
  return scopesFor(role).filter((scope) => scope !== 'passwords' && hasScope(actor, scope));
}

/** @throws HallpassError TOKEN_SCOPE_USELESS */
function usefulScopes(role: AccessRole, wanted: readonly AccessScope[]): AccessScope[] {
  const useful = scopesFor(role);
  const scopes = [...new Set(wanted)];
  const useless = scopes.find((scope) => !useful.includes(scope));
  if (useless !== undefined) throw fail('TOKEN_SCOPE_USELESS', { role, scope: useless });
  return scopes;
}

/** @throws HallpassError ROLE_INSUFFICIENT, SCOPE_MISSING */
function needMight(actor: Actor, might: TokenMight): void {
  needRank(actor, might);
  const missing = might.scopes.find((scope) => !hasScope(actor, scope));
  if (missing !== undefined) throw fail('SCOPE_MISSING', { scope: missing, action: 'a token with that scope' });
}

/** @throws HallpassError ROLE_INSUFFICIENT */
function needRank(actor: Actor, { role, tenants }: Pick<TokenMight, 'role' | 'tenants'>): void {
  const isMighty = (own: ActingRole) => rank(own) <= rank(role);
  const opensAsMuch =
    tenants === 'all'
      ? rolesOf(actor).includes('operator')
      : tenants.every((one) => rolesIn(actor, one).some(isMighty)) && rolesOf(actor).some(isMighty);
  if (opensAsMuch) return;
  throw fail('ROLE_INSUFFICIENT', {
    role: rolesOf(actor).join(', '),
    action: 'tokens that can do more, or give access to more, than your own',
  });
}

/** Roles that no token has stand below all that have. */
function rank(role: ActingRole): number {
  const place = (accessRoles as readonly ActingRole[]).indexOf(role);
  return place === -1 ? accessRoles.length : place;
}
