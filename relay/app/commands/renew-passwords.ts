/**
 * New first passwords for accounts that Hallpass created: stored sealed before they are set, because the answer may be
 * lost.
 */
import { fail, type HallpassError } from '../../../shared/errors.ts';
import type { GraphAnswer } from '../../graph/answer.ts';
import { type BatchRequest, batchLimit, sendBatch } from '../../graph/batch.ts';
import { failureOf, type GraphClient } from '../../graph/client.ts';
import { readRefusal, wordsOf } from '../../graph/graph-error.ts';
import { rulesOut } from '../../graph/outcome.ts';
import { accountDenialOf } from '../../graph/protection.ts';
import { readAccount } from '../../graph/tenant.ts';
import { ExemptAccounts } from '../../identity/exempt.ts';
import { isOfOurs } from '../../model/account-link.ts';
import { type PersonKey, personKey } from '../../model/person-key.ts';
import { roster } from '../../operations/permissions.ts';
import type { Profile } from '../../profile/profile.ts';
import { openVault } from '../../secrets/key-file.ts';
import { randomPassword } from '../../secrets/random-password.ts';
import type { Vault } from '../../secrets/vault.ts';
import { loadSettings } from '../../settings/settings.ts';
import { readExempt } from '../../store/accounts/exempt.ts';
import {
  forgetPasswords,
  keepAgain,
  passwordsOf,
  readUnknownPasswords,
  replacePasswords,
} from '../../store/accounts/initial-passwords.ts';
import { listLinks, type ShownLink, settleRecovered } from '../../store/accounts/links.ts';
import { readProfiles } from '../../store/profiles/profiles.ts';
import type { TenantScope } from '../../store/store.ts';
import { purposeOf } from '../../sync/apply/new-accounts.ts';
import type { Actor } from '../actor.ts';
import { withGraph } from '../microsoft.ts';
import { type AppContext, type District, perform, type TenantRef } from '../perform.ts';
import { personMeant } from '../queries/one-person.ts';

interface Renewed {
  renewed: number;
  failed: { person: string; error: HallpassError }[];
  /** How many accounts exceed the limit. */
  left: number;
}

interface RenewInput {
  tenant: TenantRef;
  /** Selects all accounts whose first password was lost. */
  unknown?: true | undefined;
  person?: string | undefined;
  /** The maximum number of accounts. */
  most?: number;
}

type Account = Pick<ShownLink, 'role' | 'personId' | 'objectId'> & { userPrincipalName: string };

/**
 * @throws HallpassError LINK_UNKNOWN for a person whose account Hallpass did not create, PROFILE_MISSING, and those of
 *   the sign-in
 */
export async function renewPasswords(
  context: AppContext,
  actor: Actor,
  { tenant: named, unknown, person, most = Number.POSITIVE_INFINITY }: RenewInput,
): Promise<Renewed> {
  const { home, keyFile } = context;
  return await perform(context, actor, { action: 'passwords.renew', tenant: named }, async (district) => {
    const { tenant } = district;
    const vault = openVault(home, keyFile ?? (await loadSettings(home)).secrets.keyFile);
    const { wanted, profiles, exempt } = await district.read(async (scope) => ({
      wanted: person === undefined ? [] : [await accountOf(scope, person)],
      profiles: await readProfiles(scope),
      exempt: new ExemptAccounts(await readExempt(scope)),
    }));
    if (unknown) wanted.push(...(await district.read(readUnknownPasswords)));
    const left = wanted.splice(most).length;
    const result: Renewed = { renewed: 0, failed: [], left };
    if (wanted.length === 0) return result;
    await withGraph(context, tenant, async ({ client }) => {
      const { accounts, failed } = withoutExempt(await withNames(wanted, exempt, client), exempt);
      result.failed.push(...failed);
      for (let at = 0; at < accounts.length; at += batchLimit) {
        const some = accounts.slice(at, at + batchLimit);
        const made = some.map((account) => ({ ...account, ...newPassword(profiles, account, tenant.slug) }));
        const { renewed, failed } = await renewSome({ district, client, vault }, made);
        result.renewed += renewed;
        result.failed.push(...failed);
      }
    });
    return result;
  });
}

/** With the user names of those that the directory does not show yet: an entry may name them by these. */
async function withNames(wanted: readonly Account[], exempt: ExemptAccounts, client: GraphClient): Promise<Account[]> {
  if (exempt.list.length === 0) return [...wanted];
  const accounts: Account[] = [];
  for (const one of wanted) {
    const { objectId, userPrincipalName: known } = one;
    const userPrincipalName = known === '' ? ((await readAccount(client, objectId))?.userPrincipalName ?? '') : known;
    accounts.push({ ...one, userPrincipalName });
  }
  return accounts;
}

