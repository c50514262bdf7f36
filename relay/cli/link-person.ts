import { timestamp } from '../../shared/clock.ts';
import { fail } from '../../shared/errors.ts';
import { type AccountFacts, readAccount } from '../graph/tenant.ts';
import { listTest } from '../identity/candidates.ts';
import type { Link, LinkedPerson } from '../model/account-link.ts';
import { personKey } from '../model/person.ts';
import { handOverByHand } from '../store/accounts/handover.ts';
import { findLink, holderOf, linkByHand } from '../store/accounts/links.ts';
import { writeAudit } from '../store/audit/audit.ts';
import { readProfiles } from '../store/profiles/profiles.ts';
import { mirrorState, readPerson } from '../store/roster/mirror.ts';
import type { TenantScope } from '../store/store.ts';
import { findTenant } from '../store/tenants/system.ts';
import { type CliContext, withStore } from './context.ts';
import { withGraph } from './graph.ts';

export interface Linked {
  userPrincipalName: string;
  /** Person key of the one who has left PowerSchool, and had the account until now. */
  former: string | undefined;
  /** The profile that has the account among those that no rule gives to anybody. */
  listedBy: string | undefined;
}

/**
 * Gives a person of the roster an account that exists; that of somebody who has left PowerSchool is handed over, with all that is
 * known of it.
 *
 * @throws HallpassError PERSON_UNKNOWN, ACCOUNT_UNKNOWN, LINK_TAKEN, PLAN_NOT_READY
 */
export async function linkPerson(
  context: CliContext,
  tenantName: string,
  { person, account, by }: { person: LinkedPerson; account: string; by: string },
): Promise<Linked> {
  const { role, personId } = person;
  const key = personKey(role, personId);
  return await withStore(context, async (store) => {
    const tenant = await store.system((scope) => findTenant(scope, tenantName));
    if (!(await store.readTenant(tenant.id, (scope) => isInPowerSchool(scope, person)))) {
      throw fail('PERSON_UNKNOWN', { person: key });
    }
    const found = await withGraph(context, tenant, ({ client }) => readAccount(client, account));
    if (found === undefined) throw fail('ACCOUNT_UNKNOWN', { account });
    const now = timestamp(context.clock);
    return await store.withTenant(tenant.id, async (scope) => {
      const before = await findLink(scope, role, personId);
      const former = await give(scope, { role, personId, objectId: found.id }, by, now);
      const detail = { person: key, objectId: found.id, before: before?.objectId ?? null, former: former ?? null };
      await writeAudit(scope, { at: now, who: by, action: 'link.set', detail });
      return { userPrincipalName: found.userPrincipalName, former, listedBy: await listedBy(scope, found) };
    });
  });
}

/** @returns person key of the one who has left and had it */
async function give(
  scope: TenantScope,
  link: Omit<Link, 'rule'>,
  by: string,
  now: string,
): Promise<string | undefined> {
  const holder = await holderOf(scope, link.objectId);
  const isOthers = holder !== undefined && (holder.role !== link.role || holder.personId !== link.personId);
  if (!isOthers || (await isInPowerSchool(scope, holder))) {
    await linkByHand(scope, link, by, now);
    return undefined;
  }
  // Half a cycle may not have brought them yet.
  if (!(await mirrorState(scope)).settled) throw fail('PLAN_NOT_READY', { reason: 'a cycle of the agent is arriving' });
  const former = personKey(holder.role, holder.personId);
  await handOverByHand(scope, former, link, by, now);
  return former;
}

async function isInPowerSchool(scope: TenantScope, { role, personId }: LinkedPerson): Promise<boolean> {
  const { records } = await readPerson(scope, role === 'students' ? 'student' : 'teacher', personId);
  return records.length > 0;
}

async function listedBy(scope: TenantScope, account: AccountFacts): Promise<string | undefined> {
  return (await readProfiles(scope)).find(({ identity }) => listTest(identity.never)(account))?.name;
}
