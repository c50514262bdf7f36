/** Signing in by the provider: begun in a browser, and ended once, in the same browser. */
import { fail } from '../../../shared/errors.ts';
import type { Identified } from '../../auth/id-token.ts';
import type { Provider } from '../../auth/provider.ts';
import type { Grant } from '../../model/user-role.ts';
import type { SystemScope } from '../../store/store.ts';
import { type Attempt, endAttempt, startAttempt } from '../../store/users/attempts.ts';
import { findLink, useLink } from '../../store/users/links.ts';
import { looksLikeSecret, newSecret, secretHash } from '../../store/users/secret.ts';
import { beginSession } from '../../store/users/sessions.ts';
import { findIdentity, giveGrant, grantsOf, noteSignIn, tenantOf, type User } from '../../store/users/users.ts';
import { performAcross, type StoreContext } from '../perform.ts';
import { longestMs } from './sessions.ts';

export interface Begin {
  /** The relay's address to which the provider sends the browser back. */
  callback: string;
  /** Path at the console. */
  returnTo: string;
  /** Whether the person has to sign in although the provider knows them. */
  isFresh: boolean;
  /** Code of the invitation that is accepted by it. */
  invitation?: string | undefined;
}

/**
 * @returns where the browser has to go, the state by which it comes back, and a secret for it to keep
 * @throws HallpassError SIGN_IN_LINK_INVALID for a wrong invitation, SIGN_IN_PROVIDER_UNREACHABLE, SIGN_IN_PROVIDER_UNUSABLE
 */
export async function beginSignIn(
  { store, clock }: StoreContext,
  provider: Provider,
  { callback, returnTo, isFresh, invitation }: Begin,
): Promise<{ address: string; state: string; browser: string }> {
  const now = new Date(clock.now());
  const linkHash = invitation === undefined ? null : await openInvitation({ store, clock }, invitation);
  const [state, nonce, browser] = [newSecret(), newSecret(), newSecret()];
  const { address, verifier } = await provider.start({ state, nonce, callback, isFresh });
  const kept = { nonce, verifier, returnTo, linkHash, isFresh, startedAt: now.toISOString() };
  await store.system((scope) => startAttempt(scope, state, { ...kept, browserHash: secretHash(browser) }));
  return { address, state, browser };
}

async function openInvitation({ store, clock }: StoreContext, code: string): Promise<string> {
  const hash = secretHash(code);
  const link = looksLikeSecret(code)
    ? await store.readSystem((scope) => findLink(scope, hash, new Date(clock.now())))
    : undefined;
  if (link?.kind !== 'invitation') throw fail('SIGN_IN_LINK_INVALID', {});
  return hash;
}

/** What the provider sends back by way of the browser, and what the browser has kept. */
export interface Returned {
  state: string;
  browser: string;
  code?: string | undefined;
  /** `error` and `error_description` of RFC 6749 §4.1.2.1. */
  error?: string | undefined;
  description?: string | undefined;
  /** RFC 9207: which provider it was, so that no other one's answer is taken for this one's. */
  iss?: string | undefined;
  callback: string;
}

/**
 * Ends a sign-in, whatever comes of it.
 *
 * @returns the session's cookie, and where they wanted to go
 * @throws HallpassError SIGN_IN_EXPIRED, SIGN_IN_CANCELED, SIGN_IN_REFUSED, SIGN_IN_NOT_INVITED, and what the provider's throw
 */
export async function endSignIn(
  context: StoreContext,
  openProvider: () => Promise<Provider>,
  returned: Returned,
): Promise<{ cookie: string; returnTo: string }> {
  const { clock, store } = context;
  const now = new Date(clock.now());
  const attempt = await store.system((scope) => endAttempt(scope, returned, now));
  if (attempt === undefined) throw fail('SIGN_IN_EXPIRED', {});
  const provider = await openProvider();
  const code = await codeIn(returned, provider);
  const { verifier, nonce, isFresh, startedAt } = attempt;
  const freshSince = isFresh ? new Date(startedAt) : undefined;
  const { callback } = returned;
  const who = await provider.finish({ code, verifier, callback, nonce, freshSince, now });
  return { cookie: await admit(context, who, attempt), returnTo: attempt.returnTo };
}

async function codeIn({ code, error, description, iss }: Returned, provider: Provider): Promise<string> {
  const { issuer } = await provider.document();
  // A multi-tenant address has no issuer of its own to compare with; the token names it.
  if (iss !== undefined && iss !== issuer && !issuer.includes('{')) {
    throw fail('SIGN_IN_TOKEN_INVALID', { reason: 'the answer comes from another provider (iss)' });
  }
  if (error === 'access_denied') throw fail('SIGN_IN_CANCELED', {});
  if (error !== undefined) throw fail('SIGN_IN_REFUSED', { reason: wordsOf(`${error} ${description ?? ''}`) });
  if (code === undefined) throw fail('SIGN_IN_REFUSED', { reason: 'it sent no code' });
  return code;
}

function wordsOf(text: string): string {
  return text
    .replace(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, 300);
}

/** @returns the session's cookie */
async function admit(context: StoreContext, who: Identified, { linkHash }: Attempt): Promise<string> {
  const now = new Date(context.clock.now());
  if (linkHash !== null) return await join(context, who, linkHash, now);
  return await context.store.system(async (scope) => {
    const known = await findIdentity(scope, who);
    const grants = known === undefined ? [] : await grantsOf(scope, known.id);
    if (grants.length === 0) throw fail('SIGN_IN_NOT_INVITED', { name: who.email ?? who.name });
    return await newSession(scope, await noteSignIn(scope, who, now), now);
  });
}

/** Accepts the invitation: the role, its use and the entry in the audit log come together or not at all. */
async function join(context: StoreContext, who: Identified, hash: string, now: Date): Promise<string> {
  const link = await context.store.readSystem((scope) => findLink(scope, hash, now));
  if (link === undefined) throw fail('SIGN_IN_LINK_INVALID', {});
  const { grant, createdBy, id } = link;
  return await performAcross(context, newcomer(who, grant), 'user.joined', async (scope) => {
    const user = await noteSignIn(scope, who, now);
    if (!(await useLink(scope, { hash, by: user.id }, now))) throw fail('SIGN_IN_LINK_INVALID', {});
    await giveGrant(scope, user.id, grant, { by: createdBy, now });
    const detail = { invitation: id, user: user.id, role: grant.role };
    const outcome = await newSession(scope, user, now);
    return { outcome, entries: [{ tenantId: tenantOf(grant), detail }] };
  });
}

function newcomer({ name }: Identified, grant: Grant) {
  return { kind: 'user', id: 'invited', name, grants: [grant], isFresh: true } as const;
}

async function newSession(scope: SystemScope, { id, name }: User, now: Date): Promise<string> {
  return await beginSession(scope, { userId: id, name, lastsMs: longestMs }, now);
}
