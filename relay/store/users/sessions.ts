/** Where somebody is signed in. Rows are found by the hash of the cookie alone. */
import type { SystemScope } from '../store.ts';
import { newSecret, secretHash } from './secret.ts';

export interface StoredSession {
  /** Null for a session that a link from the terminal opened. */
  userId: string | null;
  name: string;
  signedInAt: string;
  seenAt: string;
  endsAt: string;
}

/** @returns the cookie's value, which is not stored */
export async function beginSession(
  { db }: SystemScope,
  { userId, name, lastsMs }: { userId: string | null; name: string; lastsMs: number },
  now: Date,
): Promise<string> {
  const secret = newSecret();
  const at = now.toISOString();
  await db
    .insertInto('console_session')
    .values({
      ...{ hash: secretHash(secret), user_id: userId, name, created_at: at, signed_in_at: at, seen_at: at },
      ends_at: new Date(now.getTime() + lastsMs).toISOString(),
    })
    .execute();
  return secret;
}

export async function findSession({ db }: SystemScope, hash: string): Promise<StoredSession | undefined> {
  const row = await db
    .selectFrom('console_session')
    .select(['user_id', 'name', 'signed_in_at', 'seen_at', 'ends_at'])
    .where('hash', '=', hash)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { user_id: userId, name, signed_in_at: signedInAt, seen_at: seenAt, ends_at: endsAt } = row;
  return { userId, name, signedInAt, seenAt, endsAt };
}

export async function touchSession({ db }: SystemScope, hash: string, now: Date): Promise<void> {
  await db.updateTable('console_session').set({ seen_at: now.toISOString() }).where('hash', '=', hash).execute();
}

export async function endSession({ db }: SystemScope, hash: string): Promise<void> {
  await db.deleteFrom('console_session').where('hash', '=', hash).execute();
}

/** Those that have ended by themselves. @param idle ISO 8601: nobody was seen in them since then */
export async function forgetSessions({ db }: SystemScope, { now, idle }: { now: string; idle: string }): Promise<void> {
  await db
    .deleteFrom('console_session')
    .where(({ or, eb }) => or([eb('ends_at', '<=', now), eb('seen_at', '<=', idle)]))
    .execute();
}
