/** Hands over accounts from one PowerSchool record to another, with everything stored about them. */

import { sql } from 'kysely';
import { byHand, type Link, rulesOfOurs } from '../../model/account-link.ts';
import { earlierRole } from '../../model/applied-state.ts';
import { asSectionId } from '../../model/keys.ts';
import { type PersonKey, personIn, personKey } from '../../model/person-key.ts';
import type { Role } from '../../model/role.ts';
import { isOtherRole } from '../../plan/handover.ts';
import { noteLinksEdited } from '../directory/mirror.ts';
import type { TenantScope } from '../store.ts';
import { settleDeletedAccounts } from './deleted-accounts.ts';
import { removeLinks } from './links.ts';

/** Relations whose item is a person. */
const personal = ['member', 'owner', 'schoolUser', 'groupMember', 'licence', 'retired'];

/**
 * @param handovers `from`: person key of the current holder. The account keeps its origin, and a waiting first password
 *   goes with it.
 */
export async function handOverLinks(
  { db, tenantId }: TenantScope,
  handovers: readonly { from: PersonKey; link: Link }[],
  now: string,
): Promise<void> {
  for (const { from, link } of handovers) {
    const { role, id } = personIn(from);
    const { role: newRole, personId } = link;
    const to = personKey(newRole, personId);
    const moved = { role, id, newRole, personId };
    await makeRoom({ db, tenantId }, 'link', moved);
    await sql`
      update link set role = ${newRole}, person_id = ${personId}, linked_at = ${now}, former = ${from},
        rule = case when rule in (${sql.join(rulesOfOurs)}) then rule else ${link.rule} end
      where tenant_id = ${tenantId} and role = ${role} and person_id = ${id}`.execute(db);
    await makeRoom({ db, tenantId }, 'initial_password', moved);
    await sql`
      update initial_password
      set role = ${newRole}, person_id = ${personId}, sealed_for = coalesce(sealed_for, ${from})
      where tenant_id = ${tenantId} and role = ${role} and person_id = ${id}`.execute(db);
    await sql`
      update given_name set role = ${newRole}, person_id = ${personId}
      where tenant_id = ${tenantId} and role = ${role} and person_id = ${id}`.execute(db);
    if (from !== to) {
      await sql`
        delete from applied where tenant_id = ${tenantId} and kind = 'user' and key = ${to} and exists (
          select 1 from applied as moved where moved.tenant_id = ${tenantId} and moved.kind = 'user' and moved.key = ${from})
      `.execute(db);
    }
    await sql`
      update applied set key = ${to}
      where tenant_id = ${tenantId} and kind = 'user' and key = ${from}`.execute(db);
    if (isOtherRole(from, to)) await markEarlierRole({ db, tenantId }, from);
    if (from !== to) {
      await sql`
        delete from applied_relation
        where tenant_id = ${tenantId} and kind in (${sql.join(personal)}) and item = ${to} and exists (
          select 1 from applied_relation as moved
          where moved.tenant_id = ${tenantId} and moved.kind = applied_relation.kind
            and moved.container = applied_relation.container and moved.item = ${from})`.execute(db);
    }
    await sql`
      update applied_relation set item = ${to}
      where tenant_id = ${tenantId} and kind in (${sql.join(personal)}) and item = ${from}
    `.execute(db);
  }
}

/** Deletes what the new key holds already, where there is a row to move there. */
async function makeRoom(
  { db, tenantId }: Pick<TenantScope, 'db' | 'tenantId'>,
  table: 'link' | 'initial_password',
  { role, id, newRole, personId }: { role: Role; id: string; newRole: Role; personId: string },
): Promise<void> {
  if (role === newRole && id === personId) return;
  await sql`
    delete from ${sql.table(table)}
    where tenant_id = ${tenantId} and role = ${newRole} and person_id = ${personId} and exists (
      select 1 from ${sql.table(table)} as moved
      where moved.tenant_id = ${tenantId} and moved.role = ${role} and moved.person_id = ${id})`.execute(db);
}

/** As plan/handover.ts has it. */
async function markEarlierRole(
  { db, tenantId }: Pick<TenantScope, 'db' | 'tenantId'>,
  person: PersonKey,
): Promise<void> {
  const rows = await db
    .selectFrom('applied_relation')
    .select(['kind', 'container'])
    .where('tenant_id', '=', tenantId)
    .where('kind', 'in', ['member', 'retired'])
    .where('item', '=', person)
    .execute();
  const marked = new Set(rows.filter(({ kind }) => kind === 'retired').map(({ container }) => container));
  const classes = rows
    .filter(({ kind }) => kind === 'member')
    .map(({ container }) => earlierRole(asSectionId(container)));
  for (const container of classes) {
    const row = { tenant_id: tenantId, kind: 'retired' as const, container, item: person, uncertain: 0 };
    if (!marked.has(container)) await db.insertInto('applied_relation').values(row).execute();
    else {
      await db
        .deleteFrom('applied_relation')
        .where('tenant_id', '=', tenantId)
        .where('kind', '=', 'retired')
        .where('container', '=', container)
        .where('item', '=', person)
        .execute();
    }
  }
}

/**
 * Gives a person the account of a former person, by a decision by hand, in place of their own. The next run removes the
 * memberships of their previous account, as after every hand-over.
 *
 * @param by who decided
 */
export async function handOverByHand(
  scope: TenantScope,
  from: PersonKey,
  link: Omit<Link, 'rule'>,
  by: string,
  now: string,
): Promise<void> {
  await removeLinks(scope, [link]);
  const rule = `${byHand}${by}`;
  await settleDeletedAccounts(scope, [{ ...link, rule }]);
  await handOverLinks(scope, [{ from, link: { ...link, rule } }], now);
  await noteLinksEdited(scope, now);
}
