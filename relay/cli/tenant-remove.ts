import type { Command } from 'commander';
import { fail } from '../../shared/errors.ts';
import { deleteTenant } from '../app/commands/tenants.ts';
import { actorOf, type CliContext, type Noted, noted, withApp } from './context.ts';

/** Removes a district from this relay. Microsoft 365 and PowerSchool stay as they are. */
export function tenantRemoveCommand(tenant: Command, context: CliContext): void {
  noted(tenant.command('remove'))
    .description('delete everything that this relay stores about a district; without --confirm, only show it')
    .argument('<tenant>', 'slug or id of the district')
    .option('--confirm <slug>', 'the slug again, to confirm')
    .addHelpText(
      'after',
      `
This deletes the district's roster, account links, journal, profiles, agents, tokens, waiting first passwords and audit log from
the database. Only a backup can bring them back. Accounts, classes and memberships in Microsoft 365 stay, and so do backups and
the relay's log files. The relay's own audit log ("audit" without a district) keeps who removed it.

Example:
  hallpass-relay tenant remove contoso --confirm contoso`,
    )
    .action(async (name: string, { confirm, ...options }: Noted & { confirm?: string }) => {
      const asked = { tenant: name, confirm };
      const removal = await withApp(context, (app) => deleteTenant(app, actorOf(context, options), asked));
      const { tenant, isDone, counts, agents } = removal;
      const { slug, name: title } = tenant;
      const rows = counts.reduce((sum, { rows }) => sum + rows, 0);
      const list = counts.map(({ table, rows }) => `${rows} ${table}`).join(', ');
      if (!isDone) {
        context.out.write(`${title} (${slug}) has ${rows} rows in the database: ${list || 'none'}.\n`);
        context.out.write('All of them would be deleted. Microsoft 365 would stay as it is.\n');
        throw fail('TENANT_REMOVE_UNCONFIRMED', { tenant: slug });
      }
      context.out.write(`Removed ${title} (${slug}): ${rows} rows deleted: ${list || 'none'}.\n`);
      context.out.write('Accounts, classes and memberships in Microsoft 365 stay, and so do backups and log files.\n');
      if (agents > 0) context.out.write(`Agents that can no longer connect: ${agents}.\n`);
    });
}
