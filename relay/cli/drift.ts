import type { Command } from 'commander';
import type { Drift } from '../drift/ledger.ts';
import { outcomeOf, sentenceOf } from '../drift/words.ts';
import { personKey } from '../identity/people.ts';
import { readDeletedAccounts } from '../store/deleted-accounts.ts';
import { readDrift, readReadings } from '../store/drift.ts';
import { readProblems } from '../store/problems.ts';
import type { TenantScope } from '../store/store.ts';
import { type CliContext, printJson, withNamedTenant } from './context.ts';
import { csvOption, writeCsv } from './tables.ts';

/** What people changed in Microsoft 365 by hand, as the last comparison found it. */
export function driftCommand(program: Command, context: CliContext): void {
  program
    .command('drift')
    .description('what differs in Microsoft 365 from what was done there, and what becomes of it')
    .argument('<tenant>', 'slug or id')
    .option('--all', 'with what the profile wants kept, and what has been repaired')
    .addOption(csvOption('every difference'))
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      `
The CSV file can only be read by its owner.

Examples:
  hallpass-relay drift contoso
  hallpass-relay drift contoso --all --csv drift.csv`,
    )
    .action(async (tenant: string, options: { all?: true; json?: true; csv?: string }) => {
      const { drifts, comparedAt } = await withNamedTenant(context, tenant, async (scope) => {
        const readings = await readReadings(scope);
        const drifts = [...(await readDrift(scope)), ...(await deletedAccounts(scope))];
        return { drifts, comparedAt: readings.get('groups')?.readAt ?? null };
      });
      const shown = drifts.filter(
        ({ state, verdict }) => options.all === true || (state !== 'repaired' && verdict !== 'kept'),
      );
      if (options.json) return printJson(context, { comparedAt, differences: shown });
      if (options.csv !== undefined) return await writeCsv(context, options.csv, csvHeadings, shown.map(csvRow));
      // Deleted accounts are noticed without a comparison.
      context.out.write(comparedAt === null ? 'Not compared yet.\n' : `Compared ${comparedAt}\n`);
      if (shown.length === 0 && comparedAt !== null) context.out.write('No differences.\n');
      for (const drift of shown) context.out.write(describe(drift));
      const hidden = drifts.length - shown.length;
      if (hidden > 0) context.out.write(`\n${hidden} more are kept or repaired: --all\n`);
    });
}

/** Accounts that are not made again: what becomes of them is decided person by person, see relay/sync/deleted-accounts.ts. */
async function deletedAccounts(scope: TenantScope): Promise<Drift[]> {
  const told = new Set((await readProblems(scope)).map(({ code, subject }) => `${code} ${subject}`));
  return (await readDeletedAccounts(scope)).flatMap(({ role, personId, objectId, deletedAt }) => {
    const object = personKey(role, personId);
    if (!told.has(`AccountDeletedByHand ${object}`)) return [];
    const seen = { firstAt: deletedAt, lastAt: deletedAt, repairs: 0 };
    return [{ kind: 'deleted', object, item: objectId, state: 'open', verdict: 'reported', ...seen }];
  });
}

const csvHeadings = ['object', 'difference', 'what', 'ours', 'theirs', 'outcome', 'repairs', 'since', 'last'];

function csvRow({ object, kind, item, ours, theirs, repairs, firstAt, lastAt, ...drift }: Drift): string[] {
  const values = [ours, theirs].map((value) => (value === undefined ? '' : JSON.stringify(value)));
  return [object, kind, item, ...values, outcomeOf(drift), String(repairs), firstAt, lastAt];
}

function describe(drift: Drift): string {
  const { object, firstAt, repairs } = drift;
  const times = repairs === 0 ? '' : `, repaired ${repairs} times`;
  return `${object}  ${outcomeOf(drift)} since ${firstAt}${times}\n  ${sentenceOf(drift)}\n`;
}
