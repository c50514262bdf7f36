import type { Command } from 'commander';
import { kinds } from '../../shared/roster.ts';
import { ago } from '../app/queries/agent-condition.ts';
import { tenantStatus } from '../app/queries/status.ts';
import type { RunSummary } from '../store/runs/journal.ts';
import { agentProblems, proxyProblems, stateOf } from './agent-lines.ts';
import { askDistrict, type CliContext, printJson, printTable } from './context.ts';
import { troubleOf } from './profile-lines.ts';
import { turnLine } from './waiting-lines.ts';

/** The state of a district: its agents, its roster, and what has been provisioned. */
export function statusCommand(command: Command, context: CliContext): void {
  command
    .argument('<tenant>', 'slug or id of the district')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  hallpass-relay status contoso')
    .action(async (name: string, options: { json?: true }) => {
      const nowMs = context.clock.now();
      const status = await askDistrict(context, { question: 'status', tenant: name }, (scope, tenant) =>
        tenantStatus(scope, tenant, nowMs),
      );
      if (options.json) return printJson(context, status);
      const { tenant, roster, agents, profiles, provisioning } = status;
      const { holds } = provisioning;
      context.out.write(`${tenant.name} (${tenant.slug})\n`);
      const arriving = roster.committedAt !== null && !roster.settled ? ' (a cycle is arriving)' : '';
      context.out.write(
        `Roster version ${roster.version}, last commit ${roster.committedAt ?? 'never'}${age(roster.committedAt, nowMs)}${arriving}\n\n`,
      );
      printTable(
        context,
        ['KIND', 'RECORDS'],
        kinds.map((kind) => [kind, String(roster.records[kind])]),
      );
      context.out.write('\n');
      const rows = agents
        .filter((agent) => agent.revokedAt === null)
        .map((agent) => [agent.name, agent.version, agent.lastSeenAt ?? 'never', stateOf(agent, nowMs)]);
      if (rows.length > 0) printTable(context, ['AGENT', 'VERSION', 'LAST SEEN', 'STATE'], rows);
      else context.out.write(`No agent has enrolled.\n  → hallpass-relay enroll-code ${tenant.slug}\n`);
      const troubles = [...agentProblems(agents, nowMs), ...(await proxyProblems(context.home))];
      for (const line of troubles) context.out.write(`${line}\n`);
      context.out.write('\n');
      if (profiles.length === 0) {
        context.out.write(`No profile. ${runLine(null)}\n  → hallpass-relay profile set ${tenant.slug} FILE.json\n`);
      }
      for (const { name, state, standing, quarantine, failure, lastRun } of profiles) {
        context.out.write(`Profile "${name}" (${state}). Standing: ${standing}. ${runLine(lastRun)}\n`);
        for (const line of troubleOf({ quarantine, failure })) context.out.write(`  ${line}\n`);
      }
      if (provisioning.turn !== null) context.out.write(`${turnLine(provisioning.turn)}\n`);
      for (const [title, counts] of [
        ['MICROSOFT 365', provisioning.applied],
        ['PROBLEM', provisioning.problems],
      ] as const) {
        if (Object.keys(counts).length === 0) continue;
        context.out.write('\n');
        printTable(context, [title, 'COUNT'], rowsOf(counts));
      }
      if (holds.length > 0) {
        context.out.write('\n');
        printTable(
          context,
          ['HOLD', 'OPERATIONS', 'STATE'],
          holds.map((hold) => [hold.key, String(hold.count), hold.state]),
        );
        context.out.write(`\nWhy, and what would happen: hallpass-relay holds list ${tenant.slug}\n`);
      }
      if (Object.keys(provisioning.problems).length === 0) {
        if (profiles.length > 0) context.out.write('\nNo problems.\n');
      } else context.out.write(`\nEach with the next step: hallpass-relay problems ${tenant.slug}\n`);
    });
}

function age(at: string | null, nowMs: number): string {
  return at === null ? '' : ` (${ago(at, nowMs)})`;
}

function runLine(run: RunSummary | null): string {
  if (run === null) return 'Nothing has been provisioned yet.';
  const { finishedAt, startedAt, state, done, failed, held } = run;
  if (finishedAt === null) return `Provisioning since ${startedAt}.`;
  return `Last run ended ${finishedAt}: ${state}, ${done} operations done, ${failed} failed, ${held} held.`;
}

function rowsOf(counts: Record<string, number>): [string, string][] {
  return Object.entries(counts).map(([name, count]) => [name, String(count)]);
}
