/** The mirror of one tenant's directory accounts, kept by delta. */
import type { DirectoryChanges } from '../graph/directory.ts';
import type { DirectoryUser } from '../identity/directory-index.ts';
import { slices } from './slices.ts';
import type { TenantScope } from './store.ts';

export interface DirectoryState {
  deltaLink: string | undefined;
  /** True once objects from before Hallpass have been taken over. */
  adopted: boolean;
}

export async function readDirectoryState(scope: TenantScope): Promise<DirectoryState> {
  const row = await scope.db
    .selectFrom('directory_state')
    .selectAll()
    .where('tenant_id', '=', scope.tenantId)
    .executeTakeFirst();
  return { deltaLink: row?.users_delta_link ?? undefined, adopted: row?.adopted_at != null };
}

export async function readDirectory(scope: TenantScope): Promise<DirectoryUser[]> {
  const rows = await scope.db
    .selectFrom('directory_user')
    .select(['id', 'user_principal_name', 'mail', 'mail_nickname'])
    .where('tenant_id', '=', scope.tenantId)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    userPrincipalName: row.user_principal_name,
    mail: row.mail,
    mailNickname: row.mail_nickname,
  }));
}

/** Applies a delta and moves the link, in one transaction. A property that the delta does not name keeps its value. */
export async function applyDirectoryChanges(scope: TenantScope, changes: DirectoryChanges, now: string): Promise<void> {
  const { db, tenantId } = scope;
  if (changes.full) await db.deleteFrom('directory_user').where('tenant_id', '=', tenantId).execute();
  const known = new Map((await readDirectory(scope)).map((user) => [user.id, user]));
  const rows = changes.upserts.map((change) => {
    const before = known.get(change.id);
    return {
      tenant_id: tenantId,
      id: change.id,
      user_principal_name: change.userPrincipalName ?? before?.userPrincipalName ?? '',
      mail: change.mail === undefined ? (before?.mail ?? null) : change.mail,
      mail_nickname: change.mailNickname === undefined ? (before?.mailNickname ?? null) : change.mailNickname,
    };
  });
  for (const part of slices(rows)) {
    await db
      .insertInto('directory_user')
      .values(part)
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'id']).doUpdateSet((eb) => ({
          user_principal_name: eb.ref('excluded.user_principal_name'),
          mail: eb.ref('excluded.mail'),
          mail_nickname: eb.ref('excluded.mail_nickname'),
        })),
      )
      .execute();
  }
  for (const ids of slices(changes.deletes)) {
    await db.deleteFrom('directory_user').where('tenant_id', '=', tenantId).where('id', 'in', ids).execute();
  }
  await saveState(scope, { users_delta_link: changes.deltaLink, refreshed_at: now });
}

export async function markAdopted(scope: TenantScope, now: string): Promise<void> {
  await saveState(scope, { adopted_at: now });
}

async function saveState(
  { db, tenantId }: TenantScope,
  values: { users_delta_link?: string; refreshed_at?: string; adopted_at?: string },
): Promise<void> {
  await db
    .insertInto('directory_state')
    .values({ tenant_id: tenantId, ...values })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet(values))
    .execute();
}
