/**
 * The first step of a turn: brings the copy of the tenant's directory up to date. Accounts are mirrored by delta; objects
 * that Hallpass (before a restore) or School Data Sync created are adopted once.
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
 * Brings the mirror of the accounts up to date, and tells the client how many there are. A link ends only when its
 * account is deleted: the directory says so, or a full reading no longer has an account that was seen before. An account
 * that we have just created may be missing from a reading for a while.
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

/** New accounts per reading that are checked one by one; if there are more, everything with a stamp is read again. */
const mostStrangers = 500;

/** Milliseconds since the last reading after which the database was restored or the relay was off. */
const behindMs = 3_600_000;

/**
 * New or changed accounts with a stamp that nobody is linked to. After an older database was restored, these were created
 * or matched since then. Otherwise their user names would count as somebody else's forever.
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
  // If another tool changes thousands of unlinked accounts again and again, only new ones are checked.
  const asked = all.length > mostStrangers ? fresh : all;
  if (asked.length === 0) return none;
  const stamped = await readStampedAccounts(client, asked);
  // Accounts in the mirror existed before, so no first password was lost just now.
  const isNew = ({ objectId, stamp }: Found) => !stamp.bySds && strangers.get(objectId)?.isMirrored === false;
  return { forgotten: stamped.map((one) => (isNew(one) ? { ...one, isForgotten: true } : one)), tooMany: false };
}

/** A full reading does not list deletions: accounts that only the mirror has are gone. */
async function withVanished(scope: TenantScope, changes: DirectoryChanges, nowMs: number): Promise<DirectoryChanges> {
  const there = new Set(changes.upserts.map(({ id }) => id));
  const mirrored = await readDirectoryIds(scope);
  // Created and deleted between two readings, so the mirror never had it.
  const old = (await listLinks(scope)).filter(({ linkedAt }) => nowMs - Date.parse(linkedAt) >= youngMs);
  const vanished = [...mirrored, ...old.map(({ objectId }) => objectId)].filter((id) => !there.has(id));
  return { ...changes, deletes: [...new Set([...changes.deletes, ...vanished])] };
}

/** How long a new account may be missing from a full reading, milliseconds. */
const youngMs = 15 * 60_000;

/** While there are conflicts, somebody may be fixing them: read again after this time, milliseconds. */
const rereadMs = 15 * 60_000;

/**
 * Reads, once per tenant, the objects with the stamp of a roster record: created by School Data Sync, or by a Hallpass
 * that lost its database and would create everything again.
 *
 * @param conflicts how many there were at the last check
 * @returns whether it was read now, which makes the state in memory outdated
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
