/** What alerts are decided from, of some districts at a time: it crosses them, as the operator's view does. */
import { z } from 'zod';
import type { DistrictFacts, LicenseFacts } from '../../alerts/district.ts';
import type { Blackout } from '../../profile/blackout.ts';
import { canRest } from '../../profile/life.ts';
import { districtTimeZone } from '../agents/agents.ts';
import { listed } from '../engine/sql/dialect.ts';
import { readJson } from '../engine/stored-json.ts';
import { readBlackouts } from '../runs/blackouts.ts';
import type { SystemScope, TenantScope } from '../store.ts';
import { type FleetDistrict, readFleet } from '../tenants/fleet-view.ts';

const storedLicenses: z.ZodType<LicenseFacts[]> = z.array(
  z.object({ name: z.string(), seats: z.number(), free: z.number() }),
);

/** @returns by tenant id */
export async function districtFacts(scope: SystemScope, ids: readonly string[]): Promise<Map<string, DistrictFacts>> {
  const { db } = scope;
  const wanted = listed(db, ids);
  const fleet = await readFleet(scope, ids);
  const settled = await db
    .selectFrom('tenant')
    .select(['id', 'committed_at'])
    .where('id', 'in', wanted)
    .where('open_cycle', 'is', null)
    .execute();
  const progress = await db
    .selectFrom('turn_progress')
    .select(['tenant_id', 'at'])
    .where('tenant_id', 'in', wanted)
    .execute();
  const problems = await db
    .selectFrom('problem')
    .select(['tenant_id', 'code', ({ fn }) => fn.countAll<number>().as('count')])
    .where('tenant_id', 'in', wanted)
    .groupBy(['tenant_id', 'code'])
    .execute();
  const readings = await db.selectFrom('license_reading').selectAll().where('tenant_id', 'in', wanted).execute();
  const days = await blackoutsOf(scope, ids);
  const zones = await zonesOf(
    scope,
    fleet.filter(({ id, profiles }) => days.has(id) || profiles.some(({ life }) => canRest(life))).map(({ id }) => id),
  );
  const settledAt = new Map(settled.map((row) => [row.id, row.committed_at]));
  const progressAt = new Map(progress.map((row) => [row.tenant_id, row.at]));
  const problemsOf = Map.groupBy(problems, (row) => row.tenant_id);
  const licenses = new Map(
    readings.map(({ tenant_id: id, licenses }) => [
      id,
      licenses === null ? undefined : readJson(storedLicenses, licenses, 'license_reading', id),
    ]),
  );
  const facts = (district: FleetDistrict): DistrictFacts => ({
    slug: district.slug,
    agents: district.agents.flatMap(agentFacts),
    profiles: district.profiles.map(profileFacts),
    settledAt: settledAt.get(district.id) ?? null,
    progressAt: progressAt.get(district.id) ?? null,
    blackouts: days.get(district.id) ?? [],
    timeZone: zones.get(district.id),
    held: district.held,
    problems: new Map(problemsOf.get(district.id)?.map(({ code, count }) => [code, Number(count)])),
    licenses: licenses.get(district.id),
  });
  return new Map(fleet.map((district) => [district.id, facts(district)]));
}

/** Few districts have any. */
async function blackoutsOf({ db }: SystemScope, ids: readonly string[]): Promise<Map<string, Blackout[]>> {
  const rows = await db
    .selectFrom('blackout')
    .select('tenant_id')
    .distinct()
    .where('tenant_id', 'in', listed(db, ids))
    .execute();
  const found = new Map<string, Blackout[]>();
  for (const { tenant_id: tenantId } of rows) found.set(tenantId, await readBlackouts({ db, tenantId }));
  return found;
}

/** Asked only of those whose profiles rest now and then. */
async function zonesOf({ db }: SystemScope, ids: readonly string[]): Promise<Map<string, string | undefined>> {
  const found = new Map<string, string | undefined>();
  for (const tenantId of ids) found.set(tenantId, await districtTimeZone({ db, tenantId }));
  return found;
}

/** One that has never connected is being set up. */
function agentFacts({ lastSeenAt, connectedSince, health }: FleetDistrict['agents'][number]) {
  if (lastSeenAt === null) return [];
  const problem = health?.problem?.code;
  const at = [health?.at ?? '', connectedSince ?? ''].sort().at(-1) ?? '';
  const report = { at, isResting: health?.state === 'waiting', ...(problem !== undefined && { problem }) };
  return [{ lastSeenAt, isConnected: connectedSince !== null, ...(at !== '' && { report }) }];
}

function profileFacts({ name, standing, life, lastRun }: FleetDistrict['profiles'][number]) {
  if (lastRun === undefined) return { name, standing, life, lastRun };
  const { startedAt, finishedAt, state, error } = lastRun;
  const reason = error === null ? {} : { error: error.code, ...(error.step !== null && { step: error.step }) };
  return { name, standing, life, lastRun: { startedAt, finishedAt, state, ...reason } };
}

/** Tenants whose licenses were not read since. */
export async function licensesUnread({ db }: SystemScope, since: string): Promise<string[]> {
  const rows = await db
    .selectFrom('profile')
    .leftJoin('license_reading', 'license_reading.tenant_id', 'profile.tenant_id')
    .select('profile.tenant_id')
    .where((where) => where.or([where('license_reading.at', 'is', null), where('license_reading.at', '<', since)]))
    .distinct()
    .orderBy('profile.tenant_id')
    .execute();
  return rows.map((row) => row.tenant_id);
}

/** @param licenses undefined when Microsoft 365 did not answer */
export async function noteLicenses(
  { db, tenantId }: TenantScope,
  licenses: readonly LicenseFacts[] | undefined,
  at: string,
): Promise<void> {
  const row = { at, licenses: licenses === undefined ? null : JSON.stringify(licenses) };
  await db
    .insertInto('license_reading')
    .values({ tenant_id: tenantId, ...row })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet(row))
    .execute();
}
