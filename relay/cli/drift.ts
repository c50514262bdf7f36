import type { Command } from 'commander';
import { describeDrift, driftNow, driftTable } from '../app/queries/drift.ts';
import type { Drift } from '../drift/ledger.ts';
import { outcomeOf, sentenceOf } from '../drift/words.ts';
import { askDistrict, type CliContext, printJson } from './context.ts';
import { csvOption, writeCsv } from './tables.ts';

/** What people changed in Microsoft 365 by hand, as the last comparison found it. */
export function driftCommand(command: Command, context: CliContext): void {
  command
    .argument('<tenant>', 'slug or id of the district')
    .option('--all', 'include differences that the profile keeps, and repaired ones')
    .addOption(csvOption('every difference'))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Only its owner can read the CSV file.

Examples:
  hallpass-relay drift contoso
  hallpass-relay drift contoso --all --csv drift.csv`,
    )
    .action(async (tenant: string, options: { all?: true; json?: true; csv?: string }) => {
      const now = await askDistrict(context, { question: 'drift', tenant }, (scope) =>
        driftNow(scope, options.all === true),
      );
      const { comparedAt, differences, hidden } = now;
      if (options.json) return printJson(context, describeDrift(now));
      if (options.csv !== undefined) return await writeCsv(context, options.csv, driftTable, differences);
      // Deleted accounts are noticed without a comparison.
      context.out.write(comparedAt === null ? 'Not compared yet.\n' : `Compared ${comparedAt}\n`);
      if (differences.length === 0 && comparedAt !== null) context.out.write('No differences.\n');
      for (const drift of differences) context.out.write(describe(drift));
      if (hidden > 0) context.out.write(`\n${hidden} more are kept or repaired: --all\n`);
    });
}

function describe(drift: Drift): string {
  const { object, firstAt, repairs } = drift;
  const times = repairs === 0 ? '' : `, repaired ${repairs} times`;
  return `${object}  ${outcomeOf(drift)} since ${firstAt}${times}\n  ${sentenceOf(drift)}\n`;
}
