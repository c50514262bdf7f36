import type { Command } from 'commander';
import { endBlackout, makeBlackout } from '../app/commands/blackouts.ts';
import { blackoutsNow } from '../app/queries/blackouts.ts';
import { actorOf, askDistrict, type CliContext, type Noted, noted, printJson, printTable, withApp } from './context.ts';

interface AddOptions extends Noted {
  from: string;
  to?: string;
  reason: string;
  json?: true;
}

/** Days on which nothing is written to Microsoft 365. */
export function blackoutCommands(blackout: Command, context: CliContext): void {
  blackout
    .command('list')
    .description('list the days on which nothing is written to Microsoft 365')
    .argument('<tenant>', 'slug or id of the district')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  hallpass-relay blackout list contoso')
    .action(async (tenant: string, { json }: { json?: true }) => {
      const now = context.clock.now();
      const answer = await askDistrict(context, { question: 'blackouts', tenant }, (scope) => blackoutsNow(scope, now));
      if (json) return printJson(context, answer);
      if (answer.blackouts.length === 0) {
        context.out.write(
          `No blackout: Hallpass may write on any day.\n  → hallpass-relay blackout add ${tenant} --from DATE --to DATE --reason WHY\n`,
        );
        return;
      }
      printTable(
        context,
        ['BLACKOUT', 'FROM', 'TO', 'STATE', 'REASON', 'BY'],
        answer.blackouts.map(({ id, from, to, reason, addedBy }) => [
          ...[id, from, to],
          to < answer.today ? 'over' : from > answer.today ? 'to come' : 'now',
          ...[reason, addedBy],
        ]),
      );
    });
  noted(blackout.command('add'))
    .description('write nothing to Microsoft 365 on some days; what changes meanwhile is written afterwards')
    .argument('<tenant>', 'slug or id of the district')
    .requiredOption('--from <date>', "the first day, in the district's time zone")
    .option('--to <date>', 'the last day; by default the same')
    .requiredOption('--reason <why>', 'why, for whoever asks later')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Agents go on reading PowerSchool, and previews go on. A run in progress ends between two batches when the first day begins.

Example:
  hallpass-relay blackout add contoso --from 2026-12-14 --to 2026-12-18 --reason "Final exams"`,
    )
    .action(async (tenant: string, { from, to = from, reason, json, ...rest }: AddOptions) => {
      const actor = actorOf(context, rest);
      const added = await withApp(context, (app) => makeBlackout(app, actor, { tenant, from, to, reason }));
      if (json) return printJson(context, added);
      context.out.write(`Nothing is written from ${added.from} through ${added.to}.\n`);
    });
  noted(blackout.command('remove'))
    .description('remove a blackout, also one that has begun: what has changed meanwhile is written')
    .argument('<tenant>', 'slug or id of the district')
    .argument('<blackout>', 'its id, as "blackout list" shows it')
    .addHelpText('after', '\nExample:\n  hallpass-relay blackout remove contoso 0b1c…')
    .action(async (tenant: string, id: string, options: Noted) => {
      const actor = actorOf(context, options);
      const { from, to } = await withApp(context, (app) => endBlackout(app, actor, { tenant, blackout: id }));
      context.out.write(`Removed the blackout from ${from} through ${to}.\n`);
    });
}
