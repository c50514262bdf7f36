import type { Command } from 'commander';
import { teamsNow, teamTable } from '../app/queries/teams.ts';
import { askDistrict, type CliContext, printJson, printTable } from './context.ts';
import { csvOption, writeCsv } from './tables.ts';

interface TeamsOptions {
  waiting?: true;
  csv?: string;
  json?: true;
}

/** The list that teachers need: students can use a team only when one of its owners has activated it. */
export function teamsCommand(command: Command, context: CliContext): void {
  command
    .argument('<tenant>', 'slug or id of the district')
    .option('--waiting', 'only teams that a teacher must activate')
    .addOption(csvOption('every team, with the names of teachers'))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Students do not see a team until a teacher opens it in Microsoft Teams and activates it. Hallpass looks once a day.
The CSV file contains names of people: only its owner can read it.

Example:
  hallpass-relay teams contoso --waiting --csv for-the-teachers.csv`,
    )
    .action(async (tenant: string, options: TeamsOptions) => {
      const answer = await askDistrict(context, { question: 'teams', tenant }, (scope) => teamsNow(scope, options));
      if (options.json) return printJson(context, answer);
      const { teams } = answer;
      if (options.csv !== undefined) return await writeCsv(context, options.csv, teamTable, teams);
      if (teams.length === 0) {
        context.out.write(options.waiting ? 'No team waits for a teacher.\n' : 'No class is a team.\n');
        return;
      }
      printTable(
        context,
        ['CLASS', 'SCHOOL', 'ACTIVATION', 'SINCE', 'TEACHERS'],
        teams.map((one) => [
          one.class,
          one.school,
          one.activation,
          one.since ?? '-',
          one.teachers.map(({ name, userPrincipalName }) => `${name} <${userPrincipalName ?? '-'}>`).join(', ') || '-',
        ]),
      );
    });
}