/** They stay as they are, and whoever asked is told. */
function withoutExempt(
  wanted: readonly Account[],
  exempt: ExemptAccounts,
): { accounts: Account[]; failed: Renewed['failed'] } {
  const failed: Renewed['failed'] = [];
  const accounts = wanted.filter(({ role, personId, objectId: id, userPrincipalName }) => {
    exempt.note({ id, userPrincipalName });
    const reason = exempt.reasonFor(id);
    if (reason === undefined) return true;
    const error = fail('ACCOUNT_EXEMPT', { account: userPrincipalName, reason });
    failed.push({ person: personKey(role, personId), error });
    return false;
  });
  return { accounts, failed };
}

type Made = Account & ReturnType<typeof newPassword>;

/** Handles one batch, with two log entries: who is about to get one and what is stored, and the result. */
async function renewSome(
  { district, client, vault }: { district: District; client: GraphClient; vault: Vault },
  made: readonly Made[],
): Promise<Omit<Renewed, 'left'>> {
  const sealed = await Promise.all(
    made.map(async ({ password, ...one }) => ({
      ...one,
      sealed: await vault.seal(password, purposeOf(district.tenant.id, personKey(one.role, one.personId))),
    })),
  );
  const before = await district.write(async (scope, now) => {
    const before = await passwordsOf(scope, made);
    await replacePasswords(scope, sealed, now.toISOString());
    return { outcome: before, entries: [{ setting: keysOf(made) }] };
  });
  const answers = await sendBatch(client, made.map(requestFor));
  const done = made.filter((_, index) => isSuccess(answers[index]?.status));
  const failed: Renewed['failed'] = [];
  const refused: Account[] = [];
  for (const [index, account] of made.entries()) {
    const answer = answers[index];
    if (done.includes(account)) continue;
    const person = personKey(account.role, account.personId);
    if (answer === undefined || !rulesOut(answer)) {
      // The new one is kept: it may be theirs already.
      failed.push({ person, error: lostAnswer(person, answer?.status) });
      continue;
    }
    refused.push(account);
    failed.push({ person, error: await refusalOf(client, account, answer) });
  }
  await district.write(async (scope) => {
    await forgetPasswords(scope, refused);
    // The old password still works for these.
    const keys = new Set(keysOf(refused));
    await keepAgain(
      scope,
      before.filter((row) => keys.has(personKey(row.role, row.person_id))),
    );
    await settleRecovered(scope, done);
    return { outcome: undefined, entries: [{ count: done.length, set: keysOf(done), refused: [...keys] }] };
  });
  return { renewed: done.length, failed };
}

function keysOf(accounts: readonly Account[]): PersonKey[] {
  return accounts.map(({ role, personId }) => personKey(role, personId));
}

async function accountOf(scope: TenantScope, asked: string): Promise<Account> {
  const { role, personId } = await personMeant(scope, asked);
  const key = personKey(role, personId);
  const link = (await listLinks(scope)).find((one) => personKey(one.role, one.personId) === key);
  if (link === undefined || !isOfOurs(link)) throw fail('LINK_UNKNOWN', { person: key });
  return { ...link, userPrincipalName: link.userPrincipalName ?? '' };
}

/** By the rules of the first profile that creates accounts for this role. */
function newPassword(profiles: readonly Profile[], { role }: Account, tenant: string) {
  const profile = profiles.find((one) => one.mode[role] === 'create') ?? profiles[0];
  if (profile === undefined) throw fail('PROFILE_MISSING', { tenant });
  const policy = profile.accounts[role].password;
  return { password: randomPassword(policy), mustChange: policy.mustChange };
}

function lostAnswer(person: PersonKey, status: number | undefined): HallpassError {
  const reason = 'the new password may have been set or not, so set another one';
  return fail('GRAPH_FAILED', {
    what: `the new password of ${person}`,
    status: status ?? 'none',
    reason,
    requestId: 'none',
  });
}

/** An application may not set an administrator's password, whatever its permissions. */
async function refusalOf(
  client: GraphClient,
  { role, personId, objectId }: Account,
  answer: GraphAnswer,
): Promise<HallpassError> {
  const what = `the new password of ${personKey(role, personId)}`;
  if (answer.status !== 403) return failureOf(what, answer, undefined);
  const words = wordsOf(readRefusal(answer));
  return await accountDenialOf(client, objectId, { permissions: roster, what, words });
}

function requestFor({ objectId, password, mustChange }: Made): BatchRequest {
  const body = { passwordProfile: { password, forceChangePasswordNextSignIn: mustChange } };
  return { method: 'PATCH', url: `/education/users/${objectId}`, body };
}

function isSuccess(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}
