import type { Command } from 'commander';
import { printableLine } from '../../shared/printable.ts';
import { auditNow, auditTable, relayAuditNow } from '../app/queries/audit.ts';
import { actorOf, askDistrict, type CliContext, printJson, withApp } from './context.ts';
import { rowCount } from './numbers.ts';
import { csvOption, writeCsv } from './tables.ts';
import { momentBefore } from './times.ts';

interface AuditOptions {
  since?: string;
  limit: number;
  csv?: string;
  json?: true;
}

/** Who changed what in a district, or at the relay itself. */
export function auditCommand(command: Command, context: CliContext): void {
  command
    .argument(
      '[tenant]',
      "slug or id of the district; without it, the relay's own log: settings, and districts added, changed and removed",
    )
    .option('--since <time>', 'only entries since then: 36h or 7d ago, or 2026-08-20', (text) =>
      momentBefore(text, context.clock.now()),
    )
    .option('--limit <entries>', 'at most this many, the newest', rowCount, 1_000_000)
    .addOption(csvOption('every entry'))
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  hallpass-relay audit contoso --since 7d\n  hallpass-relay audit')
    .action(async (tenant: string | undefined, options: AuditOptions) => {
      const answer =
        tenant === undefined
          ? await withApp(context, (app) => relayAuditNow(app, actorOf(context), options))
          : await askDistrict(context, { question: 'audit', tenant }, (scope) => auditNow(scope, options));
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
