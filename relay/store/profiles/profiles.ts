/** Stored sync profiles: one JSON document each, identified by name. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { fail, HallpassError } from '../../../shared/errors.ts';
import { didYouMean } from '../../../shared/nearest.ts';
import { datesSchema, scheduleSchema } from '../../profile/life.ts';
import { type Profile, parseProfile, profileState } from '../../profile/profile.ts';
import { readExistingAgain } from '../directory/mirror.ts';
import { readJson } from '../engine/stored-json.ts';
import type { TenantScope } from '../store.ts';

/** The profile's own check reports mistakes in a document. */
const storedDocument = z.unknown();

/** The state in a document of any version. */
const storedState = z.object({ state: profileState });
/** And when it rests. */
export const storedLife = storedState.extend({ dates: datesSchema, schedule: scheduleSchema });

/** The profiles in force, by name. @throws HallpassError PROFILE_INVALID when a stored one no longer fits the schema */
export async function readProfiles({ db, tenantId }: TenantScope): Promise<Profile[]> {
  const rows = await db
    .selectFrom('profile')
    .select(['name', 'body'])
    .where('tenant_id', '=', tenantId)
    .orderBy('name')
    .execute();
  return rows.map((row) => parseProfile(readJson(storedDocument, row.body, 'profile', row.name), row.name));
}

/** Each as a run last carried it out completely, by name. Without those that this version can no longer read. */
export async function readAppliedProfiles({ db, tenantId }: TenantScope): Promise<Map<string, Profile>> {
  const rows = await db
    .selectFrom('profile')
    .select(['name', 'applied_body'])
    .where('tenant_id', '=', tenantId)
    .where('applied_body', 'is not', null)
    .execute();
  const applied = new Map<string, Profile>();
  for (const { name, applied_body: body } of rows) {
    try {
      applied.set(name, parseProfile(readJson(storedDocument, body ?? '', 'profile', name), name));
    } catch (error) {
      if (!(error instanceof HallpassError)) throw error;
    }
  }
  return applied;
}

/** A run has carried out the profile completely, including its last change. */
export async function noteAppliedProfile({ db, tenantId }: TenantScope, profile: Profile): Promise<void> {
  await db
    .updateTable('profile')
    .set({ applied_body: JSON.stringify(profile) })
    .where('tenant_id', '=', tenantId)
    .where('name', '=', profile.name)
    .execute();
}

/**
 * Finds a profile by name.
 *
 * @param tenant as the person named it
 * @param name undefined for the only one there is
 * @throws HallpassError PROFILE_MISSING, PROFILE_UNKNOWN, PROFILE_NOT_NAMED
 */
export function chooseProfile(profiles: readonly Profile[], tenant: string, name: string | undefined): Profile {
  const [first] = profiles;
  if (first === undefined) throw fail('PROFILE_MISSING', { tenant });
  const names = profiles.map((profile) => profile.name);
  if (name === undefined) {
    if (profiles.length === 1) return first;
    throw fail('PROFILE_NOT_NAMED', { tenant, profiles: names.join(', ') });
  }
  const named = profiles.find((profile) => profile.name === name);
  if (named === undefined) throw fail('PROFILE_UNKNOWN', { tenant, profile: name, hint: didYouMean(name, names) });
  return named;
}

/**
 * Checks that a name without results is that of a profile: a misspelled one must not look like one without problems.
 *
 * @throws HallpassError PROFILE_MISSING, PROFILE_UNKNOWN
 */
export async function needProfile(scope: TenantScope, tenant: string, name: string | undefined): Promise<void> {
  if (name !== undefined) chooseProfile(await readProfiles(scope), tenant, name);
}

/** Stores the profile, replacing the one with the same name. */
export async function setProfile(scope: TenantScope, profile: Profile, now: Date): Promise<void> {
  const { db, tenantId } = scope;
  const base = { name: profile.name, body: JSON.stringify(profile), updated_at: now.toISOString() };
  const existing = await db
    .selectFrom('profile')
    .select(['id', 'body'])
    .where('tenant_id', '=', tenantId)
    .where('name', '=', profile.name)
    .executeTakeFirst();
  if (existing === undefined) {
    await db
      .insertInto('profile')
      .values({ tenant_id: tenantId, id: randomUUID(), created_at: base.updated_at, ...base })
      .execute();
    return;
  }
  const before = readJson(storedState, existing.body, 'profile', profile.name);
  if (before.state === 'preview' && profile.state === 'enabled') await readExistingAgain(scope);
  const pausedFrom =
    profile.state !== 'paused' ? { paused_from: null } : before.state === 'paused' ? {} : { paused_from: before.state };
  await db
    .updateTable('profile')
    .set({ ...base, ...pausedFrom })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', existing.id)
    .execute();
}

/** The state before the pause; profiles paused by an earlier version count as enabled. */
export async function stateBeforePause({ db, tenantId }: TenantScope, name: string): Promise<'preview' | 'enabled'> {
  const row = await db
    .selectFrom('profile')
    .select('paused_from')
    .where('tenant_id', '=', tenantId)
    .where('name', '=', name)
    .executeTakeFirst();
  return row?.paused_from === 'preview' ? 'preview' : 'enabled';
}

/**
 * Removes a profile with its problems and holds. What it created in Microsoft 365 and the account links stay: another
 * profile that covers its schools continues from there.
 */
export async function removeProfile({ db, tenantId }: TenantScope, name: string): Promise<void> {
  await db.deleteFrom('profile').where('tenant_id', '=', tenantId).where('name', '=', name).execute();
  await db.deleteFrom('problem').where('tenant_id', '=', tenantId).where('profile', '=', name).execute();
  await db.deleteFrom('hold').where('tenant_id', '=', tenantId).where('profile', '=', name).execute();
  await db.deleteFrom('waiting_operation').where('tenant_id', '=', tenantId).where('profile', '=', name).execute();
}
