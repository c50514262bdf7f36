import type { Command } from 'commander';
import { printableLine } from '../../shared/printable.ts';
import { acceptMovedServer } from '../app/commands/tenants.ts';
import type { KnownServer } from '../store/agents/source-servers.ts';
import { actorOf, type CliContext, type Noted, noted, withApp } from './context.ts';

/** A PowerSchool server that moved: it identifies itself differently, but has the same data. */
export function tenantAcceptCommand(tenant: Command, context: CliContext): void {
  noted(tenant.command('accept'))
    .description('accept a refused PowerSchool server that has the same data as the previous one')
    .argument('<tenant>', 'slug or id of the district')
    .argument('<server>', 'its address, from "tenant show" or the refusal')
    .addHelpText(
      'after',
      `
Only for a server with the same database: moved, renamed, or reinstalled from a backup. With another database, people would get
the accounts of those who have the same numbers in the old one; add such a server as a separate district.

Example:
  hallpass-relay tenant accept contoso ps-new.contoso.org`,
    )
    .action(async (name: string, given: string, options: Noted) => {
      const asked = { tenant: name, server: given };
      const accepted = await withApp(context, (app) => acceptMovedServer(app, actorOf(context, options), asked));
      const server = printableLine(accepted.server);
      context.out.write(`${accepted.tenant.slug}: ${server} is now accepted as its PowerSchool server.\n`);
      context.out.write('Its agent reconnects within a minute or two.\n');
    });
}

/** The servers that a district's agents named, and what to do about refused ones. */
export function serverLines(slug: string, servers: readonly Omit<KnownServer, 'id'>[]): string[] {
  return servers.flatMap(({ host, isAccepted, firstAt, lastAt }) => {
    const shown = printableLine(host);
    if (isAccepted) return [`${'PowerSchool'.padEnd(18)}${shown}, since ${firstAt}`];
    const refused = `${''.padEnd(18)}${shown} was refused, last ${lastAt}: another server`;
    return [refused, `  → hallpass-relay tenant accept ${slug} ${shown}   (only if it has the same data)`];
  });
}
