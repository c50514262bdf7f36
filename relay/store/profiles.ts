/**
 * A tenant's sync profile: one, replaced as a whole. Nobody can be in two profiles, because the database holds no second
 * one of a tenant (profile_one_per_tenant), one account per person (the key of `link`) and one person per account
 * (link_one_person_per_account).
 */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Profile, parseProfile } from '../profile.ts';
import { forgetAdopted } from './directory-mirror.ts';
import type { TenantScope } from './store.ts';

/** The profiles in force. @throws HallpassError PROFILE_INVALID when a stored one no longer fits the schema */
export async function readProfiles({ db, tenantId }: TenantScope): Promise<Profile[]> {
  const rows = await db
    .selectFrom('profile')
    .select(['name', 'body'])
    .where('tenant_id', '=', tenantId)
    .orderBy('name')
    .execute();
  return rows.map((row) => parseProfile(JSON.parse(row.body), row.name));
}

/**
 * Enables, pauses or previews the profile in force. Returns it as it is now; undefined when there is none.
 *
 * @throws HallpassError PROFILE_INVALID
 */
export async function setProfileState(
  scope: TenantScope,
  state: Profile['state'],
  now: Date,
): Promise<Profile | undefined> {
  const [before] = await readProfiles(scope);
  if (before === undefined) return undefined;
  const profile = { ...before, state };
  await setProfile(scope, profile, now);
  return profile;
}

/**
 * Puts the profile in force in place of the one there is. A preview under another mode may have taken accounts over that
 * this one would match: they are looked at anew.
 */
export async function setProfile(scope: TenantScope, profile: Profile, now: Date): Promise<void> {
  const { db, tenantId } = scope;
  const content = { name: profile.name, body: JSON.stringify(profile), updated_at: now.toISOString() };
  const existing = await db
    .selectFrom('profile')
    .select(['id', 'body'])
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  if (existing === undefined) {
    await db
      .insertInto('profile')
      .values({ tenant_id: tenantId, id: randomUUID(), created_at: content.updated_at, ...content })
      .execute();
    return;
  }
  const before = JSON.parse(existing.body) as Partial<Profile>;
  if (before.state === 'preview' && !isDeepStrictEqual(before.mode, profile.mode)) await forgetAdopted(scope);
  await db
    .updateTable('profile')
    .set(content)
    .where('tenant_id', '=', tenantId)
    .where('id', '=', existing.id)
    .execute();
}
