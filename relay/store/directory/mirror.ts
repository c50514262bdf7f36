/** The mirror of one tenant's accounts, kept current by delta queries. */
import type { Selectable } from 'kysely';
import type { DeltaPosition } from '../../model/delta-position.ts';
import type { DirectoryChanges } from '../../model/directory-user.ts';
import { changedUser, type DirectoryUser, type DirectoryUserChange } from '../../model/directory-user.ts';
import { pages } from '../engine/pages.ts';
import type { Database } from '../engine/schema.ts';
import { slices } from '../engine/slices.ts';
import type { TenantScope } from '../store.ts';

export interface DirectoryState {
  /** How far accounts have been read; undefined before the first time. */
  position: DeltaPosition | undefined;
  /** When accounts were last read, ISO 8601. */
  refreshedAt: string | undefined;
  /** When stamped objects from before Hallpass were read, ISO 8601. */
  adoptedAt: string | undefined;
  /** When somebody last set or removed a link by hand, ISO 8601. */
  linksEditedAt: string | undefined;
  /** Whether Graph accepts only one owner of a group per request. */
  ownersOneByOne: boolean;
}

export async function readDirectoryState(scope: TenantScope): Promise<DirectoryState> {
  const row = await scope.db
    .selectFrom('directory_state')
    .selectAll()
    .where('tenant_id', '=', scope.tenantId)
    .executeTakeFirst();
  return {
    position:
      row?.users_delta_link == null
        ? undefined
        : { deltaLink: row.users_delta_link, selected: row.users_selected ?? '' },
    refreshedAt: row?.refreshed_at ?? undefined,
    adoptedAt: row?.adopted_at ?? undefined,
    linksEditedAt: row?.links_edited_at ?? undefined,
    ownersOneByOne: row?.owners_one_by_one === 1,
  };
}

export async function readDirectory(scope: TenantScope): Promise<DirectoryUser[]> {
  const users: DirectoryUser[] = [];
  for await (const page of directoryPages(scope)) users.push(...page);
  return users;
}

/** Their object ids alone. */
export async function readDirectoryIds({ db, tenantId }: TenantScope): Promise<string[]> {
  const rows = db.selectFrom('directory_user').select('id').where('tenant_id', '=', tenantId);
  const ids: string[] = [];
  for await (const page of pages(rows, ['id'])) for (const { id } of page) ids.push(id);
  return ids;
}

/** The accounts by object id, in pages. */
export async function* directoryPages({ db, tenantId }: TenantScope): AsyncGenerator<DirectoryUser[], undefined> {
  const rows = db.selectFrom('directory_user').selectAll().where('tenant_id', '=', tenantId);
  for await (const page of pages(rows, ['id'])) yield page.map(toUser);
}

function toUser(row: Selectable<Database['directory_user']>): DirectoryUser {
  return {
    id: row.id,
    userPrincipalName: row.user_principal_name,
    mail: row.mail,
    mailNickname: row.mail_nickname,
    onPremises: row.on_premises === 1,
    userType: row.user_type,
    creationType: row.creation_type,
    externalUserState: row.external_state,
    enabled: row.enabled === 1,
    licensed: row.licensed === 1,
    hasGivenName: row.given_name === 1,
    hasSurname: row.surname === 1,
  };
}

/** The accounts without a link, current or deleted, and whether the mirror already has each. */
export async function accountsOfNobody(
  { db, tenantId }: TenantScope,
  ids: readonly string[],
): Promise<Map<string, { isMirrored: boolean }>> {
  const known = new Set<string>();
  const mirrored = new Set<string>();
  for (const part of slices(ids)) {
    const there = db.selectFrom('directory_user').select('id').where('tenant_id', '=', tenantId);
    for (const { id } of await there.where('id', 'in', part).execute()) mirrored.add(id);
    const linked = db.selectFrom('link').select('object_id').where('tenant_id', '=', tenantId);
    for (const { object_id: id } of await linked.where('object_id', 'in', part).execute()) known.add(id);
    // A restored account belongs to its person again.
    const deleted = db.selectFrom('deleted_account').select('object_id').where('tenant_id', '=', tenantId);
    for (const { object_id: id } of await deleted.where('object_id', 'in', part).execute()) known.add(id);
  }
  const nobodys = ids.filter((id) => !known.has(id));
  return new Map(nobodys.map((id) => [id, { isMirrored: mirrored.has(id) }]));
}

