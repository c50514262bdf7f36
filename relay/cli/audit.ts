import type { Command } from 'commander';
import { printableLine } from '../../shared/printable.ts';
import { auditNow, auditTable } from '../app/queries/audit.ts';
import { askDistrict, type CliContext, printJson } from './context.ts';
import { rowCount } from './numbers.ts';
import { csvOption, writeCsv } from './tables.ts';
import { momentBefore } from './times.ts';

/** Who changed what in a district. */
export function auditCommand(command: Command, context: CliContext): void {
  command
    .argument('<tenant>', 'slug or id')
    .option('--since <time>', 'only entries since then: 36h or 7d ago, or 2026-08-20', (text) =>
      momentBefore(text, context.clock.now()),
    )
    .option('--limit <entries>', 'at most this many, the newest', rowCount, 1_000_000)
    .addOption(csvOption('every entry'))
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  hallpass-relay audit contoso --since 7d')
    .action(async (tenant: string, options: { since?: string; limit: number; csv?: string; json?: true }) => {
      const answer = await askDistrict(context, { question: 'audit', tenant }, (scope) => auditNow(scope, options));
      if (options.json) return printJson(context, answer);
      const { entries } = answer;
      if (options.csv !== undefined) return await writeCsv(context, options.csv, auditTable, entries);
      if (entries.length === 0) context.out.write('Nobody has changed anything.\n');
      for (const { at, who, action, detail, note } of entries) {
        const noted = note === null ? '' : `  Note: ${printableLine(note)}\n`;
        context.out.write(`${at}  ${action}  by ${who}\n  ${JSON.stringify(detail)}\n${noted}`);
      }
    });
}
