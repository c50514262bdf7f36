import type { Command } from 'commander';
import { addTenant, changeTenant } from '../app/commands/tenants.ts';
import { describeFleet, fleetNow } from '../app/queries/fleet.ts';
import { readServers } from '../store/agents/source-servers.ts';
import { actorOf, askDistrict, type CliContext, type Noted, noted, printJson, printTable, withApp } from './context.ts';
import { serverLines, tenantAcceptCommand } from './tenant-accept.ts';
import { tenantRemoveCommand } from './tenant-remove.ts';

export function tenantCommands(tenant: Command, context: CliContext): void {
  addCommand(tenant, context);
  listCommand(tenant, context);
  showCommand(tenant, context);
  editCommand(tenant, context);
  tenantAcceptCommand(tenant, context);
  tenantRemoveCommand(tenant, context);
}

interface AddOptions extends Noted {
  name: string;
  graphTenant: string;
}

function addCommand(tenant: Command, context: CliContext): void {
  noted(tenant.command('add'))
    .description('add a district; try its Microsoft 365 tenant if the relay has an app registration')
    .argument('<slug>', 'short name for commands and logs, e.g. contoso')
    .requiredOption('--name <name>', 'name of the district')
    .requiredOption('--graph-tenant <guid>', "the district's Microsoft 365 tenant id")
    .addHelpText(
      'after',
      `
Example:
  hallpass-relay tenant add contoso --name "Contoso Schools" --graph-tenant 00000000-0000-0000-0000-000000000000`,
    )
    .action(async (slug: string, options: AddOptions) => {
      const actor = actorOf(context, options);
      const { tenant: made, found } = await withApp(context, (app) => addTenant(app, actor, { slug, ...options }));
      context.out.write(`Added ${made.slug} (${made.id}).\n`);
      for (const line of found) context.out.write(`${line}\n`);
      context.out.write(`  → hallpass-relay profile set ${made.slug} FILE.json\n`);
    });
}

function listCommand(tenant: Command, context: CliContext): void {
  tenant
    .command('list')
    .description('list the districts')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  hallpass-relay tenant list --json')
    .action(async (options: { json?: true }) => {
      const districts = await withApp(context, (app) => fleetNow(app, actorOf(context)));
      const { districts: lines } = describeFleet(districts, context.clock.now());
      const lineOf = new Map(lines.map((line) => [line.slug, line]));
      const rows = districts.map(({ id, slug, name, graphTenantId, committedAt, createdAt }) => {
        const { standing = '', agent = null, agentSeenAt = null } = lineOf.get(slug) ?? {};
        return { id, slug, name, graphTenantId, committedAt, createdAt, standing, agent, agentSeenAt };
      });
      if (options.json) return printJson(context, rows);
      if (rows.length === 0) return void context.out.write('No districts yet.\n  → hallpass-relay tenant add --help\n');
      printTable(
        context,
        ['SLUG', 'NAME', 'MICROSOFT TENANT', 'LAST COMMIT', 'AGENT', 'STANDING'],
        rows.map((row) => [
          ...[row.slug, row.name, row.graphTenantId, row.committedAt ?? 'never'],
          ...[row.agent ?? 'none', row.standing],
        ]),
      );
    });
}

function showCommand(tenant: Command, context: CliContext): void {
  tenant
    .command('show')
    .description("show a district's settings, and whether the relay can sign in to its Microsoft 365 tenant")
    .argument('<tenant>', 'slug or id of the district')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  hallpass-relay tenant show contoso')
    .action(async (name: string, options: { json?: true }) => {
      const { found, servers } = await askDistrict(
        context,
        { question: 'tenant', tenant: name },
        async (scope, found) => {
          return { found, servers: await readServers(scope) };
        },
      );
      const { id, slug, created_at: createdAt, graph_tenant_id: graphTenantId } = found;
      if (options.json) return printJson(context, { id, slug, name: found.name, graphTenantId, createdAt, servers });
      const rows = { Slug: slug, Name: found.name, Id: id, 'Microsoft tenant': graphTenantId, Added: createdAt };
      for (const [label, value] of Object.entries(rows)) context.out.write(`${label.padEnd(18)}${value}\n`);
      for (const line of serverLines(slug, servers)) context.out.write(`${line}\n`);
      const { tryTenant } = await import('../app/queries/try-tenant.ts');
      const asking = { ...context, signal: context.stop };
      for (const line of await tryTenant(asking, graphTenantId)) context.out.write(`${line}\n`);
      context.out.write(`  → hallpass-relay status ${slug}\n`);
    });
}

interface EditOptions extends Noted {
  slug?: string;
  name?: string;
  graphTenant?: string;
}

function editCommand(tenant: Command, context: CliContext): void {
  noted(tenant.command('edit'))
    .description("change a district's settings; its Microsoft 365 tenant only before anything was written there")
    .argument('<tenant>', 'slug or id of the district')
    .option('--slug <slug>', 'new short name')
    .option('--name <name>', 'new name')
    .option('--graph-tenant <guid>', 'new Microsoft 365 tenant id')
    .addHelpText('after', '\nExample:\n  hallpass-relay tenant edit contoso --name "Contoso Unified Schools"')
    .action(async (given: string, { slug, name, graphTenant, ...options }: EditOptions) => {
      if (slug === undefined && name === undefined && graphTenant === undefined) {
        return tenant.error("error: one of '--slug', '--name' and '--graph-tenant' is needed");
      }
      const actor = actorOf(context, options);
      const change = { tenant: given, slug, name, graphTenant };
      const { tenant: after, found } = await withApp(context, (app) => changeTenant(app, actor, change));
      context.out.write(`${after.slug}: ${after.name}, Microsoft tenant ${after.graph_tenant_id}.\n`);
      for (const line of found) context.out.write(`${line}\n`);
    });
}
