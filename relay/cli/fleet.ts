import type { Command } from 'commander';
import { ago } from '../app/queries/agent-condition.ts';
import { describeFleet, type FleetLine, fleetNow, fleetTable } from '../app/queries/fleet.ts';
import { actorOf, type CliContext, printJson, printTable, withApp } from './context.ts';
import { csvOption, writeCsv } from './tables.ts';

const marks: Record<FleetLine['need'], string> = {
  stopped: '✗ stopped',
  broken: '✗ broken',
  decision: '! held',
  attention: '! problems',
  unfinished: '· not yet',
  fine: '✓ fine',
};

/** `status` shows longer sentences. */
const whyLength = 90;

/** Which district needs attention. */
export function fleetCommand(command: Command, context: CliContext): void {
  command
    .addOption(csvOption('every district'))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
stopped: nothing is written until somebody acts. broken: an agent is disconnected or has a problem. held: operations wait for a
decision. not yet: being set up, in preview, or paused.

Examples:
  hallpass-relay fleet
  hallpass-relay fleet --csv fleet.csv`,
    )
    .action(async (options: { csv?: string; json?: true }) => {
      const nowMs = context.clock.now();
      const answer = describeFleet(await withApp(context, (app) => fleetNow(app, actorOf(context))), nowMs);
      if (options.json) return printJson(context, answer);
      const { districts } = answer;
      if (options.csv !== undefined) return await writeCsv(context, options.csv, fleetTable, districts);
      if (districts.length === 0) {
        context.out.write('No districts yet.\n  → hallpass-relay tenant add --help\n');
        return;
      }
      printTable(
        context,
        ['DISTRICT', 'STATE', 'PROFILE', 'AGENT', 'ROSTER', 'HELD', 'PROBLEMS', 'WHY'],
        districts.map((line) => [
          line.slug,
          marks[line.need],
          line.standing,
          line.agent ?? 'none',
          line.committedAt === null ? 'never' : ago(line.committedAt, nowMs),
          ...[line.held, line.problems].map(String),
          line.why.length > whyLength ? `${line.why.slice(0, whyLength - 1)}…` : line.why,
        ]),
      );
    });
}
