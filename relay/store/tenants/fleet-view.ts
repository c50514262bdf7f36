/** Reads the operator's view of all districts: one set of queries for any number of districts. */
import { z } from 'zod';
import type { Life } from '../../profile/life.ts';
import { type Quarantine, type Standing, standingOf } from '../../profile/standing.ts';
import { type AgentHealth, parseHealth } from '../agents/agent-health.ts';
import { listed } from '../engine/sql/dialect.ts';
import { readJson } from '../engine/stored-json.ts';
import { storedLife } from '../profiles/profiles.ts';
import { readQuarantine } from '../profiles/quarantine.ts';
import type { SystemScope } from '../store.ts';

const roleList = z.array(z.string());

export interface FleetAgent {
  name: string;
  version: string;
  revokedAt: null;
  lastSeenAt: string | null;
  connectedSince: string | null;
  health: AgentHealth | undefined;
}

export interface FleetProfile {
  name: string;
  standing: Standing;
  quarantine: Quarantine | null;
  life: Life;
  lastRun: FleetRun | undefined;
}

export interface FleetRun {
  startedAt: string;
  finishedAt: string | null;
  state: string;
  held: number;
  failed: number;
  problems: number;
  error: { code: string; message: string; step: string | null; action: string | null } | null;
}

export interface FleetDistrict {
  id: string;
  slug: string;
  name: string;
  graphTenantId: string;
  committedAt: string | null;
  createdAt: string;
  agents: FleetAgent[];
  profiles: FleetProfile[];
  /** What its Microsoft 365 grants to each application of the relay; empty before anybody has checked. */
  access: { roles: readonly string[]; checkedAt: string }[];
  /** Held operations without a decision. */
  held: number;
  problems: number;
}

/** By slug. @param only ids of districts; by default, all */
export async function readFleet({ db }: SystemScope, only?: readonly string[]): Promise<FleetDistrict[]> {
  const isAll = only === undefined;
  const wanted = listed(db, only ?? []);
  const tenants = await db
    .selectFrom('tenant')
    .select(['id', 'slug', 'name', 'graph_tenant_id', 'committed_at', 'created_at'])
    .$if(!isAll, (query) => query.where('id', 'in', wanted))
    .orderBy('slug')
    .execute();
  const agents = await db
    .selectFrom('agent')
    .select(['tenant_id', 'name', 'version', 'last_seen_at', 'connected_since', 'health'])
    .where('revoked_at', 'is', null)
    .$if(!isAll, (query) => query.where('tenant_id', 'in', wanted))
    .orderBy('created_at')
    .execute();
  const profiles = await db
    .selectFrom('profile')
    .leftJoin('run', (join) =>
      join
        .onRef('run.tenant_id', '=', 'profile.tenant_id')
        .onRef('run.profile', '=', 'profile.name')
        .on('run.seq', '=', ({ selectFrom }) =>
          selectFrom('run as newest')
            .select(({ fn }) => fn.max('newest.seq').as('seq'))
            .whereRef('newest.tenant_id', '=', 'profile.tenant_id')
            .whereRef('newest.profile', '=', 'profile.name')
            .where('newest.person', 'is', null),
        ),
    )
    .select(['profile.tenant_id', 'profile.name', 'profile.body', 'profile.quarantine'])
    .select(['run.started_at', 'run.finished_at', 'run.state', 'run.held', 'run.failed', 'run.problems'])
    .select(['run.error_code', 'run.error_message', 'run.error_step', 'run.error_action'])
    .$if(!isAll, (query) => query.where('profile.tenant_id', 'in', wanted))
    .orderBy('profile.name')
    .execute();
  const holds = await db
    .selectFrom('hold')
    .select(['tenant_id', ({ fn }) => fn.sum<number>('count').as('count')])
    .where('state', 'in', ['waiting', 'expired'])
    .$if(!isAll, (query) => query.where('tenant_id', 'in', wanted))
    .groupBy('tenant_id')
    .execute();
  const problems = await db
    .selectFrom('problem')
    .select(['tenant_id', ({ fn }) => fn.countAll<number>().as('count')])
    .$if(!isAll, (query) => query.where('tenant_id', 'in', wanted))
    .groupBy('tenant_id')
    .execute();
  const access = await db
    .selectFrom('microsoft_access')
    .select(['tenant_id', 'access', 'roles', 'checked_at'])
    .$if(!isAll, (query) => query.where('tenant_id', 'in', wanted))
    .execute();
  const accessOf = Map.groupBy(access, (row) => row.tenant_id);
  const agentsOf = Map.groupBy(agents, (row) => row.tenant_id);
  const profilesOf = Map.groupBy(profiles, (row) => row.tenant_id);
  const heldIn = new Map(holds.map((row) => [row.tenant_id, Number(row.count)]));
  const problemsIn = new Map(problems.map((row) => [row.tenant_id, Number(row.count)]));
  return tenants.map((tenant) => ({
    id: tenant.id,
    slug: tenant.slug,
    name: tenant.name,
    graphTenantId: tenant.graph_tenant_id,
    committedAt: tenant.committed_at,
    createdAt: tenant.created_at,
    agents: (agentsOf.get(tenant.id) ?? []).map((row) => ({
      name: row.name,
      version: row.version,
      revokedAt: null,
      lastSeenAt: row.last_seen_at,
      connectedSince: row.connected_since,
      health: parseHealth(row.health, row.name),
    })),
    profiles: (profilesOf.get(tenant.id) ?? []).map((row) => profileOf(row, tenant.committed_at !== null)),
    access: (accessOf.get(tenant.id) ?? []).map(({ access, roles, checked_at: checkedAt }) => ({
      ...{ roles: readJson(roleList, roles, 'microsoft_access', access), checkedAt },
    })),
    held: heldIn.get(tenant.id) ?? 0,
    problems: problemsIn.get(tenant.id) ?? 0,
  }));
}

interface ProfileRow {
  name: string;
  body: string;
  quarantine: string | null;
  started_at: string | null;
  finished_at: string | null;
  state: string | null;
  held: number | null;
  failed: number | null;
  problems: number | null;
  error_code: string | null;
  error_message: string | null;
  error_step: string | null;
  error_action: string | null;
}

function profileOf(row: ProfileRow, hasRoster: boolean): FleetProfile {
  const { state, ...life } = readJson(storedLife, row.body, 'profile', row.name);
  const quarantine = row.quarantine === null ? null : readQuarantine(row.quarantine, row.name);
  const lastRun: FleetRun | undefined =
    row.started_at === null
      ? undefined
      : {
          startedAt: row.started_at,
          finishedAt: row.finished_at,
          state: row.state ?? '',
          held: row.held ?? 0,
          failed: row.failed ?? 0,
          problems: row.problems ?? 0,
          error:
            row.error_code === null
              ? null
              : {
                  code: row.error_code,
                  message: row.error_message ?? '',
                  step: row.error_step,
                  action: row.error_action,
                },
        };
  const standing = standingOf({ state, quarantined: quarantine !== null, hasRoster, lastRun });
  return { name: row.name, standing, quarantine, life, lastRun };
}
