/** What the endpoint stores for all tenants together: used tokens, and a heartbeat of the database. */
import type { SystemScope } from '../store.ts';

/** Bytes written to test whether the database accepts writes: several pages, so that it needs disk space. */
const heartbeatBytes = 32_768;

/** How long a used token is kept after it expires, milliseconds, because a clock may be set back. */
const keepMs = 3_600_000;

/**
 * Records the use of a token; false if it was used before. Token ids belong to one agent, so no agent can use up
 * another's.
 *
 * @param forgetAtMs when the token expires, milliseconds since the epoch
 */
export async function useToken(
  { db }: SystemScope,
  token: { agentId: string; jti: string; forgetAtMs: number },
  nowMs: number,
): Promise<boolean> {
  await db
    .deleteFrom('used_token')
    .where('forget_at', '<', nowMs - keepMs)
    .execute();
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('used_token')
    .values({ agent_id: token.agentId, jti: token.jti, forget_at: Math.ceil(token.forgetAtMs) })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows > 0n;
}

/** Writes as much as a small batch. @throws HallpassError STORE_UNAVAILABLE when the disk is full, read-only or broken */
export async function beat({ db }: SystemScope, now: Date): Promise<void> {
  const filling = new Uint8Array(heartbeatBytes);
  await db.deleteFrom('heartbeat').execute();
  await db.insertInto('heartbeat').values({ id: 1, at: now.toISOString(), filling }).execute();
}
