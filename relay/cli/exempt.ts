import type { Command } from 'commander';
import { endExemption, makeExempt } from '../app/commands/exempt.ts';
import { exemptNow } from '../app/queries/exempt.ts';
import { actorOf, askDistrict, type CliContext, type Noted, noted, printJson, printTable, withApp } from './context.ts';

/** Accounts that Hallpass never writes to. */
export function exemptCommands(exempt: Command, context: CliContext): void {
  exempt
    .command('list')
    .description('list the accounts that Hallpass never writes to, and why')
    .argument('<tenant>', 'slug or id of the district')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  hallpass-relay exempt list contoso')
    .action(async (tenant: string, { json }: { json?: true }) => {
      const answer = await askDistrict(context, { question: 'exempt', tenant }, exemptNow);
      if (json) return printJson(context, answer);
      if (answer.accounts.length === 0) {
        context.out.write(
          `No account is exempt: Hallpass may write to every account that belongs to somebody.\n  → hallpass-relay exempt add ${tenant} ACCOUNT --reason WHY\n`,
        );
        return;
      }
      printTable(
        context,
        ['ACCOUNT', 'REASON', 'SINCE', 'BY'],
        answer.accounts.map(({ account, reason, addedAt, addedBy }) => [account, reason, addedAt, addedBy]),
      );
    });
  noted(exempt.command('add'))
    .description('never write to an account again: no values, no license, no sign-in, no membership')
    .argument('<tenant>', 'slug or id of the district')
    .argument('<account>', 'user name or object id, with * for any characters')
    .requiredOption('--reason <why>', 'why, for whoever asks later')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
A run in progress ends between two batches. What the account has stays as it is, and so do its classes.

Examples:
  hallpass-relay exempt add contoso principal@contoso.edu --reason "Looked after by the district office"
  hallpass-relay exempt add contoso "admin-*@contoso.edu" --reason "Administrators"`,
    )
    .action(async (tenant: string, account: string, options: Noted & { reason: string; json?: true }) => {
      const { reason, json } = options;
      const entry = await withApp(context, (app) =>
        makeExempt(app, actorOf(context, options), { tenant, account, reason }),
      );
      if (json) return printJson(context, entry);
      context.out.write(`Hallpass no longer writes to ${entry.account}.\n`);
    });
  noted(exempt.command('remove'))
    .description('let Hallpass look after an account again')
    .argument('<tenant>', 'slug or id of the district')
    .argument('<account>', 'as "exempt list" shows it')
    .addHelpText('after', '\nExample:\n  hallpass-relay exempt remove contoso principal@contoso.edu')
    .action(async (tenant: string, account: string, options: Noted) => {
      const entry = await withApp(context, (app) => endExemption(app, actorOf(context, options), { tenant, account }));
      context.out.write(`${entry.account} is exempt no more: the next run writes what has changed.\n`);
    });
}
