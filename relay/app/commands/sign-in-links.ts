/** Links from the terminal that let somebody in without the sign-in provider: for the set-up, and when the provider fails. */
import { fail } from '../../../shared/errors.ts';
import { ofTheRelay } from '../../store/audit/audit.ts';
import { lookUpTenant, type Tenant } from '../../store/tenants/system.ts';
import { findLink, makeLink, useLink } from '../../store/users/links.ts';
import { looksLikeSecret, secretHash } from '../../store/users/secret.ts';
import { beginSession } from '../../store/users/sessions.ts';
import type { LinkKind } from '../../store/users/tables.ts';
import { type Actor, nameOf } from '../actor.ts';
import { performAcross, type StoreContext } from '../perform.ts';
import { actorFromTerminal, longestTerminalMs } from './sessions.ts';

/** A link is opened at once by whoever made it. */
const linkLastsMs = 10 * 60_000;

/** @returns what the link ends with, which is shown once @throws HallpassError ROLE_INSUFFICIENT, SCOPE_MISSING */
export async function makeSignInLink(
  context: StoreContext,
  actor: Actor,
): Promise<{ secret: string; expiresAt: string }> {
  return await performAcross(context, actor, 'signIn.link', async (scope, now) => {
    const grant = { role: 'operator', tenantId: 'all', schools: null } as const;
    const by = nameOf(actor);
    const asked = { kind: 'terminal', grant, label: by, by, lastsMs: linkLastsMs } as const;
    const { id, secret, expiresAt } = await makeLink(scope, asked, now);
    const entries = [{ tenantId: ofTheRelay, detail: { link: id, expiresAt } }];
    return { outcome: { secret, expiresAt }, entries };
  });
}

/**
 * Trades a link from the terminal for a session.
 *
 * @returns the cookie's value, and the link's id
 * @throws HallpassError SIGN_IN_LINK_INVALID whatever is wrong with it
 */
export async function enterByLink(context: StoreContext, secret: string): Promise<{ cookie: string; link: string }> {
  const now = new Date(context.clock.now());
  const hash = secretHash(secret);
  const link = looksLikeSecret(secret)
    ? await context.store.readSystem((scope) => findLink(scope, hash, now))
    : undefined;
  if (link?.kind !== 'terminal') throw fail('SIGN_IN_LINK_INVALID', {});
  const name = `${link.label} (link from the terminal)`;
  return await performAcross(context, actorFromTerminal(name), 'signIn.terminal', async (scope) => {
    if (!(await useLink(scope, { hash, by: null }, now))) throw fail('SIGN_IN_LINK_INVALID', {});
    const cookie = await beginSession(scope, { userId: null, name, lastsMs: longestTerminalMs }, now);
    return { outcome: { cookie, link: link.id }, entries: [{ tenantId: ofTheRelay, detail: { link: link.id } }] };
  });
}

/** What a link is for. Undefined for one that is not valid. */
export async function purposeOfLink({ store, clock }: StoreContext, secret: string): Promise<LinkPurpose | undefined> {
  if (!looksLikeSecret(secret)) return undefined;
  const now = new Date(clock.now());
  return await store.readSystem(async (scope) => {
    const link = await findLink(scope, secretHash(secret), now);
    if (link === undefined) return undefined;
    const { kind, grant } = link;
    const district = grant.role === 'admin' ? await lookUpTenant(scope, grant.tenantId) : undefined;
    return { kind, manages: district };
  });
}

export interface LinkPurpose {
  kind: LinkKind;
  /** The district of which an invitation makes somebody the administrator. */
  manages: Tenant | undefined;
}
