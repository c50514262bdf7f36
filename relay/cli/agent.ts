import type { Command } from 'commander';
import { loadSettings, publicUrl } from '../settings.ts';
import { issueCode, listAgents, revokeAgent } from '../store/agents.ts';
import { writeAudit } from '../store/audit.ts';
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
        `Code     ${code}\nValid    once, until ${expiresAt} (10 minutes)\n\nOn the agent's machine:\n  hallpass-agent enroll --relay ${relay} --code ${code}\n`,
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
      const agents = await withNamedTenant(context, tenant, listAgents);
      if (options.json) return printJson(context, agents);
      printTable(
        context,
        ['AGENT', 'NAME', 'VERSION', 'LAST SEEN', 'STATE'],
        agents.map((row) => [
          row.id,
          row.name,
          row.version,
          row.lastSeenAt ?? 'never',
          row.revokedAt === null ? 'enrolled' : `revoked ${row.revokedAt}`,
        ]),
      );
    });
  agent
    .command('revoke')
    .description('shut an agent out for good; a connected one is cut off within seconds')
    .argument('<tenant>', 'slug or id')
    .argument('<agent>', 'id, from "agent list"')
    .addOption(byOption(context))
    .addHelpText('after', '\nExample:\n  hallpass-relay agent revoke contoso 3f2b6c1e-…')
    .action(async (tenant: string, agentId: string, { by }: { by: string }) => {
      const now = new Date(context.clock.now());
      await withNamedTenant(context, tenant, async (scope) => {
        await revokeAgent(scope, agentId, now);
        const detail = { agent: agentId };
        await writeAudit(scope, { at: now.toISOString(), who: by, action: 'agent.revoke', detail });
      });
      context.out.write(`Revoked ${agentId}.\n`);
    });
}
