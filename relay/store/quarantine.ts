/** Profiles that may not write until a person resumes them. */
import { catalogue, isErrorCode } from '../../shared/errors.ts';
import { type Quarantine, quarantineFor } from '../profile/standing.ts';
import type { Profile } from '../profile.ts';
import type { TenantScope } from './store.ts';

/** By the profile's name. */
export async function readQuarantines({ db, tenantId }: TenantScope): Promise<Map<string, Quarantine>> {
  const rows = await db
    .selectFrom('profile')
    .select(['name', 'quarantine'])
    .where('tenant_id', '=', tenantId)
    .where('quarantine', 'is not', null)
    .execute();
  return new Map(rows.map(({ name, quarantine }) => [name, JSON.parse(quarantine ?? '{}') as Quarantine]));
}

/** Quarantines a profile if its runs since a person last let it write say so. Returns why, if it was not before. */
export async function judgeProfile(
  { db, tenantId }: TenantScope,
  { name, guards }: Pick<Profile, 'name' | 'guards'>,
  now: string,
): Promise<Quarantine | undefined> {
  const row = await db
    .selectFrom('profile')
    .innerJoin('tenant', 'tenant.id', 'profile.tenant_id')
    .select(['profile.quarantine', 'profile.resumed_after', 'tenant.slug'])
    .where('profile.tenant_id', '=', tenantId)
    .where('profile.name', '=', name)
    .executeTakeFirst();
  if (row === undefined || row.quarantine !== null) return undefined;
  const runs = await db
    .selectFrom('run')
    .select(['state', 'problems', 'error_code', 'error_message'])
    .where('tenant_id', '=', tenantId)
    .where('profile', '=', name)
    .where('seq', '>', row.resumed_after)
    .orderBy('seq', 'desc')
    .limit(guards.quarantine.failures)
    .execute();
  const outcomes = runs.map(({ state, problems, error_code: code, error_message: message }) => {
    const isKnown = code !== null && isErrorCode(code);
    return { state, problems, error: isKnown ? { message: message ?? '', retry: catalogue[code].retry } : undefined };
  });
  const quarantine = quarantineFor(guards, outcomes, { tenant: row.slug, profile: name, now });
  if (quarantine === undefined) return undefined;
  await db
    .updateTable('profile')
    .set({ quarantine: JSON.stringify(quarantine) })
    .where('tenant_id', '=', tenantId)
    .where('name', '=', name)
    .execute();
  return quarantine;
}

/** A person lets the profile write again: what its runs did until now counts no longer. */
export async function endQuarantine({ db, tenantId }: TenantScope, name: string): Promise<void> {
  await db
    .updateTable('profile')
    .set(({ selectFrom, fn, lit }) => ({
      quarantine: null,
      resumed_after: selectFrom('run')
        .select(({ fn: { max } }) => fn.coalesce(max('seq'), lit(0)).as('last'))
        .where('run.tenant_id', '=', tenantId)
        .$asScalar()
        .$notNull(),
    }))
    .where('tenant_id', '=', tenantId)
    .where('name', '=', name)
    .execute();
}
