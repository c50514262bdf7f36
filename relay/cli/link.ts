import { type Command, Option } from 'commander';
import { timestamp } from '../../shared/clock.ts';
import { personMeant } from '../app/queries/one-person.ts';
import { personKey } from '../model/person.ts';
import type { Role } from '../model/role.ts';
import { findLink, listLinks, unlinkByHand } from '../store/accounts/links.ts';
import { writeAudit } from '../store/audit/audit.ts';
import { byOption, type CliContext, printJson, printTable, readNamedTenant, withNamedTenant } from './context.ts';

/** Who has which account: shown, and changed by hand. */
export function linkCommands(program: Command, context: CliContext): void {
  const link = program.command('link').description('who has which account');
  link
    .command('list')
    .description('list people and their accounts, since when and by which rule')
    .argument('<tenant>', 'slug or id')
    .addOption(new Option('--role <role>', 'one of the two').choices(['students', 'teachers']))
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  hallpass-relay link list contoso --role teachers')
    .action(async (tenant: string, options: { role?: Role; json?: true }) => {
      const all = await withNamedTenant(context, tenant, listLinks);
      const links = all.filter(({ role }) => options.role === undefined || role === options.role);
      if (options.json) return printJson(context, { links });
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
  link
    .command('set')
    .description('give a person an account by hand; rules never change it again')
    .argument('<tenant>', 'slug or id')
    .argument('<person>', 'who: students:DCID as problems name them, number, user name, address, name, or account')
    .argument('<account>', 'object id or userPrincipalName')
    .addOption(byOption(context))
    .addHelpText(
      'after',
      `
An account of somebody who has left PowerSchool is handed over, with its classes, which the next run puts right.

Example:
  hallpass-relay link set contoso students:4711 ana.simic@contoso.edu --by "Kim Lee"`,
    )
    .action(async (tenant: string, person: string, account: string, { by }: { by: string }) => {
      const { linkPerson } = await import('./link-person.ts');
      const meant = await readNamedTenant(context, tenant, (scope) => personMeant(scope, person));
      const { userPrincipalName, former, listedBy } = await linkPerson(context, tenant, { person: meant, account, by });
      const before = former === undefined ? '' : `, which was that of ${former}, who has left PowerSchool`;
      context.out.write(
        `${personKey(meant.role, meant.personId)} has the account ${userPrincipalName} from now on${before}. The next run goes on with it.\n`,
      );
      if (listedBy === undefined) return;
      context.out.write(
        `It is in "identity.never" of the profile "${listedBy}": no rule gives it to anybody, and you just did.\n`,
      );
    });
  link
    .command('remove')
    .description('take an account from a person by hand; the account itself, and where it is a member, stay')
    .argument('<tenant>', 'slug or id')
    .argument('<person>', 'who, likewise')
    .addOption(byOption(context))
    .addHelpText(
      'after',
      `
The next run looks for an account by the profile's rules again: it finds the same one unless the rules, the data or the
account have changed. To give the person another one, use "link set". For somebody whose account was deleted in Microsoft 365,
it is forgotten that it was theirs: where accounts are created, a new one is made.

Example:
  hallpass-relay link remove contoso students:4711`,
    )
    .action(async (tenant: string, asked: string, { by }: { by: string }) => {
      const person = await readNamedTenant(context, tenant, (scope) => personMeant(scope, asked));
      const name = personKey(person.role, person.personId);
      const now = timestamp(context.clock);
      const wasLinked = await withNamedTenant(context, tenant, async (scope) => {
        const before = await findLink(scope, person.role, person.personId);
        await unlinkByHand(scope, person, now);
        const detail = { person: name, objectId: before?.objectId, rule: before?.rule };
        await writeAudit(scope, { at: now, who: by, action: 'link.remove', detail });
        return before !== undefined;
      });
      context.out.write(
        wasLinked
          ? `${name} has no account from now on. The account itself was left alone.\n`
          : `The deleted account of ${name} is forgotten. The next run looks for another one by the profile's rules.\n`,
      );
    });
}
