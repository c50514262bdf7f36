import type { Command } from 'commander';
import { fail } from '../../shared/errors.ts';
import { didYouMean } from '../../shared/nearest.ts';
import { agentsNow } from '../app/queries/agents.ts';
import { loadSettings, publicUrl } from '../settings/settings.ts';
import { type Agent, issueCode, listAgents, revokeAgent } from '../store/agents/agents.ts';
import { writeAudit } from '../store/audit/audit.ts';
import { agentProblems, proxyProblems, stateOf } from './agent-lines.ts';
import { byOption, type CliContext, printJson, printTable, withNamedTenant } from './context.ts';

export function agentCommands(program: Command, context: CliContext): void {
  program
    .command('enroll-code')
    .description('make a one-time code with which an agent enrolls')
    .argument('<tenant>', 'slug or id')
    .addOption(byOption(context))
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  hallpass-relay enroll-code contoso')
    .action(async (tenant: string, options: { by: string; json?: true }) => {
      const relay = publicUrl(await loadSettings(context.home));
      const now = new Date(context.clock.now());
      const { code, expiresAt } = await withNamedTenant(context, tenant, async (scope) => {
        const issued = await issueCode(scope, now);
        const detail = { expiresAt: issued.expiresAt };
        await writeAudit(scope, { at: now.toISOString(), who: options.by, action: 'agent.code', detail });
        return issued;
      });
      if (options.json) return printJson(context, { code, expiresAt, relay });
      context.out.write(
        `Code     ${code}\nValid    once, until ${expiresAt} (10 minutes)\n\nOn the agent's machine, as root or administrator:\n  hallpass-agent setup --relay ${relay}\n\nIt asks for the code, and leads through everything else.\n`,
      );
    });
  const agent = program.command('agent').description("a district's agents");
  agent
    .command('list')
    .description('list the agents of a district')
    .argument('<tenant>', 'slug or id')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  hallpass-relay agent list contoso')
    .action(async (tenant: string, options: { json?: true }) => {
      const nowMs = context.clock.now();
      const agents = agentsNow(await withNamedTenant(context, tenant, listAgents), nowMs);
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
  agent
    .command('revoke')
    .description('shut an agent out for good; a connected one is cut off within seconds')
    .argument('<tenant>', 'slug or id')
    .argument('<agent>', 'id or name, from "agent list"')
    .addOption(byOption(context))
    .addHelpText('after', '\nExample:\n  hallpass-relay agent revoke contoso sis-server')
    .action(async (tenant: string, given: string, { by }: { by: string }) => {
      const now = new Date(context.clock.now());
      const revoked = await withNamedTenant(context, tenant, async (scope) => {
        const agent = chooseAgent(await listAgents(scope), tenant, given);
        await revokeAgent(scope, agent.id, now);
        const detail = { agent: agent.id, name: agent.name };
        await writeAudit(scope, { at: now.toISOString(), who: by, action: 'agent.revoke', detail });
        return agent;
      });
      const before = revoked.revokedAt === null ? '' : ` It had been revoked already, at ${revoked.revokedAt}.`;
      context.out.write(`Revoked ${revoked.name} (${revoked.id}).${before}\n`);
    });
}

/** By its id, or by its name where one agent alone has it: of those that are not revoked, if any. */
function chooseAgent(agents: readonly Agent[], tenant: string, given: string): Agent {
  const byId = agents.find(({ id }) => id === given);
  if (byId !== undefined) return byId;
  const named = agents.filter(({ name }) => name.toLowerCase() === given.trim().toLowerCase());
  const enrolled = named.filter(({ revokedAt }) => revokedAt === null);
  const [agent, another] = enrolled.length > 0 ? enrolled : named;
  if (agent === undefined) {
    const hint = didYouMean(
      given,
      agents.map(({ name }) => name),
    );
    throw fail('AGENT_NOT_FOUND', { agent: given, tenant, hint });
  }
  if (another === undefined) return agent;
  const list = (enrolled.length > 0 ? enrolled : named)
    .map(({ id, lastSeenAt }) => `${id} (last seen ${lastSeenAt ?? 'never'})`)
    .join(', ');
  throw fail('AGENT_AMBIGUOUS', { agent: given, agents: list });
}
