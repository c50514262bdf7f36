import { type Command, InvalidArgumentError, Option } from 'commander';
import { scopesFor } from '../app/access.ts';
import { endToken, makeToken } from '../app/commands/tokens.ts';
import { type AccessRole, accessRoles } from '../model/access-role.ts';
import { type AccessScope, accessScopes } from '../model/access-scope.ts';
import { loadSettings, publicUrl } from '../settings/settings.ts';
import { type ApiToken, listTokens } from '../store/tenants/api-tokens.ts';
import { actorOf, askDistrict, type CliContext, type Noted, noted, printJson, printTable, withApp } from './context.ts';
import { days } from './numbers.ts';

/** Tokens with which programs use the API (docs/api.md). */
export function tokenCommands(token: Command, context: CliContext): void {
  noted(token.command('create'))
    .description('create a token and show it once; by default it can only read this district')
    .argument('<tenant>', 'slug or id of the district')
    .requiredOption('--name <name>', 'what it is for, e.g. the dashboard', label)
    .addOption(
      new Option(
        '--role <role>',
        'viewer: reads; admin: also changes what belongs to its districts; operator: everything, everywhere',
      )
        .choices(accessRoles)
        .default('viewer'),
    )
    .addOption(
      new Option(
        '--scope <scope...>',
        'only these subjects; by default everything that the role can use, except first passwords',
      ).choices(accessScopes),
    )
    .option('--also <tenant...>', 'more districts that it gives access to')
    .option('--all-districts', 'give access to every district, including future ones')
    .option('--days <days>', 'how long it is valid', days, 90)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  hallpass-relay token create contoso --name dashboard
  hallpass-relay token create contoso --name "nightly export" --days 30
  hallpass-relay token create contoso --name approvals --role admin --scope holds status
  hallpass-relay token create contoso --name portal --role admin --also fabrikam --note "Ticket 4711"`,
    )
    .action(async (tenant: string, options: CreateOptions) => {
      const { name, days, role, scope: scopes, also, allDistricts, json } = options;
      const relay = publicUrl(await loadSettings(context.home));
      const asked = { tenant, name, days, role, scopes, also: allDistricts ? ('all' as const) : (also ?? []) };
      const actor = actorOf(context, options);
      const { slug, ...made } = await withApp(context, (app) => makeToken(app, actor, asked));
      if (json) return printJson(context, made);
      context.out.write(
        `Token    ${made.token}\nId       ${made.id}\nValid    until ${made.expiresAt}\nScopes   ${made.scopes.join(', ')}\n\nIt is not shown again. To read:\n  ${relay}/api/v1/tenants/${slug}/status\n  with the header "Authorization: Bearer TOKEN"\n`,
      );
    });
  token
    .command('list')
    .description('list the tokens of a district')
    .argument('<tenant>', 'slug or id of the district')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  hallpass-relay token list contoso')
    .action(async (tenant: string, options: { json?: true }) => {
      const tokens = await askDistrict(context, { question: 'tokens', tenant }, listTokens);
      if (options.json) return printJson(context, tokens);
      if (tokens.length === 0) {
        context.out.write(`No tokens yet.\n  → hallpass-relay token create ${tenant} --name NAME\n`);
        return;
      }
      printTable(
        context,
        ['TOKEN', 'NAME', 'ROLE', 'SCOPES', 'CREATED', 'BY', 'LAST USED', 'STATE'],
        tokens.map((one) => [
          ...[
            one.id,
            one.name,
            one.opensOthers ? `${one.role} (of others, too)` : one.role,
            scopesOf(one),
            one.createdAt,
            one.createdBy,
            one.lastUsedAt ?? 'never',
          ],
          stateOf(one, context.clock.now()),
        ]),
      );
    });
  noted(token.command('revoke'))
    .description('revoke a token for good')
    .argument('<tenant>', 'slug or id of the district')
    .argument('<token>', 'id, from "token list"; never the token itself')
    .addHelpText('after', '\nExample:\n  hallpass-relay token revoke contoso 3f2b6c1e-…')
    .action(async (tenant: string, id: string, options: Noted) => {
      const actor = actorOf(context, options);
      await withApp(context, (app) => endToken(app, actor, { tenant, token: id }));
      context.out.write(`Revoked ${id}.\n`);
    });
}

interface CreateOptions extends Noted {
  name: string;
  days: number;
  role: AccessRole;
  scope?: AccessScope[];
  also?: string[];
  allDistricts?: true;
  json?: true;
}

/** Names appear in tables and logs, so they must be one short line. */
function label(text: string): string {
  const name = text.trim();
  if (name !== '' && name.length <= 100 && !/\p{Cc}/u.test(name)) return name;
  throw new InvalidArgumentError('Give 1 to 100 characters in one line.');
}

function scopesOf({ role, scopes }: ApiToken): string {
  return scopesFor(role).every((scope) => scopes.includes(scope)) ? 'all' : scopes.join(' ');
}

function stateOf({ revokedAt, expiresAt }: ApiToken, nowMs: number): string {
  if (revokedAt !== null) return `revoked ${revokedAt}`;
  return `${Date.parse(expiresAt) <= nowMs ? 'expired' : 'valid until'} ${expiresAt}`;
}
