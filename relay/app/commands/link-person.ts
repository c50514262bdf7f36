import { fail } from '../../../shared/errors.ts';
import type { AccountFacts } from '../../graph/bodies/user.ts';
import { readAccount } from '../../graph/tenant.ts';
import { listLookup, listTest } from '../../identity/account-list.ts';
import type { Link, LinkedPerson } from '../../model/account-link.ts';
import { personKey } from '../../model/person-key.ts';
import { readExempt } from '../../store/accounts/exempt.ts';
import { handOverByHand } from '../../store/accounts/handover.ts';
import { findLink, holderOf, linkByHand } from '../../store/accounts/links.ts';
import { readProfiles } from '../../store/profiles/profiles.ts';
import { mirrorState, readPerson } from '../../store/roster/mirror.ts';
import type { TenantScope } from '../../store/store.ts';
import { type Actor, nameOf } from '../actor.ts';
import { withGraph } from '../microsoft.ts';
import { type AppContext, perform, type TenantRef } from '../perform.ts';
import { personMeant } from '../queries/one-person.ts';

export interface Linked {
  /** The person key of the intended person. */
  person: string;
  userPrincipalName: string;
  /** The person key of the former person who had the account until now. */
  former: string | undefined;
  /** The profile that lists the account among those that no rule matches to anyone. */
  listedBy: string | undefined;
}

/**
 * Links a person in the roster to an existing account; a former person's account is handed over with everything known
 * about it.
 *
 * @param asked `person`: in any form that identifies a person; `account`: object id or userPrincipalName
 * @throws HallpassError PERSON_NOT_FOUND, PERSON_NOT_CLEAR, PERSON_UNKNOWN, ACCOUNT_UNKNOWN, ACCOUNT_EXEMPT, LINK_TAKEN,
 *   PLAN_NOT_READY
 */
export async function linkPerson(
  context: AppContext,
  actor: Actor,
  { tenant, person: asked, account }: { tenant: TenantRef; person: string; account: string },
): Promise<Linked> {
  return await perform(context, actor, { action: 'link.set', tenant }, async (district) => {
    const { role, personId } = await district.read((scope) => personMeant(scope, asked));
    const person = personKey(role, personId);
    if (!(await district.read((scope) => isInPowerSchool(scope, { role, personId })))) {
      throw fail('PERSON_UNKNOWN', { person });
    }
    const found = await withGraph(context, district.tenant, ({ client }) => readAccount(client, account));
    if (found === undefined) throw fail('ACCOUNT_UNKNOWN', { account });
    return await district.write(async (scope, now) => {
      await refuseExempt(scope, found);
      const before = await findLink(scope, role, personId);
      const link = { role, personId, objectId: found.id };
      const former = await give(scope, link, nameOf(actor), now.toISOString());
      const entry = { person, objectId: found.id, before: before?.objectId ?? null, former: former ?? null };
      const { userPrincipalName } = found;
      return {
        outcome: { person, userPrincipalName, former, listedBy: await listedBy(scope, found) },
        entries: [entry],
      };
    });
  });
}

/** @returns the person key of the former person who had it */
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
  // Half a cycle may not have brought the person yet.
  if (!(await mirrorState(scope)).settled) throw fail('PLAN_NOT_READY', { reason: 'a cycle of the agent is arriving' });
  const former = personKey(holder.role, holder.personId);
  await handOverByHand(scope, former, link, by, now);
  return former;
}

async function isInPowerSchool(scope: TenantScope, { role, personId }: LinkedPerson): Promise<boolean> {
  const { records } = await readPerson(scope, role === 'students' ? 'student' : 'teacher', personId);
  return records.length > 0;
}

/** @throws HallpassError ACCOUNT_EXEMPT */
async function refuseExempt(scope: TenantScope, account: AccountFacts): Promise<void> {
  const list = await readExempt(scope);
  const entry = listLookup(list.map((one) => one.account))(account);
  const found = list.find((one) => one.account === entry);
  if (found !== undefined) throw fail('ACCOUNT_EXEMPT', { account: account.userPrincipalName, reason: found.reason });
}

async function listedBy(scope: TenantScope, account: AccountFacts): Promise<string | undefined> {
  return (await readProfiles(scope)).find(({ identity }) => listTest(identity.never)(account))?.name;
}
