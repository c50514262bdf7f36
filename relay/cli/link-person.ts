import { timestamp } from '../../shared/clock.ts';
import { fail } from '../../shared/errors.ts';
import { readAccount } from '../graph/tenant.ts';
import { personKey } from '../identity/people.ts';
import { readPerson } from '../roster/mirror.ts';
import { writeAudit } from '../store/audit.ts';
import { findLink, type LinkedPerson, linkByHand } from '../store/links.ts';
import { findTenant } from '../store/system.ts';
import { type CliContext, withStore } from './context.ts';
import { withGraph } from './graph.ts';

/**
 * Gives a person of the roster an account that exists.
 *
 * @returns the account's userPrincipalName
 * @throws HallpassError PERSON_UNKNOWN, ACCOUNT_UNKNOWN, LINK_TAKEN
 */
export async function linkPerson(
  context: CliContext,
  tenantName: string,
  { person, account, by }: { person: LinkedPerson; account: string; by: string },
): Promise<string> {
  const { role, personId } = person;
  const key = personKey(role, personId);
  return await withStore(context, async (store) => {
    const tenant = await store.system((scope) => findTenant(scope, tenantName));
    const kind = role === 'students' ? 'student' : 'teacher';
    const { records } = await store.readTenant(tenant.id, (scope) => readPerson(scope, kind, personId));
    if (records.length === 0) throw fail('PERSON_UNKNOWN', { person: key });
    const found = await withGraph(context, tenant, ({ client }) => readAccount(client, account));
    if (found === undefined) throw fail('ACCOUNT_UNKNOWN', { account });
    const now = timestamp(context.clock);
    await store.withTenant(tenant.id, async (scope) => {
      const before = await findLink(scope, role, personId);
      await linkByHand(scope, { role, personId, objectId: found.id }, by, now);
      const detail = { person: key, objectId: found.id, before: before?.objectId ?? null };
      await writeAudit(scope, { at: now, who: by, action: 'link.set', detail });
    });
    return found.userPrincipalName;
  });
}
