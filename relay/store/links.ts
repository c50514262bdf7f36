/** Who is who: the people of the roster and the accounts that are theirs. */
import { personKey } from '../identity/people.ts';
import type { Role } from '../profile.ts';
import { slices } from './slices.ts';
import type { TenantScope } from './store.ts';

export interface Link {
  role: Role;
  personId: string;
  objectId: string;
  /** The identity rule in words, `created`, or `adopted`. */
  rule: string;
}

export async function readLinks(scope: TenantScope): Promise<Link[]> {
  const rows = await scope.db.selectFrom('link').selectAll().where('tenant_id', '=', scope.tenantId).execute();
  return rows.map((row) => ({ role: row.role, personId: row.person_id, objectId: row.object_id, rule: row.rule }));
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
          .doUpdateSet((eb) => ({ object_id: eb.ref('excluded.object_id'), rule: eb.ref('excluded.rule') })),
      )
      .execute();
  }
}

/** The account is gone from the directory: the person is matched, or given an account, anew. */
export async function removeLinks(scope: TenantScope, links: readonly Link[]): Promise<void> {
  for (const { role, personId } of links) {
    const key = personKey(role, personId);
    await scope.db
      .deleteFrom('link')
      .where('tenant_id', '=', scope.tenantId)
      .where('role', '=', role)
      .where('person_id', '=', personId)
      .execute();
    await scope.db
      .deleteFrom('applied')
      .where('tenant_id', '=', scope.tenantId)
      .where('kind', '=', 'user')
      .where('key', '=', key)
      .execute();
    await scope.db
      .deleteFrom('applied_relation')
      .where('tenant_id', '=', scope.tenantId)
      .where('kind', 'in', ['member', 'owner', 'schoolUser', 'licence'])
      .where('item', '=', key)
      .execute();
  }
}

/** One person's link, and since when. */
export async function findLink(
  scope: TenantScope,
  role: Role,
  personId: string,
): Promise<{ objectId: string; rule: string; linkedAt: string } | undefined> {
  const row = await scope.db
    .selectFrom('link')
    .select(['object_id', 'rule', 'linked_at'])
    .where('tenant_id', '=', scope.tenantId)
    .where('role', '=', role)
    .where('person_id', '=', personId)
    .executeTakeFirst();
  return row && { objectId: row.object_id, rule: row.rule, linkedAt: row.linked_at };
}
