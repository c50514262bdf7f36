/** Whether students see existing teams: a teacher has to activate a class team that an application created. */
import { asSectionId, type SectionId } from '../../model/keys.ts';
import type { TeamActivation } from '../../plan/team-activation.ts';
import { slices } from '../engine/slices.ts';
import { readKey } from '../engine/stored-json.ts';
import type { TenantScope } from '../store.ts';

/** For every checked team, by section; it may belong to an earlier class of the section. */
export async function readActivations({ db, tenantId }: TenantScope): Promise<Map<SectionId, TeamActivation>> {
  const rows = await db.selectFrom('team_activation').selectAll().where('tenant_id', '=', tenantId).execute();
  return new Map(rows.map(toActivation).map((activation) => [activation.sectionId, activation]));
}

/** Undefined for a team that was not checked yet. */
export async function readActivation(
  { db, tenantId }: TenantScope,
  sectionId: SectionId,
): Promise<TeamActivation | undefined> {
  const row = await db
    .selectFrom('team_activation')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('section_id', '=', sectionId)
    .executeTakeFirst();
  return row && toActivation(row);
}

export async function writeActivations(
  { db, tenantId }: TenantScope,
  activations: readonly TeamActivation[],
): Promise<void> {
  const rows = activations.map(({ sectionId, objectId, state, since, checkedAt = null }) => {
    return { tenant_id: tenantId, section_id: sectionId, object_id: objectId, state, since, checked_at: checkedAt };
  });
  for (const part of slices(rows)) {
    await db
      .insertInto('team_activation')
      .values(part)
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'section_id']).doUpdateSet((eb) => ({
          object_id: eb.ref('excluded.object_id'),
          state: eb.ref('excluded.state'),
          since: eb.ref('excluded.since'),
          checked_at: eb.ref('excluded.checked_at'),
        })),
      )
      .execute();
  }
}

interface Row {
  section_id: string;
  object_id: string;
  state: TeamActivation['state'];
  since: string;
  checked_at: string | null;
}

function toActivation(row: Row): TeamActivation {
  const { section_id, object_id: objectId, state, since, checked_at: checkedAt } = row;
  const sectionId = readKey(asSectionId, section_id, 'team_activation', objectId);
  return { sectionId, objectId, state, since, checkedAt: checkedAt ?? undefined };
}
