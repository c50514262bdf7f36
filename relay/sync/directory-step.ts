/**
 * Step one of a turn: knowing the tenant's directory. Accounts are mirrored by delta; what Hallpass (before a restore) or
 * School Data Sync made already is adopted once.
 */
import { type Clock, timestamp } from '../../shared/clock.ts';
import type { GraphClient } from '../graph/client.ts';
import { readUserChanges } from '../graph/directory.ts';
import { readStamped, readStampedAccounts } from '../graph/stamped.ts';
import type { DirectoryChanges, DirectoryUserChange } from '../model/directory-user.ts';
import type { Found } from '../model/found.ts';
import { endLinks, listLinks, readLinks } from '../store/accounts/links.ts';
import { appliedObjectIds } from '../store/applied/applied.ts';
import { addFound, replaceFound } from '../store/directory/found.ts';
import {
  accountsOfNobody,
  applyDirectoryChanges,
  countDirectory,
  markAdopted,
  putAccounts,
  readDirectoryIds,
  readDirectoryState,
  readExistingAgain,
} from '../store/directory/mirror.ts';
import { slices } from '../store/engine/slices.ts';
import type { Store, TenantScope } from '../store/store.ts';
import type { DirectoryNews } from './state/memory.ts';

export interface DirectoryStep {
  store: Store;
  tenantId: string;
  client: GraphClient;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Brings the mirror of the accounts up to date, and tells the client how many there are. A link ends only when its account is deleted: the directory says so, or a
 * reading from the beginning no longer has an account that was seen before. One that we have just made may be missing from
 * a reading for a while.
 */
export async function refreshDirectory(step: DirectoryStep): Promise<DirectoryNews> {
  const { store, tenantId, client, clock } = step;
  const { position } = await store.withTenant(tenantId, readDirectoryState);
  const read = await readUserChanges(client, position);
  const { forgotten, tooMany } = await readForgotten(step, read);
  const changes = read.full
    ? await store.readTenant(tenantId, (scope) => withVanished(scope, read, clock.now()))
    : read;
  const last = await putMost(step, changes);
  return await store.withTenant(tenantId, async (scope) => {
    await applyDirectoryChanges(scope, { ...changes, upserts: last }, timestamp(clock));
    if (tooMany) await readExistingAgain(scope);
    if (forgotten.length > 0) await addFound(scope, forgotten);
    client.fitBudgetTo(await countDirectory(scope));
    const gone = new Set(changes.deletes);
    const hasForgotten = forgotten.length > 0;
    if (gone.size === 0) return { changes, ended: [], hasForgotten };
    const deletedAt = timestamp(clock);
    const ended = (await readLinks(scope))
      .filter((link) => gone.has(link.objectId))
      .map((link) => ({ ...link, deletedAt }));
    await endLinks(scope, ended);
    return { changes, ended, hasForgotten };
  });
}

/** Accounts in a transaction, for whose few milliseconds other districts wait: a first reading may have a hundred thousand. */
const accountsAtOnce = 500;

/** @returns the last few of them, which are for the transaction in which the link moves */
async function putMost(
  { store, tenantId, signal }: DirectoryStep,
  { upserts, full }: DirectoryChanges,
): Promise<DirectoryUserChange[]> {
  const rest = upserts.length % accountsAtOnce || accountsAtOnce;
  const most = upserts.slice(0, -rest);
  for (const part of slices(most, accountsAtOnce)) {
    signal.throwIfAborted();
    await store.withTenant(tenantId, (scope) => putAccounts(scope, part, full));
  }
  return upserts.slice(-rest);
}

/** New accounts of one reading that are looked at one by one; for more, everything with a stamp is read again. */
const mostStrangers = 500;

/** A database whose accounts were last read so long ago was restored, or its relay was away. */
const behindMs = 3_600_000;

/**
 * Accounts that appeared or changed and bear a stamp, although nobody is linked to them: after an older database was restored,
 * those that were made or matched since. Their user names would be taken for somebody else's forever.
 */
async function readForgotten(
  { store, tenantId, client, clock }: DirectoryStep,
  { upserts, full }: DirectoryChanges,
): Promise<{ forgotten: Found[]; tooMany: boolean }> {
  const none = { forgotten: [], tooMany: false };
  if (upserts.length === 0) return none;
  const ids = upserts.map(({ id }) => id);
  const { strangers, isBehind } = await store.withTenant(tenantId, async (scope) => {
    const { adoptedAt, refreshedAt } = await readDirectoryState(scope);
    const isBehind = full || clock.now() - Date.parse(refreshedAt ?? '') >= behindMs;
    // Everything with a stamp is about to be read.
    return { strangers: adoptedAt === undefined ? undefined : await accountsOfNobody(scope, ids), isBehind };
  });
  if (strangers === undefined) return none;
  const all = [...strangers.keys()];
  const fresh = all.filter((id) => strangers.get(id)?.isMirrored === false);
  if (fresh.length > mostStrangers || (isBehind && all.length > mostStrangers)) return { forgotten: [], tooMany: true };
  // Where another tool changes thousands of accounts that are nobody's again and again, those that are new have to do.
  const asked = all.length > mostStrangers ? fresh : all;
  if (asked.length === 0) return none;
  const stamped = await readStampedAccounts(client, asked);
  // What the mirror has was there before, so nobody has lost its first password just now.
  const isNew = ({ objectId, stamp }: Found) => !stamp.bySds && strangers.get(objectId)?.isMirrored === false;
  return { forgotten: stamped.map((one) => (isNew(one) ? { ...one, isForgotten: true } : one)), tooMany: false };
}

/** A reading from the beginning does not name what was deleted: what the mirror had and it has not is gone. */
async function withVanished(scope: TenantScope, changes: DirectoryChanges, nowMs: number): Promise<DirectoryChanges> {
  const there = new Set(changes.upserts.map(({ id }) => id));
  const mirrored = await readDirectoryIds(scope);
  // Made and deleted between two readings: no mirror ever had it.
  const old = (await listLinks(scope)).filter(({ linkedAt }) => nowMs - Date.parse(linkedAt) >= youngMs);
  const vanished = [...mirrored, ...old.map(({ objectId }) => objectId)].filter((id) => !there.has(id));
  return { ...changes, deletes: [...new Set([...changes.deletes, ...vanished])] };
}

/** So long an account that was made may be missing from a reading of all. */
const youngMs = 15 * 60_000;

/** While something contradicts itself, somebody may be putting it right: then it is read again after this long. */
const rereadMs = 15 * 60_000;

/**
 * Reads, once per tenant, what bears the stamp of a roster's record: made by School Data Sync, or by a Hallpass that has lost
 * its database and would make everything a second time.
 *
 * @param conflicts how many there were at the last look
 * @returns whether it was read now: what a run had in memory is out of date then
 */
export async function readExisting(step: DirectoryStep, conflicts: number): Promise<boolean> {
  const { store, tenantId, client, clock } = step;
  const { adoptedAt } = await store.withTenant(tenantId, readDirectoryState);
  const isOld = adoptedAt !== undefined && clock.now() - Date.parse(adoptedAt) >= rereadMs;
  if (adoptedAt !== undefined && !(conflicts > 0 && isOld)) return false;
  const objects = await readStamped(client);
  await store.withTenant(tenantId, async (scope) => {
    const known = await appliedObjectIds(scope);
    await replaceFound(
      scope,
      objects.filter(({ objectId }) => !known.has(objectId)),
    );
    await markAdopted(scope, timestamp(clock));
  });
  return true;
}
