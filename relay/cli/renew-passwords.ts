/** New first passwords for accounts that Hallpass made: kept, sealed, before they are set, because the answer may be lost. */
import { timestamp } from '../../shared/clock.ts';
import { fail, type HallpassError } from '../../shared/errors.ts';
import { personMeant } from '../app/queries/one-person.ts';
import { type BatchRequest, batchLimit, sendBatch } from '../graph/batch.ts';
import { failureOf, type GraphAnswer, type GraphClient } from '../graph/client.ts';
import { readRefusal, wordsOf } from '../graph/graph-error.ts';
import { denialOf } from '../graph/protection.ts';
import { isOfOurs } from '../model/account-link.ts';
import { personKey } from '../model/person.ts';
import type { Profile } from '../profile/profile.ts';
import { openVault } from '../secrets/key-file.ts';
import { randomPassword } from '../secrets/random-password.ts';
import { loadSettings } from '../settings/settings.ts';
import { forgetPasswords, readUnknownPasswords, replacePasswords } from '../store/accounts/initial-passwords.ts';
import { listLinks, type ShownLink, settleRecovered } from '../store/accounts/links.ts';
import { writeAudit } from '../store/audit/audit.ts';
import { readProfiles } from '../store/profiles/profiles.ts';
import type { TenantScope } from '../store/store.ts';
import { findTenant } from '../store/tenants/system.ts';
import { purposeOf } from '../sync/apply/new-accounts.ts';
import { type CliContext, withStore } from './context.ts';
import { withGraph } from './graph.ts';

interface Renewed {
  renewed: number;
  failed: { person: string; error: HallpassError }[];
}

type Account = Pick<ShownLink, 'role' | 'personId' | 'objectId'> & { userPrincipalName: string };

/**
 * @throws HallpassError LINK_UNKNOWN for a person whose account Hallpass did not make, PROFILE_MISSING, and those of the sign-in
 */
export async function renewPasswords(
  context: CliContext,
  tenantName: string,
  { unknown, person, by }: { unknown?: true; person?: string; by: string },
): Promise<Renewed> {
  const { home, keyFile, clock } = context;
  const vault = openVault(home, keyFile ?? (await loadSettings(home)).secrets.keyFile);
  return await withStore(context, async (store) => {
    const tenant = await store.system((scope) => findTenant(scope, tenantName));
    const { accounts, profiles } = await store.readTenant(tenant.id, async (scope) => ({
      accounts: person === undefined ? [] : [await accountOf(scope, person)],
      profiles: await readProfiles(scope),
    }));
    if (unknown) accounts.push(...(await store.readTenant(tenant.id, readUnknownPasswords)));
    const result: Renewed = { renewed: 0, failed: [] };
    if (accounts.length === 0) return result;
    await withGraph(context, tenant, async ({ client }) => {
      for (let at = 0; at < accounts.length; at += batchLimit) {
        const some = accounts.slice(at, at + batchLimit);
        const made = some.map((account) => ({ ...account, ...newPassword(profiles, account, tenant.slug) }));
        const sealed = await Promise.all(
          made.map(async ({ password, ...one }) => ({
            ...one,
            sealed: await vault.seal(password, purposeOf(tenant.id, personKey(one.role, one.personId))),
          })),
        );
        await store.withTenant(tenant.id, (scope) => replacePasswords(scope, sealed, timestamp(clock)));
        const answers = await sendBatch(client, made.map(requestFor));
        const done = some.filter((_, index) => isSuccess(answers[index]?.status));
        for (const [index, account] of some.entries()) {
          const answer = answers[index];
          if (done.includes(account) || answer === undefined) continue;
          const person = personKey(account.role, account.personId);
          result.failed.push({ person, error: await refusalOf(client, account, answer) });
        }
        await store.withTenant(tenant.id, async (scope) => {
          const refused = some.filter((account, index) => !done.includes(account) && answers[index] !== undefined);
          await forgetPasswords(scope, refused);
          await settleRecovered(scope, done);
          const detail = { count: done.length };
          await writeAudit(scope, { at: timestamp(clock), who: by, action: 'passwords.renew', detail });
        });
        result.renewed += done.length;
      }
    });
    return result;
  });
}

async function accountOf(scope: TenantScope, asked: string): Promise<Account> {
  const { role, personId } = await personMeant(scope, asked);
  const key = personKey(role, personId);
  const link = (await listLinks(scope)).find((one) => personKey(one.role, one.personId) === key);
  if (link === undefined || !isOfOurs(link)) throw fail('LINK_UNKNOWN', { person: key });
  return { ...link, userPrincipalName: link.userPrincipalName ?? '' };
}

/** By the rules of the first profile that makes accounts of this role. */
function newPassword(profiles: readonly Profile[], { role }: Account, tenant: string) {
  const profile = profiles.find((one) => one.mode[role] === 'create') ?? profiles[0];
  if (profile === undefined) throw fail('PROFILE_MISSING', { tenant });
  const policy = profile.accounts[role].password;
  return { password: randomPassword(policy), mustChange: policy.mustChange };
}

/** An application may not set the password of an administrator, whatever its permissions. */
async function refusalOf(
  client: GraphClient,
  { role, personId, objectId }: Account,
  answer: GraphAnswer,
): Promise<HallpassError> {
  const what = `the new password of ${personKey(role, personId)}`;
  if (answer.status !== 403) return failureOf(what, answer, undefined);
  return await denialOf(client, objectId, { kind: 'updateUser', what, words: wordsOf(readRefusal(answer)) });
}

function requestFor({
  objectId,
  password,
  mustChange,
}: Account & { password: string; mustChange: boolean }): BatchRequest {
  const body = { passwordProfile: { password, forceChangePasswordNextSignIn: mustChange } };
  return { method: 'PATCH', url: `/education/users/${objectId}`, body };
}

function isSuccess(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}
