import type { Command } from 'commander';
import { addTenant, changeTenant } from '../app/commands/tenants.ts';
import { tenantNow, tenantsNow } from '../app/queries/tenants.ts';
import type { Connection } from '../app/queries/try-tenant.ts';
import { actorOf, askDistrict, type CliContext, type Noted, noted, printJson, printTable, withApp } from './context.ts';
import { serverLines, tenantAcceptCommand } from './tenant-accept.ts';
import { tenantConsentCommand } from './tenant-consent.ts';
import { tenantRemoveCommand } from './tenant-remove.ts';

export function tenantCommands(tenant: Command, context: CliContext): void {
  addCommand(tenant, context);
  listCommand(tenant, context);
  showCommand(tenant, context);
  editCommand(tenant, context);
  tenantConsentCommand(tenant, context);
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
      const { tenant: made, tried } = await withApp(context, (app) => addTenant(app, actor, { slug, ...options }));
      context.out.write(`Added ${made.slug} (${made.id}).\n`);
      for (const line of connectionLines(tried)) context.out.write(`${line}\n`);
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
      const nowMs = context.clock.now();
      const { tenants: rows } = await withApp(context, (app) => tenantsNow(app, actorOf(context), nowMs));
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
      const found = await askDistrict(context, { question: 'tenant', tenant: name }, tenantNow);
      if (options.json) return printJson(context, found);
      const { id, slug, graphTenantId, createdAt, servers } = found;
      const rows = { Slug: slug, Name: found.name, Id: id, 'Microsoft tenant': graphTenantId, Added: createdAt };
      for (const [label, value] of Object.entries(rows)) context.out.write(`${label.padEnd(18)}${value}\n`);
      for (const line of serverLines(slug, servers)) context.out.write(`${line}\n`);
      const { connectionNow } = await import('../app/queries/try-tenant.ts');
      const tried = await withApp(context, (app) => connectionNow(app, actorOf(context), id));
      for (const line of connectionLines(tried)) context.out.write(`${line}\n`);
      context.out.write(`  → hallpass-relay status ${slug}\n`);
    });
}

/** Whether the relay can sign in; empty if that was not tried. */
function connectionLines(connection: Connection | undefined): string[] {
  switch (connection?.state) {
    case undefined:
      return [];
    case 'untried':
      return [
        'The tenant id was not tried: the relay has no app registration yet.',
        '  → hallpass-relay configure --client-id GUID --client-cert FILE --client-key FILE',
      ];
    case 'ok':
      return ["The relay can sign in to the district's Microsoft 365."];
    case 'refused':
      return [`The relay cannot sign in yet: ${connection.error.message}`, `  → ${connection.error.action}`];
  }
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
      const { tenant: after, tried } = await withApp(context, (app) => changeTenant(app, actor, change));
      context.out.write(`${after.slug}: ${after.name}, Microsoft tenant ${after.graph_tenant_id}.\n`);
      for (const line of connectionLines(tried)) context.out.write(`${line}\n`);
    });
}
