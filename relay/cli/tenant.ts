import type { Command } from 'commander';
import { z } from 'zod';
import { fail } from '../../shared/errors.ts';
import { writeAudit } from '../store/audit.ts';
import { createTenant, listTenants } from '../store/system.ts';
import { byOption, type CliContext, printJson, printTable, withStore } from './context.ts';

const slugSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and dashes, at most 63');
const nameSchema = z.string().trim().min(1, 'it is empty').max(200, 'at most 200 characters');
const graphTenantSchema = z.guid("the GUID of the district's Microsoft 365 tenant");

export function tenantCommands(program: Command, context: CliContext): void {
  const tenant = program.command('tenant').description('districts that this relay serves');
  tenant
    .command('add')
    .description('add a district')
    .argument('<slug>', 'short name for commands and logs, e.g. contoso')
    .requiredOption('--name <name>', 'name of the district')
    .requiredOption('--graph-tenant <guid>', "the district's Microsoft 365 tenant")
    .addOption(byOption(context))
    .addHelpText(
      'after',
      `
Example:
  hallpass-relay tenant add contoso --name "Contoso Schools" --graph-tenant 00000000-0000-0000-0000-000000000000`,
    )
    .action(async (slug: string, options: { name: string; graphTenant: string; by: string }) => {
      const given = {
        slug: checked(slugSchema, slug, 'slug'),
        name: checked(nameSchema, options.name, 'name'),
        graphTenantId: checked(graphTenantSchema, options.graphTenant, 'graph-tenant'),
      };
      const now = new Date(context.clock.now());
      const made = await withStore(context, (store) =>
        store.system(async (scope) => {
          const made = await createTenant(scope, given, now);
          const entry = { at: now.toISOString(), who: options.by, action: 'tenant.add', detail: given };
          await writeAudit({ ...scope, tenantId: made.id }, entry);
          return made;
        }),
      );
      context.out.write(`Added ${made.slug} (${made.id}).\n  → hallpass-relay profile set ${made.slug} FILE.json\n`);
    });
  tenant
    .command('list')
    .description('list the districts')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  hallpass-relay tenant list --json')
    .action(async (options: { json?: true }) => {
      const tenants = await withStore(context, (store) => store.system(listTenants));
      if (options.json) {
        const rows = tenants.map(({ id, slug, name, graph_tenant_id, committed_at, created_at }) => ({
          id,
          slug,
          name,
          graphTenantId: graph_tenant_id,
          committedAt: committed_at,
          createdAt: created_at,
        }));
        return printJson(context, rows);
      }
      printTable(
        context,
        ['SLUG', 'NAME', 'MICROSOFT TENANT', 'LAST COMMIT'],
        tenants.map((row) => [row.slug, row.name, row.graph_tenant_id, row.committed_at ?? 'never']),
      );
    });
}

function checked(schema: z.ZodType<string>, value: string, setting: string): string {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw fail('RELAY_SETTING_INVALID', { setting, reason: result.error.issues[0]?.message ?? 'invalid' });
}