/** How many accounts the tenant has, as far as is known. */
export async function countDirectory({ db, tenantId }: TenantScope): Promise<number> {
  const { count } = await db
    .selectFrom('directory_user')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Applies a delta and moves the link, in one transaction. A property missing from the delta keeps its value. */
export async function applyDirectoryChanges(scope: TenantScope, changes: DirectoryChanges, now: string): Promise<void> {
  const { db, tenantId } = scope;
  await putAccounts(scope, changes.upserts, changes.full);
  for (const ids of slices(changes.deletes)) {
    await db.deleteFrom('directory_user').where('tenant_id', '=', tenantId).where('id', 'in', ids).execute();
  }
  const { deltaLink, selected } = changes;
  await saveState(scope, { users_delta_link: deltaLink, users_selected: selected, refreshed_at: now });
}

/**
 * Some accounts of a delta, before the link is moved: whoever is killed in between reads them once more.
 *
 * @param full whether the delta names everything that an account has
 */
export async function putAccounts(
  scope: TenantScope,
  accounts: readonly DirectoryUserChange[],
  full: boolean,
): Promise<void> {
  for (const some of slices(accounts)) {
    const ids = some.map(({ id }) => id);
    const known = full ? new Map<string, DirectoryUser>() : await readAccounts(scope, ids);
    const rows = some.map((change) => rowOf(scope.tenantId, changedUser(known.get(change.id), change)));
    await scope.db
      .insertInto('directory_user')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'id']).doUpdateSet((eb) => ({
          user_principal_name: eb.ref('excluded.user_principal_name'),
          mail: eb.ref('excluded.mail'),
          mail_nickname: eb.ref('excluded.mail_nickname'),
          on_premises: eb.ref('excluded.on_premises'),
          user_type: eb.ref('excluded.user_type'),
          creation_type: eb.ref('excluded.creation_type'),
          external_state: eb.ref('excluded.external_state'),
          enabled: eb.ref('excluded.enabled'),
          licensed: eb.ref('excluded.licensed'),
          given_name: eb.ref('excluded.given_name'),
          surname: eb.ref('excluded.surname'),
        })),
      )
      .execute();
  }
}

async function readAccounts({ db, tenantId }: TenantScope, ids: string[]): Promise<Map<string, DirectoryUser>> {
  const there = db.selectFrom('directory_user').selectAll().where('tenant_id', '=', tenantId);
  const rows = await there.where('id', 'in', ids).execute();
  return new Map(rows.map((row) => [row.id, toUser(row)]));
}

function rowOf(tenantId: string, user: DirectoryUser): Selectable<Database['directory_user']> {
  return {
    tenant_id: tenantId,
    id: user.id,
    user_principal_name: user.userPrincipalName,
    mail: user.mail,
    mail_nickname: user.mailNickname,
    on_premises: user.onPremises ? 1 : 0,
    user_type: user.userType ?? null,
    creation_type: user.creationType ?? null,
    external_state: user.externalUserState ?? null,
    enabled: user.enabled === false ? 0 : 1,
    licensed: user.licensed === true ? 1 : 0,
    given_name: user.hasGivenName === true ? 1 : 0,
    surname: user.hasSurname === true ? 1 : 0,
  };
}

export async function markAdopted(scope: TenantScope, now: string): Promise<void> {
  await saveState(scope, { adopted_at: now });
}

/** Kept until "sync restart": Microsoft may have changed it by then. */
export async function noteOwnersOneByOne(scope: TenantScope): Promise<void> {
  await saveState(scope, { owners_one_by_one: 1 });
}

/** A change makes a running relay reload the tenant. */
export async function noteLinksEdited(scope: TenantScope, now: string): Promise<void> {
  await saveState(scope, { links_edited_at: now });
}

/** Makes the next run read existing objects again: those read for a preview may be weeks old. */
export async function readExistingAgain({ db, tenantId }: TenantScope): Promise<void> {
  await db.updateTable('directory_state').set({ adopted_at: null }).where('tenant_id', '=', tenantId).execute();
}

async function saveState(
  { db, tenantId }: TenantScope,
  values: {
    users_delta_link?: string;
    users_selected?: string;
    refreshed_at?: string;
    adopted_at?: string;
    links_edited_at?: string;
    owners_one_by_one?: number;
  },
): Promise<void> {
  await db
    .insertInto('directory_state')
    .values({ tenant_id: tenantId, ...values })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet(values))
    .execute();
}
