import type { Command } from 'commander';
import { makeCode, shutOut } from '../app/commands/agents.ts';
import { agentsNow } from '../app/queries/agents.ts';
import { loadSettings, publicUrl } from '../settings/settings.ts';
import { listAgents } from '../store/agents/agents.ts';
import { agentProblems, proxyProblems, stateOf } from './agent-lines.ts';
import { actorOf, askDistrict, type CliContext, type Noted, noted, printJson, printTable, withApp } from './context.ts';

export function enrollCodeCommand(command: Command, context: CliContext): void {
  noted(command)
    .argument('<tenant>', 'slug or id of the district')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  hallpass-relay enroll-code contoso')
    .action(async (tenant: string, options: Noted & { json?: true }) => {
      const relay = publicUrl(await loadSettings(context.home));
      const actor = actorOf(context, options);
      const { code, expiresAt } = await withApp(context, (app) => makeCode(app, actor, { tenant }));
      if (options.json) return printJson(context, { code, expiresAt, relay });
      context.out.write(
        `Code     ${code}\nValid    once, until ${expiresAt} (10 minutes)\n\nOn the agent's machine, as root or administrator:\n  hallpass-agent setup --relay ${relay}\n\nIt asks for the code, and guides you through everything else.\n`,
      );
    });
}

export function agentCommands(agent: Command, context: CliContext): void {
  agent
    .command('list')
    .description('list the agents of a district')
    .argument('<tenant>', 'slug or id of the district')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  hallpass-relay agent list contoso')
    .action(async (tenant: string, options: { json?: true }) => {
      const nowMs = context.clock.now();
      const agents = agentsNow(await askDistrict(context, { question: 'agents', tenant }, listAgents), nowMs);
      if (options.json) return printJson(context, agents);
      if (agents.length === 0) {
        context.out.write(`No agent has enrolled.\n  → hallpass-relay enroll-code ${tenant}\n`);
        return;
      }
      printTable(
        context,
        ['AGENT', 'NAME', 'VERSION', 'LAST SEEN', 'STATE'],
        agents.map((row) => [row.id, row.name, row.version, row.lastSeenAt ?? 'never', stateOf(row, nowMs)]),
      );
      const problems = [...agentProblems(agents, nowMs), ...(await proxyProblems(context.home))];
      for (const line of problems) context.out.write(`\n${line}\n`);
    });
  noted(agent.command('revoke'))
    .description('revoke an agent for good; a connected one is disconnected within seconds')
    .argument('<tenant>', 'slug or id of the district')
    .argument('<agent>', 'id or name, from "agent list"')
    .addHelpText('after', '\nExample:\n  hallpass-relay agent revoke contoso sis-server')
    .action(async (tenant: string, given: string, options: Noted) => {
      const asked = { tenant, agent: given };
      const revoked = await withApp(context, (app) => shutOut(app, actorOf(context, options), asked));
      const before = revoked.revokedAt === null ? '' : ` It was already revoked, at ${revoked.revokedAt}.`;
      context.out.write(`Revoked ${revoked.name} (${revoked.id}).${before}\n`);
    });
}
