/** Account links between people in the roster and accounts. */

import { sql } from 'kysely';
import { fail } from '../../../shared/errors.ts';
import { byHand, type Link, type LinkedPerson, readopted, recovered } from '../../model/account-link.ts';
import { personKey } from '../../model/person-key.ts';
import type { Role } from '../../model/role.ts';
import { noteLinksEdited } from '../directory/mirror.ts';
import { pages } from '../engine/pages.ts';
import { slices } from '../engine/slices.ts';
import type { TenantScope } from '../store.ts';
import {
  addDeletedAccounts,
  type DeletedAccount,
  forgetDeletedAccounts,
  settleDeletedAccounts,
} from './deleted-accounts.ts';
import { forgetPasswords } from './initial-passwords.ts';
import { type PartOfPeople, storedPerson } from './stored-person.ts';

export async function readLinks(scope: TenantScope): Promise<Link[]> {
  const links: Link[] = [];
  for await (const page of linkPages(scope)) links.push(...page);
  return links;
}

/** The links by role and person, in pages. */
export async function* linkPages({ db, tenantId }: TenantScope): AsyncGenerator<Link[], undefined> {
  const rows = db
    .selectFrom('link')
    .select(['role', 'person_id', 'object_id', 'rule'])
    .where('tenant_id', '=', tenantId);
  for await (const page of pages(rows, ['role', 'person_id'])) {
    yield page.map((row) => {
      return { ...storedPerson(row, 'link', row.object_id), objectId: row.object_id, rule: row.rule };
    });
  }
}

export async function addLinks(scope: TenantScope, links: readonly Link[], now: string): Promise<void> {
  const rows = links.map((link) => ({
    tenant_id: scope.tenantId,
    role: link.role,
    person_id: link.personId,
    object_id: link.objectId,
    rule: link.rule,
    linked_at: now,
  }));
  for (const part of slices(rows)) {
    await scope.db
      .insertInto('link')
      .values(part)
      .onConflict((conflict) =>
        conflict
          .columns(['tenant_id', 'role', 'person_id'])
          .doUpdateSet((eb) => ({ object_id: eb.ref('excluded.object_id'), rule: eb.ref('excluded.rule') }))
          .where('link.rule', 'not like', `${byHand}%`),
      )
      .execute();
  }
  if (links.length > 0) await settleDeletedAccounts(scope, links);
}

/** Their first passwords are known again. */
export async function settleRecovered({ db, tenantId }: TenantScope, people: readonly LinkedPerson[]): Promise<void> {
  for (const { role, personId } of people) {
    await db
      .updateTable('link')
      .set({ rule: 'created' })
      .where('tenant_id', '=', tenantId)
      .where('role', '=', role)
      .where('person_id', '=', personId)
      .where('rule', 'in', [recovered, readopted])
      .execute();
  }
}

/**
 * Ends links whose accounts are gone from the directory. Remembers the accounts and keeps unexported first passwords,
 * because a restored account still has its password.
 */
export async function endLinks(scope: TenantScope, deleted: readonly DeletedAccount[]): Promise<void> {
  await deleteLinks(scope, deleted);
  await addDeletedAccounts(scope, deleted);
}

/** Unlinks accounts: the people are matched or get an account again. The accounts do not change. */
export async function removeLinks(scope: TenantScope, people: readonly LinkedPerson[]): Promise<void> {
  await deleteLinks(scope, people);
  await forgetPasswords(scope, people);
}

async function deleteLinks(scope: TenantScope, people: readonly LinkedPerson[]): Promise<void> {
  for (const { role, personId } of people) {
    await scope.db
      .deleteFrom('link')
      .where('tenant_id', '=', scope.tenantId)
      .where('role', '=', role)
      .where('person_id', '=', personId)
      .execute();
  }
  await forgetApplied(scope, people);
}

/** Deletes the applied state of a person's earlier account, which does not hold for the new one. */
export async function forgetApplied(scope: TenantScope, people: readonly LinkedPerson[]): Promise<void> {
  for (const { role, personId } of people) {
    const key = personKey(role, personId);
    await scope.db
      .deleteFrom('applied')
      .where('tenant_id', '=', scope.tenantId)
      .where('kind', '=', 'user')
      .where('key', '=', key)
      .execute();
    await scope.db
      .deleteFrom('applied_relation')
      .where('tenant_id', '=', scope.tenantId)
      .where('kind', 'in', ['member', 'owner', 'schoolUser', 'groupMember', 'licence', 'retired'])
      .where('item', '=', key)
      .execute();
  }
}

