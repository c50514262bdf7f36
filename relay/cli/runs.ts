import type { Command } from 'commander';
import { runsNow, runTable } from '../app/queries/runs.ts';
import { sentenceOf } from '../app/queries/sentences.ts';
import { nameIn, waitingIn } from '../app/queries/waiting.ts';
import { needProfile } from '../store/profiles/profiles.ts';
import { type Names, readAllNames } from '../store/roster/names.ts';
import { findRun, type JournaledOperation, operationsOf, type PastRun } from '../store/runs/run-history.ts';
import { askDistrict, type CliContext, printJson, printTable } from './context.ts';
import { rowCount } from './numbers.ts';
import { csvOption, writeCsv } from './tables.ts';
import { turnLine, waitingLines } from './waiting-lines.ts';

/** The journal: what runs did. */
export function runsCommand(command: Command, context: CliContext): void {
  command
    .argument('<tenant>', 'slug or id of the district')
    .option('--profile <name>', 'only this profile')
    .option('--limit <runs>', 'at most this many', rowCount, 20)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  hallpass-relay runs contoso --limit 50')
    .action(async (tenant: string, options: { profile?: string; limit: number; json?: true }) => {
      const answer = await askDistrict(context, { question: 'runs', tenant }, async (scope, { slug }) => {
        const found = await runsNow(scope, options);
        if (found.runs.length === 0) await needProfile(scope, slug, options.profile);
        return found;
      });
      if (options.json) return printJson(context, answer);
      const { runs, turn } = answer;
      if (runs.length === 0) return void context.out.write('Nothing has run yet.\n');
      printTable(
        context,
        ['RUN', 'PROFILE', 'STARTED', 'ENDED', 'STATE', 'DONE', 'FAILED', 'HELD', 'WAITING', 'PROBLEMS'],
        runs.map((run) => [
          String(run.number),
          run.person === null ? run.profile : `${run.profile}, for ${run.person}`,
          run.startedAt,
          run.finishedAt ?? 'under way',
          run.error === null ? run.state : `${run.state} (${run.error.code})`,
          ...[run.done, run.failed, run.held, run.waiting, run.problems].map(String),
        ]),
      );
      if (turn !== null) context.out.write(`\n${turnLine(turn)}\n`);
      context.out.write(`\nWhat a run did: hallpass-relay run ${tenant} RUN\n`);
    });
}

export function runCommand(command: Command, context: CliContext): void {
  command
    .argument('<tenant>', 'slug or id of the district')
    .argument('<run>', 'its number, from "runs", or its id')
    .option('--failed', 'only operations that did not succeed')
    .addOption(csvOption('every operation'))
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  hallpass-relay run contoso 17 --failed')
    .action(async (tenant: string, name: string, options: { failed?: true; csv?: string; json?: true }) => {
      const { run, waiting, operations, names } = await askDistrict(
        context,
        { question: 'runs', tenant },
        async (scope) => {
          const run = await findRun(scope, name);
          const operations = await operationsOf(scope, run.id, { failed: options.failed === true });
          const names = await readAllNames(scope);
          const waiting = await waitingIn(scope, run.id, options.json ? undefined : nameIn(names));
          return { run, waiting, operations, names };
        },
      );
      if (options.json) return printJson(context, { run, waiting, operations });
      if (options.csv !== undefined) return await writeCsv(context, options.csv, runTable, operations);
      context.out.write(describeRun(run));
      for (const line of waitingLines(run.waiting, waiting, names)) context.out.write(`${line}\n`);
      for (const operation of operations) context.out.write(describeOperation(operation, names));
      if (operations.length === 0) {
        context.out.write(options.failed ? '\nNothing failed.\n' : '\nNothing was written.\n');
      }
    });
}

function describeRun({
  number,
  profile,
  person,
  startedAt,
  finishedAt,
  state,
  planned,
  error,
  ...counts
}: PastRun): string {
  const { done, failed, held, waiting, problems } = counts;
  const kinds = Object.entries(planned).filter(([, count]) => count > 0);
  const plan = kinds.length === 0 ? 'nothing' : kinds.map(([kind, count]) => `${count} ${kind}`).join(', ');
  return `Run ${number} of profile "${profile}"${person === null ? '' : `, for ${person}`}: ${state}
  ${startedAt} to ${finishedAt ?? 'now'}
  Planned: ${plan}
  ${done} done, ${failed} failed, ${held} held, ${waiting} waiting, ${problems} problems\n${error === null ? '' : `  ${error.code}: ${error.message}\n`}`;
}

function describeOperation(
  { at, kind, key, state, reason, before, after, error }: JournaledOperation,
  names: Names,
): string {
  const sentence = sentenceOf({ kind, key, people: peopleIn(after), after }, names);
  const from = before === null ? '' : `  before: ${JSON.stringify(before)}\n`;
  const to = after === null ? '' : `  after:  ${JSON.stringify(after)}\n`;
  const why = error === null ? '' : `  ${error.code}: ${error.message}\n`;
  return `\n${at}  ${sentence}\n  ${kind} ${key}: ${state}\n  ${reason}\n${from}${to}${why}`;
}

/** The person keys of a membership operation, which is journaled as a list. */
function peopleIn(after: unknown): string[] {
  const items: unknown[] = Array.isArray(after) ? after : [];
  return items.filter((item) => typeof item === 'string').filter((item) => /^(students|teachers):/.test(item));
}
