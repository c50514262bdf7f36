import type { Command } from 'commander';
import { fail } from '../../shared/errors.ts';
import { onlyLine } from '../../shared/person-text.ts';
import { readTextFile } from '../../shared/text-file.ts';
import { makeSignInLink } from '../app/commands/sign-in-links.ts';
import { setSignInProvider } from '../app/commands/sign-in-provider.ts';
import { signInProviderNow } from '../app/queries/sign-in-provider.ts';
import { loadSettings, publicUrl } from '../settings/settings.ts';
import { actorOf, type CliContext, type Noted, noted, printJson, withApp } from './context.ts';

/** How people get in to the console (docs/relay.md). */
export function signInCommands(signIn: Command, context: CliContext): void {
  signIn
    .command('show')
    .description('show the sign-in provider, and the redirect URI to register there')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  hallpass-relay sign-in show')
    .action(async ({ json }: { json?: true }) => {
      const provider = await withApp(context, (app) => signInProviderNow(app, actorOf(context)));
      const redirectUri = await redirectTo(context);
      if (json) return printJson(context, { provider, redirectUri });
      const { issuer = 'none yet', clientId = '-', changedAt = '-' } = provider ?? {};
      context.out.write(
        `Issuer        ${issuer}\nClient id     ${clientId}\nChanged       ${changedAt}\nRedirect URI  ${redirectUri}\n`,
      );
    });
  noted(signIn.command('provider'))
    .description('set the sign-in provider (OpenID Connect); it is asked for its description before anything is kept')
    .option('--issuer <url>', 'its issuer; by default any work or school account of Microsoft Entra')
    .requiredOption('--client-id <id>', 'id of the application that is registered there')
    .requiredOption('--client-secret-file <file>', "file with that application's client secret")
    .option('--ca <file>', 'private certificate authority of the provider, PEM')
    .addHelpText(
      'after',
      `
Examples:
  hallpass-relay sign-in provider --client-id GUID --client-secret-file sign-in.secret
  hallpass-relay sign-in provider --issuer https://login.example.org --client-id hallpass --client-secret-file sign-in.secret`,
    )
    .action(async ({ issuer, clientId, clientSecretFile, ca, ...note }: ProviderOptions) => {
      const { graph } = await loadSettings(context.home);
      const input = {
        issuer: issuer ?? `${graph.authority.replace(/\/$/, '')}/organizations/v2.0`,
        clientId,
        secret: await secretIn(clientSecretFile),
        authorities: ca === undefined ? null : await readTextFile(ca),
      };
      const { proxies = {} } = context;
      await withApp(context, (app) => setSignInProvider({ ...app, proxies }, actorOf(context, note), input));
      context.out.write(`People sign in by ${input.issuer} now.\nRedirect URI  ${await redirectTo(context)}\n`);
    });
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
      const { secret, expiresAt } = await withApp(context, (app) => makeSignInLink(app, actorOf(context, options)));
      const link = await linkOf(context, secret);
      if (options.json) return printJson(context, { link, expiresAt });
      context.out.write(`${link}\n\nIt works once, until ${expiresAt}. The relay must be running.\n`);
    });
}

interface ProviderOptions extends Noted {
  issuer?: string;
  clientId: string;
  clientSecretFile: string;
  ca?: string;
}

async function secretIn(file: string): Promise<string> {
  const secret = onlyLine(await readTextFile(file), `The file ${file}`);
  if (secret !== undefined) return secret;
  throw fail('TEXT_UNREADABLE', { source: `The file ${file}`, reason: 'it is empty' });
}

async function redirectTo({ home }: CliContext): Promise<string> {
  return `${publicUrl(await loadSettings(home))}/console/sign-in/callback`;
}

/** The address of a one-time link. Its code stands behind the "#", which browsers send to no server. */
export async function linkOf({ home }: CliContext, secret: string): Promise<string> {
  return `${publicUrl(await loadSettings(home))}/console/link#${secret}`;
}
