/** Teams that students do not see until a teacher activates them, with the class that each belongs to. */
import { asSectionId, type SectionId } from '../../model/keys.ts';
import type { TenantScope } from '../store.ts';
import { toObject } from './objects.ts';

export interface WaitingTeam {
  sectionId: SectionId;
  objectId: string;
  /** The class's name in Microsoft 365. */
  displayName: string | undefined;
  /** When that was first seen, ISO 8601. */
  since: string;
}

/** How many teams wait for a teacher. */
export async function countWaitingTeams(scope: TenantScope): Promise<number> {
  const { count } = await waitingTeams(scope)
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** By section. */
export async function readWaitingTeams(
  scope: TenantScope,
  { after = '', limit }: { after?: string | undefined; limit: number },
): Promise<WaitingTeam[]> {
  const rows = await waitingTeams(scope)
    .select(['applied.key', 'applied.object_id', 'applied.body', 'team.since'])
    .where('team.section_id', '>', after)
    .orderBy('team.section_id')
    .limit(limit)
    .execute();
  return rows.map((row) => {
    const { displayName } = toObject(row).body;
    return {
      sectionId: asSectionId(row.key),
      objectId: row.object_id,
      displayName: typeof displayName === 'string' ? displayName : undefined,
      since: row.since,
    };
  });
}

/** Teams of existing classes that are not archived. */
function waitingTeams({ db, tenantId }: TenantScope) {
  return db
    .selectFrom('team_activation as team')
    .innerJoin('applied', (join) =>
      join
        .onRef('applied.tenant_id', '=', 'team.tenant_id')
        .onRef('applied.key', '=', 'team.section_id')
        .onRef('applied.object_id', '=', 'team.object_id')
        .on('applied.kind', '=', 'class'),
    )
    .leftJoin('applied_relation as archived', (join) =>
      join
        .onRef('archived.tenant_id', '=', 'team.tenant_id')
        .onRef('archived.item', '=', 'team.section_id')
        .on('archived.kind', '=', 'retired')
        .on('archived.container', '=', 'archived'),
    )
    .where('team.tenant_id', '=', tenantId)
    .where('team.state', '=', 'waiting')
    .where('archived.item', 'is', null);
}
