import { type Command, Option } from 'commander';
import { printableLine } from '../../shared/printable.ts';
import { enter } from '../app/perform.ts';
import { personFilter } from '../app/queries/one-person.ts';
import { describePlan, operationsIn, planTable } from '../app/queries/plan.ts';
import { sentenceOf } from '../app/queries/sentences.ts';
import type { OperationKind } from '../model/operation.ts';
import { operationKinds } from '../operations/registry.ts';
import { describeChanges, type Listed, totalsOf } from '../plan/listing.ts';
import type { NotMade } from '../plan/past.ts';
import { type Names, readAllNames } from '../store/roster/names.ts';
import type { Tenant } from '../store/tenants/system.ts';
import { type PlanNow, planNow } from '../sync/plan-now.ts';
import type { TakenOver } from '../sync/state/adoption.ts';
import { actorOf, type CliContext, printJson, printTable, withApp } from './context.ts';
import { csvOption, writeCsv } from './tables.ts';

interface PlanOptions {
  profile?: string;
  csv?: string;
  json?: true;
  kind: OperationKind[];
  person?: string;
}

/** How many operations of each kind are shown when nobody asked for one person. */
const sampleSize = 3;

/** What exactly would happen: computed from the current store, without querying Graph. */
export function planCommand(command: Command, context: CliContext): void {
  command
    .argument('<tenant>', 'slug or id of the district')
    .option('--profile <name>', 'which profile, if the district has several')
    .addOption(csvOption('every operation'))
    .option('--json', 'print everything as JSON')
    .addOption(
      new Option('--kind <kind...>', 'only these kinds of operations').choices(operationKinds).default([], 'all'),
    )
    .option(
      '--person <who>',
      'only this person: DCID, number, user name, email address, name, account, or students:DCID',
    )
    .addHelpText(
      'after',
      `
The CSV file contains names of people: only its owner can read it.

Examples:
  hallpass-relay plan contoso
  hallpass-relay plan contoso --person 4711
  hallpass-relay plan contoso --csv removals.csv --kind removeMember`,
    )
    .action(async (name: string, options: PlanOptions) => {
      const { tenant, now, person, names } = await withApp(context, async ({ store }) => {
        const tenant = await enter(store, actorOf(context), 'plan', name);
        const { person: asked } = options;
        const person =
          asked === undefined ? undefined : await store.readTenant(tenant.id, (scope) => personFilter(scope, asked));
        const names = await store.readTenant(tenant.id, readAllNames);
        return { tenant, now: await planNow(store, tenant, options.profile, context.clock), person, names };
      });
      const filter = { kinds: options.kind, person };
      const operations = operationsIn(now, filter);
      if (options.json) printJson(context, describePlan(tenant, now, operations));
      else if (options.csv !== undefined) await writeCsv(context, options.csv, planTable, operations);
      else {
        const perKind = options.person === undefined ? sampleSize : operations.length;
        printPlan(context, tenant, now, operations, { perKind, names });
      }
    });
}

const states: Record<PlanNow['profile']['state'], string> = {
  preview: 'in preview: runs plan and count, and write nothing',
  enabled: 'enabled: the next run does this',
  paused: 'paused: nothing runs',
};

function printPlan(
  context: CliContext,
  tenant: Tenant,
  { profile, version, plan, guarded, takenOver, notMade }: PlanNow,
  operations: readonly Listed[],
  { perKind, names }: { perKind: number; names: Names },
): void {
  const { out } = context;
  out.write(`${tenant.name} (${tenant.slug}), roster version ${version}\n`);
  out.write(`Profile "${profile.name}" is ${states[profile.state]}.\n`);
  out.write(`${describeTakenOver(takenOver, tenant.slug)}${describeNotMade(notMade)}\n`);
  const totals = totalsOf(plan, guarded);
  if (totals.length === 0) return void out.write('Nothing to do: Microsoft 365 is up to date.\n');
  const rows = totals.map(({ kind, planned, held }) => [kind, ...[planned, held, planned - held].map(number)]);
  printTable(context, ['OPERATION', ...['PLANNED', 'HELD', 'PROCEEDS'].map((heading) => heading.padStart(9))], rows);
  for (const { key, count, reason, effect } of guarded.holds) {
    out.write(`\nHeld: ${key}, ${count} operations\n  ${reason}\n  If approved: ${effect}\n`);
  }
  for (const [kind, ofKind] of Map.groupBy(operations, (operation) => operation.kind)) {
    out.write(`\n${kind}${ofKind.length > perKind ? `, ${perKind} of ${ofKind.length}` : ''}\n`);
    for (const operation of ofKind.slice(0, perKind)) out.write(describe(operation, names));
  }
  if (operations.length === 0) out.write('\nNo operation matches.\n');
  if (profile.state !== 'enabled') out.write(`\n→ hallpass-relay profile enable ${tenant.slug}\n`);
}

/** Lines about what already exists; empty if nothing does. */
function describeTakenOver(found: TakenOver, slug: string): string {
  const { schools, classes, classesOfSds, accounts, memberships, conflicts } = found;
  const total = schools + classes + accounts;
  const counts = [
    counted(schools, 'school', 'schools'),
    `${counted(classes, 'class', 'classes')}${classesOfSds === 0 ? '' : ` (${classesOfSds} of School Data Sync)`}`,
    counted(accounts, 'account', 'accounts'),
    counted(memberships, 'membership', 'memberships'),
  ];
  const taken = total === 0 ? '' : `Adopts existing objects without writing: ${counts.join(', ')}.\n`;
  const records = counted(conflicts, 'record', 'records');
  const doubt = `Double or contradictory stamps: ${records}, left untouched: hallpass-relay problems ${slug}\n`;
  return conflicts === 0 ? taken : `${taken}${doubt}`;
}

/** A line about what has ended; empty if nothing has. */
function describeNotMade({ schools, classes }: NotMade): string {
  const counts = [
    ...(schools === 0 ? [] : [counted(schools, 'school', 'schools')]),
    ...(classes === 0 ? [] : [counted(classes, 'class', 'classes')]),
  ];
  if (counts.length === 0) return '';
  return `Not created, because their terms ended before this school year: ${counts.join(', ')}.\n`;
}

function counted(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}`;
}

function describe(operation: Listed, names: Names): string {
  const { key, schoolId, people, reason, held } = operation;
  const who = people.filter((person) => person !== key).join(' ');
  const sentence = sentenceOf(operation, names);
  const lines = [
    `  ${sentence}`,
    `    ${key} (school ${schoolId})${who === '' ? '' : ` ${who}`}: ${reason}${held ? ' [held]' : ''}`,
  ];
  for (const change of describeChanges(operation)) lines.push(`    ${change}`);
  return `${lines.map(printableLine).join('\n')}\n`;
}

function number(value: number): string {
  return String(value).padStart(9);
}