/** One person's link, and since when. */
export async function findLink(
  scope: TenantScope,
  role: Role,
  personId: string,
): Promise<{ objectId: string; rule: string; linkedAt: string; former: string | undefined } | undefined> {
  const row = await scope.db
    .selectFrom('link')
    .select(['object_id', 'rule', 'linked_at', 'former'])
    .where('tenant_id', '=', scope.tenantId)
    .where('role', '=', role)
    .where('person_id', '=', personId)
    .executeTakeFirst();
  return (
    row && {
      objectId: row.object_id,
      rule: row.rule,
      linkedAt: row.linked_at,
      former: row.former ?? undefined,
    }
  );
}

export interface ShownLink extends Link {
  linkedAt: string;
  /** Undefined for an account that the directory mirror does not have (yet). */
  userPrincipalName: string | undefined;
}

/** Links with their accounts, by role and person. */
export async function listLinks(
  { db, tenantId }: TenantScope,
  { role, after, limit }: PartOfPeople = {},
): Promise<ShownLink[]> {
  const rows = await db
    .selectFrom('link')
    .leftJoin('directory_user as account', (join) =>
      join.onRef('account.tenant_id', '=', 'link.tenant_id').onRef('account.id', '=', 'link.object_id'),
    )
    .select(['role', 'person_id', 'object_id', 'rule', 'linked_at', 'user_principal_name'])
    .where('link.tenant_id', '=', tenantId)
    .$if(role !== undefined, (query) => query.where('role', '=', role ?? 'students'))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(role, person_id) > (${after?.role}, ${after?.personId})`),
    )
    .orderBy('role')
    .orderBy('person_id')
    .$if(limit !== undefined, (query) => query.limit(limit ?? 0))
    .execute();
  return rows.map((row) => ({
    role: row.role,
    personId: row.person_id,
    objectId: row.object_id,
    rule: row.rule,
    linkedAt: row.linked_at,
    userPrincipalName: row.user_principal_name ?? undefined,
  }));
}

/** The person linked to an account. */
export async function holderOf({ db, tenantId }: TenantScope, objectId: string): Promise<LinkedPerson | undefined> {
  const row = await db
    .selectFrom('link')
    .select(['role', 'person_id'])
    .where('tenant_id', '=', tenantId)
    .where('object_id', '=', objectId)
    .executeTakeFirst();
  return row && { role: row.role, personId: row.person_id };
}

/**
 * Links an account to a person by hand, replacing their earlier link. Identity rules do not change it.
 *
 * @param by who does it
 * @throws HallpassError LINK_TAKEN if the account is linked to somebody else
 */
export async function linkByHand(scope: TenantScope, link: Omit<Link, 'rule'>, by: string, now: string): Promise<void> {
  const { db, tenantId } = scope;
  const holder = await holderOf(scope, link.objectId);
  if (holder !== undefined && (holder.role !== link.role || holder.personId !== link.personId)) {
    throw fail('LINK_TAKEN', { account: link.objectId, person: personKey(holder.role, holder.personId) });
  }
  if (holder === undefined) await removeLinks(scope, [link]);
  const values = {
    object_id: link.objectId,
    rule: `${byHand}${by}`,
    linked_at: now,
    ...(holder === undefined && { former: null }),
  };
  await db
    .insertInto('link')
    .values({ tenant_id: tenantId, role: link.role, person_id: link.personId, ...values })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'role', 'person_id']).doUpdateSet(values))
    .execute();
  await settleDeletedAccounts(scope, [{ ...link, rule: values.rule }]);
  await noteLinksEdited(scope, now);
}

/**
 * Removes a person's link by hand; for a deleted account, forgets that it was theirs.
 *
 * @throws HallpassError LINK_UNKNOWN
 */
export async function unlinkByHand(scope: TenantScope, person: LinkedPerson, now: string): Promise<void> {
  const forgotten = await forgetDeletedAccounts(scope, [person]);
  if (forgotten === 0 && (await findLink(scope, person.role, person.personId)) === undefined) {
    throw fail('LINK_UNKNOWN', { person: personKey(person.role, person.personId) });
  }
  await removeLinks(scope, [person]);
  await noteLinksEdited(scope, now);
}
