import type { Command } from 'commander';
import { makeSignInLink } from '../app/commands/sign-in-links.ts';
import { loadSettings, publicUrl } from '../settings/settings.ts';
import { actorOf, type CliContext, type Noted, noted, printJson, withApp } from './context.ts';

/** How people get in to the console (docs/relay.md). */
export function signInCommands(signIn: Command, context: CliContext): void {
  noted(signIn.command('link'))
    .description('create a one-time link that signs you in to the console as an operator, valid for 10 minutes')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
For the first set-up, and when the sign-in provider fails. The relay logs its use, and writes it to the relay's audit log.

Example:
  hallpass-relay sign-in link --note "Provider is down, ticket 4711"`,
    )
    .action(async (options: Noted & { json?: true }) => {
      const relay = publicUrl(await loadSettings(context.home));
      const { secret, expiresAt } = await withApp(context, (app) => makeSignInLink(app, actorOf(context, options)));
      const link = `${relay}/console/link#${secret}`;
      if (options.json) return printJson(context, { link, expiresAt });
      context.out.write(`${link}\n\nIt works once, until ${expiresAt}. The relay must be running.\n`);
    });
}
