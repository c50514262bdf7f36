/** The state of a district: its agents, its roster, and what has been provisioned. */
import { z } from 'zod';
import { type Kind, kinds } from '../../../shared/roster.ts';
import { countReadopted, readUnknownPasswords } from '../../store/accounts/initial-passwords.ts';
import { listAgents } from '../../store/agents/agents.ts';
import { countApplied } from '../../store/applied/applied.ts';
import { countWaitingTeams } from '../../store/applied/waiting-teams.ts';
import { readHolds } from '../../store/guard/holds.ts';
import { digests, mirrorState } from '../../store/roster/mirror.ts';
import { lastRun } from '../../store/runs/journal.ts';
import { countProblems } from '../../store/runs/problems.ts';
import type { TenantScope } from '../../store/store.ts';
import { countTeams } from '../../store/teams/teams.ts';
import type { Tenant } from '../../store/tenants/system.ts';
import { agentsNow, listedAgentSchema } from './agents.ts';
import { moment } from './fields.ts';
import { holdSchema } from './holds.ts';
import { profileStanding, profilesNow } from './profiles.ts';
import { turnNow, turnSchema } from './waiting.ts';

const count = z.int();

export const statusAnswer = z.object({
  tenant: z.object({ id: z.string(), slug: z.string(), name: z.string(), graphTenantId: z.string() }),
  roster: z.object({
    version: count,
    committedAt: moment.nullable(),
    settled: z.boolean(),
    records: z.record(z.enum(kinds), count),
  }),
  agents: z.array(listedAgentSchema),
  profiles: z.array(
    profileStanding.extend({
      lastRun: z
        .object({
          profile: z.string(),
          startedAt: moment,
          finishedAt: moment.nullable(),
          state: z.string(),
          done: count,
          failed: count,
          held: count,
        })
        .nullable(),
    }),
  ),
  provisioning: z.object({
    turn: turnSchema.nullable().meta({ description: 'How far the runs under way are; null while none is.' }),
    holds: z.array(holdSchema),
    applied: z.record(z.string(), count).meta({ description: 'What Microsoft 365 has, by kind.' }),
    problems: z.record(z.string(), count).meta({ description: 'Open problems, by code.' }),
  }),
});

/** @param nowMs milliseconds since the epoch */
export async function tenantStatus(
  scope: TenantScope,
  tenant: Tenant,
  nowMs: number,
): Promise<z.infer<typeof statusAnswer>> {
  const records = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<Kind, number>;
  for (const bucket of await digests(scope)) records[bucket.kind] += bucket.digest.count;
  const profiles = [];
  for (const { schools: _schools, ...profile } of (await profilesNow(scope)).profiles) {
    profiles.push({ ...profile, lastRun: (await lastRun(scope, profile.name)) ?? null });
  }
  return {
    tenant: { id: tenant.id, slug: tenant.slug, name: tenant.name, graphTenantId: tenant.graph_tenant_id },
    roster: { ...(await mirrorState(scope)), records },
    agents: agentsNow(await listAgents(scope), nowMs),
    profiles,
    provisioning: {
      turn: await turnNow(scope),
      holds: await readHolds(scope),
      applied: {
        ...(await countApplied(scope)),
        ...(await teamCounts(scope)),
        ...(await unknownPasswords(scope)),
      },
      problems: await countProblems(scope),
    },
  };
}

/** Accounts from a period that was lost with a newer database: see "passwords renew". */
async function unknownPasswords(scope: TenantScope): Promise<Record<string, number>> {
  const { length } = await readUnknownPasswords(scope);
  const readopted = await countReadopted(scope);
  return {
    ...(length === 0 ? {} : { 'account, first password unknown': length }),
    ...(readopted === 0 ? {} : { 'account from before the database was lost': readopted }),
  };
}

/** Empty if no profile ever created a team. */
async function teamCounts(scope: TenantScope): Promise<Record<string, number>> {
  const { there: team, waiting, accepted } = await countTeams(scope);
  const inactive = await countWaitingTeams(scope);
  const counts = {
    team,
    'team, waiting for a teacher to activate it': inactive === 0 ? undefined : inactive,
    'team, class not known to Teams yet': waiting,
    'team, being made': accepted,
  };
  return Object.fromEntries(
    Object.entries(counts).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}
