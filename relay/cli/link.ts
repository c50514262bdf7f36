import { type Command, Option } from 'commander';
import { unlinkPerson } from '../app/commands/unlink-person.ts';
import { personKey } from '../model/person-key.ts';
import type { Role } from '../model/role.ts';
import { listLinks } from '../store/accounts/links.ts';
import { actorOf, askDistrict, type CliContext, type Noted, noted, printJson, printTable, withApp } from './context.ts';

/** Who has which account: shown, and changed by hand. */
export function linkCommands(link: Command, context: CliContext): void {
  link
    .command('list')
    .description('list people with their accounts, since when, and by which rule')
    .argument('<tenant>', 'slug or id of the district')
    .addOption(new Option('--role <role>', 'only students, or only teachers').choices(['students', 'teachers']))
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  hallpass-relay link list contoso --role teachers')
    .action(async (tenant: string, options: { role?: Role; json?: true }) => {
      const all = await askDistrict(context, { question: 'links', tenant }, (scope) => listLinks(scope));
      const links = all.filter(({ role }) => options.role === undefined || role === options.role);
      if (options.json) return printJson(context, { links });
      if (links.length === 0) {
        context.out.write(`Nobody has an account yet: an enabled profile's first run links people.\n`);
        return;
      }
      printTable(
        context,
        ['PERSON', 'ACCOUNT', 'RULE', 'SINCE'],
        links.map((one) => [
          personKey(one.role, one.personId),
          one.userPrincipalName ?? one.objectId,
          one.rule,
          one.linkedAt,
        ]),
      );
    });
  noted(link.command('set'))
    .description('link an account to a person by hand; identity rules never change it again')
    .argument('<tenant>', 'slug or id of the district')
    .argument('<person>', 'students:DCID or teachers:DCID, number, user name, email address, name, or account')
    .argument('<account>', 'object id or userPrincipalName')
    .addHelpText(
      'after',
      `
If the account belongs to a person who left PowerSchool, it is handed over with its classes; the next run corrects these.

Example:
  hallpass-relay link set contoso students:4711 ana.simic@contoso.edu --note "Ticket 4711"`,
    )
    .action(async (tenant: string, person: string, account: string, options: Noted) => {
      const { linkPerson } = await import('../app/commands/link-person.ts');
      const asked = { tenant, person, account };
      const linked = await withApp(context, (app) => linkPerson(app, actorOf(context, options), asked));
      const { userPrincipalName, former, listedBy } = linked;
      const before = former === undefined ? '' : `, which belonged to ${former}, who left PowerSchool`;
      context.out.write(`${linked.person} now has the account ${userPrincipalName}${before}. The next run uses it.\n`);
      if (listedBy === undefined) return;
      context.out.write(
        `It is in "identity.never" of the profile "${listedBy}": no rule gives it to anybody, but you just did.\n`,
      );
    });
  noted(link.command('remove'))
    .description('unlink an account from a person; the account and its memberships stay')
    .argument('<tenant>', 'slug or id of the district')
    .argument('<person>', 'as for "link set"')
    .addHelpText(
      'after',
      `
The next run matches the person by the profile's rules again, and finds the same account unless the rules, the data or the
account changed. To link another account, use "link set". If the account was deleted in Microsoft 365, the relay forgets it;
a profile that creates accounts then creates a new one.

Example:
  hallpass-relay link remove contoso students:4711`,
    )
    .action(async (tenant: string, asked: string, options: Noted) => {
      const { person, wasLinked } = await withApp(context, (app) =>
        unlinkPerson(app, actorOf(context, options), { tenant, person: asked }),
      );
      context.out.write(
        wasLinked
          ? `${person} no longer has an account. The account itself is unchanged.\n`
          : `The deleted account of ${person} is forgotten. The next run looks for another one by the profile's rules.\n`,
      );
    });
}
