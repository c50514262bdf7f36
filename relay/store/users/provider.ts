/** The sign-in provider: one at most. */
import type { SystemScope } from '../store.ts';

export interface StoredProvider {
  issuer: string;
  clientId: string;
  /** Sealed (secrets/vault.ts). */
  secret: string;
  authorities: string | null;
  document: string | null;
  changedAt: string;
}

export async function readProvider({ db }: SystemScope): Promise<StoredProvider | undefined> {
  const row = await db
    .selectFrom('sign_in_provider')
    .select(['issuer', 'client_id', 'secret', 'authorities', 'document', 'changed_at'])
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { client_id: clientId, changed_at: changedAt, ...rest } = row;
  return { ...rest, clientId, changedAt };
}

/** Replaces the one that there was. */
export async function setProvider({ db }: SystemScope, provider: StoredProvider): Promise<void> {
  const { issuer, clientId, secret, authorities, document, changedAt } = provider;
  await db.deleteFrom('sign_in_provider').execute();
  await db
    .insertInto('sign_in_provider')
    .values({ issuer, client_id: clientId, secret, authorities, document, read_at: changedAt, changed_at: changedAt })
    .execute();
}

/** Keeps its description, for when it does not answer. */
export async function keepDocument({ db }: SystemScope, issuer: string, document: string, now: Date): Promise<void> {
  await db
    .updateTable('sign_in_provider')
    .set({ document, read_at: now.toISOString() })
    .where('issuer', '=', issuer)
    .execute();
}
