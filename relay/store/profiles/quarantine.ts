/** Profiles that may not write until a person resumes them. */
import { z } from 'zod';
import { catalog, type ErrorCode, isErrorCode } from '../../../shared/errors.ts';
import type { Profile } from '../../profile/profile.ts';
import { type Quarantine, quarantineFor } from '../../profile/standing.ts';
import { readJson } from '../engine/stored-json.ts';
import type { TenantScope } from '../store.ts';

/** Codes of failures that only a person can fix. */
const fixable = Object.entries(catalog).flatMap(([code, { retry }]) => (retry === 'fix' ? [code] : []));

const quarantineSchema: z.ZodType<Quarantine> = z.object({
  code: z.custom<ErrorCode>((code) => typeof code === 'string' && isErrorCode(code), 'it is not an error code'),
  message: z.string(),
  action: z.string(),
  since: z.string(),
});

/** @param text as stored @throws HallpassError STORED_VALUE_DAMAGED */
export function readQuarantine(text: string, profile: string): Quarantine {
  return readJson(quarantineSchema, text, 'profile', profile);
}

/** By the profile's name. */
export async function readQuarantines({ db, tenantId }: TenantScope): Promise<Map<string, Quarantine>> {
  const rows = await db
    .selectFrom('profile')
    .select(['name', 'quarantine'])
    .where('tenant_id', '=', tenantId)
    .where('quarantine', 'is not', null)
    .execute();
  return new Map(rows.map(({ name, quarantine }) => [name, readQuarantine(quarantine ?? '', name)]));
}

/**
 * Quarantines a profile if its runs since a person last resumed it call for it. Returns the reason, if it was not
 * quarantined before.
 */
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
  const runsOf = (profile: string) =>
    db.selectFrom('run').where('tenant_id', '=', tenantId).where('profile', '=', profile).where('person', 'is', null);
  const last = await runsOf(name)
    .select(['state', 'problems', 'error_code', 'error_message'])
    .where('seq', '>', row.resumed_after)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  const error =
    last === undefined || last.error_code === null || !isErrorCode(last.error_code)
      ? undefined
      : { message: last.error_message ?? '', retry: catalog[last.error_code].retry };
  const outcome = last && { state: last.state, problems: last.problems, error };
  const other = await runsOf(name)
    .select(({ fn }) => fn.max('seq').as('seq'))
    .where((eb) => eb.or([eb('error_code', 'is', null), eb('error_code', 'not in', fixable)]))
    .executeTakeFirst();
  const failing = await runsOf(name)
    .select(({ fn }) => [fn.countAll<number>().as('count'), fn.min('started_at').as('since')])
    .where('seq', '>', Math.max(row.resumed_after, Number(other?.seq ?? 0)))
    .executeTakeFirstOrThrow();
  const quarantine = quarantineFor(
    guards,
    outcome,
    { count: Number(failing.count), since: failing.since ?? undefined },
    { tenant: row.slug, profile: name, now },
  );
  if (quarantine === undefined) return undefined;
  await db
    .updateTable('profile')
    .set({ quarantine: JSON.stringify(quarantine) })
    .where('tenant_id', '=', tenantId)
    .where('name', '=', name)
    .execute();
  return quarantine;
}

/** A person resumes the profile: its earlier runs no longer count. */
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
