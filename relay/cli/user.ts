import { type Command, InvalidArgumentError, Option } from 'commander';
import { invite, removeUser, withdraw } from '../app/commands/users.ts';
import { type ListedUsers, usersNow } from '../app/queries/users.ts';
import { isRelayRole, type UserRole, userRoles } from '../model/user-role.ts';
import { actorOf, type CliContext, type Noted, noted, printJson, printTable, withApp } from './context.ts';
import { linkOf } from './sign-in.ts';

/** Who may use the console (docs/relay.md). Without a district, the roles in every district are meant. */
export function userCommands(user: Command, context: CliContext): void {
  noted(user.command('invite'))
    .description('create a link with which somebody gets a role at the console, and show it once')
    .argument('[tenant]', 'slug or id of the district; none for operators and observers')
    .addOption(new Option('--role <role>', 'what they may do').choices(userRoles).makeOptionMandatory())
    .requiredOption('--for <name>', 'whom it is for', label)
    .option('--school <id...>', 'the schools of a school viewer')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Roles: operator: everything, everywhere. observer: sees the same, and changes nothing. In a district: admin, viewer,
schoolViewer (of some schools), registrar (problems that PowerSchool's people can fix).

Examples:
  hallpass-relay user invite contoso --role admin --for "Dana Cole"
  hallpass-relay user invite contoso --role schoolViewer --school 1 2 --for "Office of School 1 and 2"
  hallpass-relay user invite --role operator --for "Sam Reed"`,
    )
    .action(async (tenant: string | undefined, options: InviteOptions) => {
      const { role, for: whom, school: schools, json } = options;
      needPlace(role, tenant);
      const actor = actorOf(context, options);
      const asked = { role, tenant, schools, label: whom };
      const { secret, ...made } = await withApp(context, (app) => invite(app, actor, asked));
      const link = await linkOf(context, secret);
      if (json) return printJson(context, { ...made, link });
      context.out.write(
        `${link}\n\nSend it to ${whom}. It works once, until ${made.expiresAt}, and is not shown again.\n`,
      );
    });
  user
    .command('list')
    .description('list users and open invitations')
    .argument('[tenant]', 'slug or id of the district')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  hallpass-relay user list contoso\n  hallpass-relay user list')
    .action(async (tenant: string | undefined, { json }: { json?: true }) => {
      const listed = await withApp(context, (app) => usersNow(app, actorOf(context), tenant));
      if (json) return printJson(context, listed);
      printTable(context, ['ID', 'NAME', 'ADDRESS', 'ROLE', 'LAST SIGN-IN'], rowsOf(listed));
    });
  noted(user.command('withdraw'))
    .description('withdraw an invitation')
    .argument('[tenant]', 'slug or id of the district')
    .requiredOption('--invitation <id>', 'its id')
    .addHelpText('after', '\nExample:\n  hallpass-relay user withdraw contoso --invitation ID')
    .action(async (tenant: string | undefined, { invitation, ...note }: Noted & { invitation: string }) => {
      await withApp(context, (app) => withdraw(app, actorOf(context, note), { tenant, invitation }));
      context.out.write(`The invitation ${invitation} does not work anymore.\n`);
    });
  noted(user.command('remove'))
    .description("take away a user's role; they are out with their next click")
    .argument('[tenant]', 'slug or id of the district')
    .requiredOption('--user <id>', 'their id')
    .addHelpText('after', '\nExample:\n  hallpass-relay user remove contoso --user ID --note "Left the district"')
    .action(async (tenant: string | undefined, { user: id, ...note }: Noted & { user: string }) => {
      await withApp(context, (app) => removeUser(app, actorOf(context, note), { tenant, user: id }));
      context.out.write(
        `The user ${id} has no role ${tenant === undefined ? 'in every district' : 'there'} anymore.\n`,
      );
    });
}

interface InviteOptions extends Noted {
  role: UserRole;
  for: string;
  school?: string[];
  json?: true;
}

function needPlace(role: UserRole, tenant: string | undefined): void {
  if (isRelayRole(role) === (tenant === undefined)) return;
  const reason = isRelayRole(role) ? 'is for every district: name none' : 'is for one district: name it';
  throw new InvalidArgumentError(`The role ${role} ${reason}.`);
}

function label(text: string): string {
  const name = text.trim();
  if (name !== '' && name.length <= 100 && !/\p{Cc}/u.test(name)) return name;
  throw new InvalidArgumentError('Give 1 to 100 characters in one line.');
}

function rowsOf({ users, invitations }: ListedUsers): string[][] {
  const roleOf = ({ role, schools }: ListedUsers['users'][number]['grant']) =>
    schools === null ? role : `${role} (${schools.join(' ')})`;
  return [
    ...users.map(({ id, name, email, grant, lastSignInAt }) => [
      ...[id, name, email ?? '', roleOf(grant), lastSignInAt ?? 'never'],
    ]),
    ...invitations.map(({ id, label: name, grant, expiresAt }) => [
      ...[id, name, '', roleOf(grant), `invited until ${expiresAt}`],
    ]),
  ];
}
