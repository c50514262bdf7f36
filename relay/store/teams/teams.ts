/** The known state of the teams of classes. */
import type { AppliedTeam } from '../../model/applied-state.ts';
import { asSectionId, type SectionId } from '../../model/keys.ts';
import { slices } from '../engine/slices.ts';
import { readKey } from '../engine/stored-json.ts';
import type { TenantScope } from '../store.ts';

/** By section. */
export async function readTeams({ db, tenantId }: TenantScope): Promise<Map<SectionId, AppliedTeam>> {
  const rows = await db.selectFrom('team').selectAll().where('tenant_id', '=', tenantId).execute();
  return new Map(rows.map((row) => [readKey(asSectionId, row.section_id, 'team', row.object_id), toTeam(row)]));
}

/** For one section; undefined if no team was ever requested. */
export async function readTeam({ db, tenantId }: TenantScope, sectionId: SectionId): Promise<AppliedTeam | undefined> {
  const row = await db
    .selectFrom('team')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('section_id', '=', sectionId)
    .executeTakeFirst();
  return row && toTeam(row);
}

/** @param team undefined if its creation failed */
export async function writeTeams(
  { db, tenantId }: TenantScope,
  teams: readonly { sectionId: SectionId; team: AppliedTeam | undefined }[],
): Promise<void> {
  for (const { sectionId, team } of teams) {
    if (team !== undefined) continue;
    await db.deleteFrom('team').where('tenant_id', '=', tenantId).where('section_id', '=', sectionId).execute();
  }
  const rows = teams.flatMap(({ sectionId, team }) => {
    if (team === undefined) return [];
    const { objectId, state, operation = null, since, at } = team;
    return [{ tenant_id: tenantId, section_id: sectionId, object_id: objectId, state, operation, since, at }];
  });
  for (const part of slices(rows)) {
    await db
      .insertInto('team')
      .values(part)
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'section_id']).doUpdateSet((eb) => ({
          object_id: eb.ref('excluded.object_id'),
          state: eb.ref('excluded.state'),
          operation: eb.ref('excluded.operation'),
          since: eb.ref('excluded.since'),
          at: eb.ref('excluded.at'),
        })),
      )
      .execute();
  }
}

/** Number of teams by state. */
export async function countTeams({
  db,
  tenantId,
}: TenantScope): Promise<Partial<Record<AppliedTeam['state'], number>>> {
  const rows = await db
    .selectFrom('team')
    .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
    .where('tenant_id', '=', tenantId)
    .groupBy('state')
    .execute();
  return Object.fromEntries(rows.map((row) => [row.state, Number(row.count)]));
}

interface Row {
  object_id: string;
  state: AppliedTeam['state'];
  operation: string | null;
  since: string;
  at: string;
}

function toTeam({ object_id: objectId, state, operation, since, at }: Row): AppliedTeam {
  return { objectId, state, operation: operation ?? undefined, since, at };
}
