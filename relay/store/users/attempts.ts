/** Sign-ins under way: each is found by its state, and ends once. */
import type { SystemScope } from '../store.ts';
import { secretHash } from './secret.ts';

/** How long somebody may take at the provider, milliseconds. */
export const attemptLastsMs = 15 * 60_000;

export interface Attempt {
  /** Hash of the secret in the cookie of the browser in which it began. */
  browserHash: string;
  nonce: string;
  verifier: string;
  returnTo: string;
  /** Hash of the invitation that it accepts. */
  linkHash: string | null;
  isFresh: boolean;
  startedAt: string;
}

/** @param state as it goes to the provider; stored is its hash */
export async function startAttempt({ db }: SystemScope, state: string, attempt: Attempt): Promise<void> {
  const earliest = new Date(Date.parse(attempt.startedAt) - attemptLastsMs).toISOString();
  await db.deleteFrom('sign_in_attempt').where('started_at', '<=', earliest).execute();
  await db
    .insertInto('sign_in_attempt')
    .values({
      ...{ state_hash: secretHash(state), browser_hash: attempt.browserHash, nonce: attempt.nonce },
      ...{ verifier: attempt.verifier, return_to: attempt.returnTo, link_hash: attempt.linkHash },
      ...{ is_fresh: attempt.isFresh ? 1 : 0, started_at: attempt.startedAt, used_at: null },
    })
    .execute();
}

/** Ends it. Undefined for one that is unknown, has ended, is too old, or began in another browser. */
export async function endAttempt(
  { db }: SystemScope,
  { state, browser }: { state: string; browser: string },
  now: Date,
): Promise<Attempt | undefined> {
  const row = await db
    .updateTable('sign_in_attempt')
    .set({ used_at: now.toISOString() })
    .where('state_hash', '=', secretHash(state))
    .where('browser_hash', '=', secretHash(browser))
    .where('used_at', 'is', null)
    .where('started_at', '>', new Date(now.getTime() - attemptLastsMs).toISOString())
    .returning(['browser_hash', 'nonce', 'verifier', 'return_to', 'link_hash', 'is_fresh', 'started_at'])
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { browser_hash: browserHash, return_to: returnTo, link_hash: linkHash, is_fresh, started_at: startedAt } = row;
  const { nonce, verifier } = row;
  return { browserHash, nonce, verifier, returnTo, linkHash, isFresh: is_fresh === 1, startedAt };
}
