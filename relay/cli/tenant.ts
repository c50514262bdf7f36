import type { Command } from 'commander';
import { describeFleet } from '../app/queries/fleet.ts';
import { readServers } from '../store/agents/source-servers.ts';
import { changesBetween, writeAudit } from '../store/audit/audit.ts';
import { readFleet } from '../store/tenants/fleet-view.ts';
import { createTenant, findTenant } from '../store/tenants/system.ts';
import { editTenant, type TenantChange } from '../store/tenants/tenants.ts';
import { byOption, type CliContext, printJson, printTable, readNamedTenant, withStore } from './context.ts';
import { serverLines, tenantAcceptCommand } from './tenant-accept.ts';
import { tenantFields } from './tenant-fields.ts';
import { tenantRemoveCommand } from './tenant-remove.ts';

export function tenantCommands(program: Command, context: CliContext): void {
  const tenant = program.command('tenant').description('districts that this relay serves');
  addCommand(tenant, context);
  listCommand(tenant, context);
  showCommand(tenant, context);
  editCommand(tenant, context);
  tenantAcceptCommand(tenant, context);
  tenantRemoveCommand(tenant, context);
}

interface AddOptions {
  name: string;
  graphTenant: string;
  by: string;
}

function addCommand(tenant: Command, context: CliContext): void {
  tenant
    .command('add')
    .description('add a district; its Microsoft 365 tenant is tried where the relay has an app registration')
    .argument('<slug>', 'short name for commands and logs, e.g. contoso')
    .requiredOption('--name <name>', 'name of the district')
    .requiredOption('--graph-tenant <guid>', "the district's Microsoft 365 tenant id")
    .addOption(byOption(context))
    .addHelpText(
      'after',
      `
Example:
  hallpass-relay tenant add contoso --name "Contoso Schools" --graph-tenant 00000000-0000-0000-0000-000000000000`,
    )
    .action(async (slug: string, options: AddOptions) => {
      const given = {
        slug: tenantFields.slug(slug),
        name: tenantFields.name(options.name),
        graphTenantId: tenantFields.graphTenant(options.graphTenant),
      };
      const found = await tried(context, given.graphTenantId);
      const now = new Date(context.clock.now());
      const made = await withStore(context, (store) =>
        store.system(async (scope) => {
          const made = await createTenant(scope, given, now);
          const entry = { at: now.toISOString(), who: options.by, action: 'tenant.add', detail: given };
          await writeAudit({ ...scope, tenantId: made.id }, entry);
          return made;
        }),
      );
      context.out.write(`Added ${made.slug} (${made.id}).\n`);
      for (const line of found) context.out.write(`${line}\n`);
      context.out.write(`  → hallpass-relay profile set ${made.slug} FILE.json\n`);
    });
}

function listCommand(tenant: Command, context: CliContext): void {
  tenant
    .command('list')
    .description('list the districts')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  hallpass-relay tenant list --json')
    .action(async (options: { json?: true }) => {
      const districts = await withStore(context, (store) => store.system(readFleet));
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
    .description('what the relay was told of a district, and whether its Microsoft 365 tenant lets it in')
    .argument('<tenant>', 'slug or id')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  hallpass-relay tenant show contoso')
    .action(async (name: string, options: { json?: true }) => {
      const { found, servers } = await readNamedTenant(context, name, async (scope, found) => {
        return { found, servers: await readServers(scope) };
      });
      const { id, slug, created_at: createdAt, graph_tenant_id: graphTenantId } = found;
      if (options.json) return printJson(context, { id, slug, name: found.name, graphTenantId, createdAt, servers });
      const rows = { Slug: slug, Name: found.name, Id: id, 'Microsoft tenant': graphTenantId, Added: createdAt };
      for (const [label, value] of Object.entries(rows)) context.out.write(`${label.padEnd(18)}${value}\n`);
      for (const line of serverLines(slug, servers)) context.out.write(`${line}\n`);
      const { tryTenant } = await import('./try-tenant.ts');
      for (const line of await tryTenant(context, graphTenantId)) context.out.write(`${line}\n`);
      context.out.write(`  → hallpass-relay status ${slug}\n`);
    });
}

interface EditOptions {
  slug?: string;
  name?: string;
  graphTenant?: string;
  by: string;
}

function editCommand(tenant: Command, context: CliContext): void {
  tenant
    .command('edit')
    .description('change what was said of a district; the Microsoft 365 tenant only before anything was done in it')
    .argument('<tenant>', 'slug or id')
    .option('--slug <slug>', 'another short name')
    .option('--name <name>', 'another name')
    .option('--graph-tenant <guid>', 'another Microsoft 365 tenant id')
    .addOption(byOption(context))
    .addHelpText('after', '\nExample:\n  hallpass-relay tenant edit contoso --name "Contoso Unified Schools"')
    .action(async (given: string, { slug, name, graphTenant, by }: EditOptions) => {
      if (slug === undefined && name === undefined && graphTenant === undefined) {
        return tenant.error("error: one of '--slug', '--name' and '--graph-tenant' is needed");
      }
      const change: TenantChange = {
        ...(slug !== undefined && { slug: tenantFields.slug(slug) }),
        ...(name !== undefined && { name: tenantFields.name(name) }),
        ...(graphTenant !== undefined && { graphTenantId: tenantFields.graphTenant(graphTenant) }),
      };
      const found = change.graphTenantId === undefined ? [] : await tried(context, change.graphTenantId);
      const now = new Date(context.clock.now());
      const after = await withStore(context, (store) =>
        store.system(async (scope) => {
          const before = await findTenant(scope, given);
          await editTenant(scope, before, change);
          const after = await findTenant(scope, before.id);
          const detail = { changes: changesBetween(told(before), told(after)) };
          const entry = { at: now.toISOString(), who: by, action: 'tenant.edit', detail };
          await writeAudit({ ...scope, tenantId: before.id }, entry);
          return after;
        }),
      );
      context.out.write(`${after.slug}: ${after.name}, Microsoft tenant ${after.graph_tenant_id}.\n`);
      for (const line of found) context.out.write(`${line}\n`);
    });
}

function told({ slug, name, graph_tenant_id: graphTenantId }: { slug: string; name: string; graph_tenant_id: string }) {
  return { slug, name, graphTenantId };
}

/** Loaded when it is needed: Graph client and MSAL take half of a command's start-up. */
async function tried(context: CliContext, graphTenantId: string): Promise<string[]> {
  const { tryTenant } = await import('./try-tenant.ts');
  return await tryTenant(context, graphTenantId);
}
