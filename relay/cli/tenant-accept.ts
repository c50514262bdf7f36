import type { Command } from 'commander';
import { timestamp } from '../../shared/clock.ts';
import { fail } from '../../shared/errors.ts';
import { didYouMean } from '../../shared/nearest.ts';
import { printableLine } from '../../shared/printable.ts';
import { acceptServer, type KnownServer, readServers } from '../store/agents/source-servers.ts';
import { writeAudit } from '../store/audit/audit.ts';
import { byOption, type CliContext, withNamedTenant } from './context.ts';

/** A PowerSchool server that moved: what it says of itself is new, and its data is that of before. */
export function tenantAcceptCommand(tenant: Command, context: CliContext): void {
  tenant
    .command('accept')
    .description('say that a PowerSchool server that was refused has the same data as the one of before')
    .argument('<tenant>', 'slug or id')
    .argument('<server>', 'its address, as "tenant show" and the refusal say it')
    .addOption(byOption(context))
    .addHelpText(
      'after',
      `
Only for a server with the same database: moved, renamed, or set up anew from a backup. With another database the accounts of
its people would go to those who have the same numbers in the old one; such a server needs a district of its own.

Example:
  hallpass-relay tenant accept contoso ps-new.contoso.org`,
    )
    .action(async (name: string, given: string, { by }: { by: string }) => {
      const server = given.replace(/^https?:\/\//i, '').replace(/\/.*$/s, '');
      const slug = await withNamedTenant(context, name, async (scope, { slug }) => {
        const accepted = await acceptServer(scope, server);
        if (accepted.length === 0) {
          const refused = (await readServers(scope)).filter(({ isAccepted }) => !isAccepted).map(({ host }) => host);
          throw fail('SERVER_NOT_REFUSED', { tenant: slug, server, hint: didYouMean(server, refused) });
        }
        const at = timestamp(context.clock);
        await writeAudit(scope, { at, who: by, action: 'tenant.accept', detail: { servers: accepted } });
        return slug;
      });
      context.out.write(`${slug}: ${printableLine(server)} is taken for the PowerSchool server of before.\n`);
      context.out.write('Its agent comes back within a minute or two.\n');
    });
}

/** The servers that agents of a district named, and what to do about those that were refused. */
export function serverLines(slug: string, servers: readonly KnownServer[]): string[] {
  return servers.flatMap(({ host, isAccepted, firstAt, lastAt }) => {
    const shown = printableLine(host);
    if (isAccepted) return [`${'PowerSchool'.padEnd(18)}${shown}, since ${firstAt}`];
    const refused = `${''.padEnd(18)}${shown} was refused, last ${lastAt}: another server`;
    return [refused, `  → hallpass-relay tenant accept ${slug} ${shown}   (only if it has the same data)`];
  });
}
