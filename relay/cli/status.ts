import type { Command } from 'commander';
import { type Kind, kinds } from '../../shared/roster.ts';
import { digests, mirrorState } from '../roster/mirror.ts';
import { listAgents } from '../store/agents.ts';
import { countApplied } from '../store/applied.ts';
import { readHolds } from '../store/holds.ts';
import { lastRun, type RunSummary } from '../store/journal.ts';
import { countProblems } from '../store/problems.ts';
import { readProfiles } from '../store/profiles.ts';
import { readStandings } from '../store/standings.ts';
import type { TenantScope } from '../store/store.ts';
import type { Tenant } from '../store/system.ts';
import { countTeams } from '../store/teams.ts';
import { type CliContext, printJson, printTable, withNamedTenant } from './context.ts';

/** Where a district stands: its agents, its roster, and what has been provisioned. */
export function statusCommand(program: Command, context: CliContext): void {
  program
    .command('status')
    .description('where a district stands')
    .argument('<tenant>', 'slug or id')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  hallpass-relay status contoso')
    .action(async (name: string, options: { json?: true }) => {
      const status = await withNamedTenant(context, name, tenantStatus);
      if (options.json) return printJson(context, status);
      const { tenant, roster, agents, profiles, provisioning } = status;
      const { holds } = provisioning;
      context.out.write(`${tenant.name} (${tenant.slug})\n`);
      const arriving = roster.committedAt !== null && !roster.settled ? ' (a cycle is arriving)' : '';
      context.out.write(
        `Roster version ${roster.version}, last commit ${roster.committedAt ?? 'never'}${arriving}\n\n`,
      );
      printTable(
        context,
        ['KIND', 'RECORDS'],
        kinds.map((kind) => [kind, String(roster.records[kind])]),
      );
      context.out.write('\n');
      printTable(
        context,
        ['AGENT', 'VERSION', 'LAST SEEN'],
        agents
          .filter((agent) => agent.revokedAt === null)
          .map((agent) => [agent.name, agent.version, agent.lastSeenAt ?? 'never']),
      );
      context.out.write('\n');
      if (profiles.length === 0) context.out.write(`No profile. ${runLine(null)}\n`);
      for (const { name, state, standing, quarantine, lastRun } of profiles) {
        context.out.write(`Profile "${name}" (${state}). Standing: ${standing}. ${runLine(lastRun)}\n`);
        if (quarantine !== null) context.out.write(`  ${quarantine.message}\n  → ${quarantine.action}\n`);
      }
      context.out.write('\n');
      printTable(context, ['MICROSOFT 365', 'COUNT'], rowsOf(provisioning.applied));
      context.out.write('\n');
      printTable(context, ['PROBLEM', 'COUNT'], rowsOf(provisioning.problems));
      if (holds.length > 0) {
        context.out.write('\n');
        printTable(
          context,
          ['HOLD', 'OPERATIONS', 'STATE'],
          holds.map((hold) => [hold.key, String(hold.count), hold.state]),
        );
        context.out.write(`\nWhy, and what would happen: hallpass-relay holds list ${tenant.slug}\n`);
      }
      context.out.write(`\nEach with the next step: hallpass-relay problems ${tenant.slug}\n`);
    });
}

async function tenantStatus(scope: TenantScope, tenant: Tenant) {
  const records = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<Kind, number>;
  for (const bucket of await digests(scope)) records[bucket.kind] += bucket.digest.count;
  const profiles = [];
  const standings = await readStandings(scope);
  for (const { name, state } of await readProfiles(scope)) {
    const { standing = 'setting up', quarantine = null } = standings.get(name) ?? {};
    profiles.push({ name, state, standing, quarantine, lastRun: (await lastRun(scope, name)) ?? null });
  }
  return {
    tenant: { id: tenant.id, slug: tenant.slug, name: tenant.name, graphTenantId: tenant.graph_tenant_id },
    roster: { ...(await mirrorState(scope)), records },
    agents: await listAgents(scope),
    profiles,
    provisioning: {
      holds: await readHolds(scope),
      applied: { ...(await countApplied(scope)), ...(await teamCounts(scope)) },
      problems: await countProblems(scope),
    },
  };
}

/** Empty where no profile ever made a team. */
async function teamCounts(scope: TenantScope): Promise<Record<string, number>> {
  const { there: team, waiting, accepted } = await countTeams(scope);
  const counts = { team, 'team, class unknown to Teams yet': waiting, 'team, being made': accepted };
  return Object.fromEntries(
    Object.entries(counts).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}

function runLine(run: RunSummary | null): string {
  if (run === null) return 'Nothing has been provisioned yet';
  const { finishedAt, startedAt, state, done, failed, held } = run;
  if (finishedAt === null) return `Provisioning since ${startedAt}`;
  return `Last run ended ${finishedAt}: ${state}, ${done} operations done, ${failed} failed, ${held} held`;
}

function rowsOf(counts: Record<string, number>): [string, string][] {
  return Object.entries(counts).map(([name, count]) => [name, String(count)]);
}
