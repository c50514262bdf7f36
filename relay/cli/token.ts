import { type Command, InvalidArgumentError } from 'commander';
import { loadSettings, publicUrl } from '../settings/settings.ts';
import { type ApiToken, createToken, listTokens, revokeToken } from '../store/tenants/api-tokens.ts';
import { byOption, type CliContext, printJson, printTable, withNamedTenant } from './context.ts';
import { days } from './numbers.ts';

/** Tokens with which programs read what is known of a district (docs/api.md). */
export function tokenCommands(program: Command, context: CliContext): void {
  const token = program.command('token').description('tokens with which programs read a district over the API');
  token
    .command('create')
    .description('make a token that can read this district and nothing else; it is shown once')
    .argument('<tenant>', 'slug or id')
    .requiredOption('--name <name>', 'what it is for, e.g. the dashboard', label)
    .option('--days <days>', 'how long it is valid', days, 90)
    .addOption(byOption(context))
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      `
Examples:
  hallpass-relay token create contoso --name dashboard
  hallpass-relay token create contoso --name "nightly export" --days 30 --by "Kim Lee"`,
    )
    .action(async (tenant: string, options: { name: string; days: number; by: string; json?: true }) => {
      const relay = publicUrl(await loadSettings(context.home));
      const now = new Date(context.clock.now());
      const { slug, made } = await withNamedTenant(context, tenant, async (scope, { slug }) => {
        return { slug, made: await createToken(scope, options, now) };
      });
      if (options.json) return printJson(context, made);
      context.out.write(
        `Token    ${made.token}\nId       ${made.id}\nValid    until ${made.expiresAt}\n\nIt is not shown again. To read:\n  ${relay}/api/v1/tenants/${slug}/status\n  with the header "Authorization: Bearer TOKEN"\n`,
      );
    });
  token
    .command('list')
    .description('list the tokens of a district')
    .argument('<tenant>', 'slug or id')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  hallpass-relay token list contoso')
    .action(async (tenant: string, options: { json?: true }) => {
      const tokens = await withNamedTenant(context, tenant, listTokens);
      if (options.json) return printJson(context, tokens);
      printTable(
        context,
        ['TOKEN', 'NAME', 'CREATED', 'BY', 'LAST USED', 'STATE'],
        tokens.map((one) => [
          ...[one.id, one.name, one.createdAt, one.createdBy, one.lastUsedAt ?? 'never'],
          stateOf(one, context.clock.now()),
        ]),
      );
    });
  token
    .command('revoke')
    .description('have a token refused from now on, for good')
    .argument('<tenant>', 'slug or id')
    .argument('<token>', 'id, from "token list"; never the token itself')
    .addOption(byOption(context))
    .addHelpText('after', '\nExample:\n  hallpass-relay token revoke contoso 3f2b6c1e-…')
    .action(async (tenant: string, id: string, { by }: { by: string }) => {
      const now = new Date(context.clock.now());
      await withNamedTenant(context, tenant, (scope) => revokeToken(scope, id, by, now));
      context.out.write(`Revoked ${id}.\n`);
    });
}

/** Names are written into tables and logs: one short line. */
function label(text: string): string {
  const name = text.trim();
  if (name !== '' && name.length <= 100 && !/\p{Cc}/u.test(name)) return name;
  throw new InvalidArgumentError('Give 1 to 100 characters in one line.');
}

function stateOf({ revokedAt, expiresAt }: ApiToken, nowMs: number): string {
  if (revokedAt !== null) return `revoked ${revokedAt}`;
  return `${Date.parse(expiresAt) <= nowMs ? 'expired' : 'valid until'} ${expiresAt}`;
}
