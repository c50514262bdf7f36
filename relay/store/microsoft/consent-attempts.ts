/** Questions for consent that are under way: each is found by its state, and is answered once, in the session in which it began. */
import type { AccessKind } from '../../model/microsoft-access.ts';
import type { SystemScope, TenantScope } from '../store.ts';
import { secretHash } from '../users/secret.ts';

/** How long an administrator may take at Microsoft, milliseconds: they may have to ask somebody. */
export const consentLastsMs = 60 * 60_000;

export interface ConsentAttempt {
  /** As it goes to Microsoft; stored is its hash. */
  state: string;
  /** What only this session has; stored is its hash. */
  session: string;
  access: AccessKind;
}

export async function startConsent(
  { db, tenantId }: TenantScope,
  { state, session, access }: ConsentAttempt,
  now: Date,
): Promise<void> {
  const earliest = new Date(now.getTime() - consentLastsMs).toISOString();
  await db
    .deleteFrom('consent_attempt')
    .where('tenant_id', '=', tenantId)
    .where('started_at', '<=', earliest)
    .execute();
  await db
    .insertInto('consent_attempt')
    .values({
      ...{ tenant_id: tenantId, state_hash: secretHash(state), session_hash: secretHash(session), access },
      ...{ started_at: now.toISOString(), used_at: null },
    })
    .execute();
}

/** Ends it. Undefined for one that is unknown, was answered, is too old, or began in another session. */
export async function endConsent(
  { db }: SystemScope,
  { state, session }: Omit<ConsentAttempt, 'access'>,
  now: Date,
): Promise<{ tenantId: string; access: AccessKind } | undefined> {
  const row = await db
    .updateTable('consent_attempt')
    .set({ used_at: now.toISOString() })
    .where('state_hash', '=', secretHash(state))
    .where('session_hash', '=', secretHash(session))
    .where('used_at', 'is', null)
    .where('started_at', '>', new Date(now.getTime() - consentLastsMs).toISOString())
    .returning(['tenant_id', 'access'])
    .executeTakeFirst();
  return row === undefined ? undefined : { tenantId: row.tenant_id, access: row.access };
}
