import { type Command, Option } from 'commander';
import { type Fixer, fixers } from '../../shared/errors/entry.ts';
import { catalog, fail, isErrorCode } from '../../shared/errors.ts';
import { didYouMean } from '../../shared/nearest.ts';
import { printableLine } from '../../shared/printable.ts';
import { problemsNow, problemTable } from '../app/queries/problems.ts';
import { fixerOf } from '../model/problem.ts';
import { needProfile } from '../store/profiles/profiles.ts';
import { readNames } from '../store/roster/people-names.ts';
import type { OpenProblem } from '../store/runs/problems.ts';
import { inCommands } from './advice.ts';
import { askDistrict, type CliContext, printJson } from './context.ts';
import { troubleOf } from './profile-lines.ts';
import { csvOption, writeCsv } from './tables.ts';

interface ProblemsOptions {
  profile?: string;
  code?: string;
  role?: Fixer;
  person?: string;
  csv?: string;
  json?: true;
}

const fixerNames: Record<Fixer, string> = {
  sis: 'the PowerSchool administrator to fix',
  microsoft: 'a Microsoft 365 administrator to fix',
  operator: 'the relay operator to fix',
  nobody: 'nobody to fix: it is temporary',
};

/** What is wrong in a district, cause by cause, each with who can fix it and how. */
export function problemsCommand(command: Command, context: CliContext): void {
  command
    .argument('<tenant>', 'slug or id of the district')
    .option('--profile <name>', 'only this profile')
    .option('--code <code>', 'only this code, from docs/errors.md')
    .addOption(new Option('--role <role>', 'only what these people can fix').choices(fixers))
    .option(
      '--person <who>',
      'only this person: DCID, number, user name, email address, name, account, or students:DCID',
    )
    .addOption(csvOption('every problem, with the names of people'))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
The CSV file contains names of people: only its owner can read it.

Examples:
  hallpass-relay problems contoso
  hallpass-relay problems contoso --role sis --csv for-the-registrar.csv`,
    )
    .action(async (tenant: string, options: ProblemsOptions) => {
      checkCode(options.code);
      const answer = await askDistrict(context, { question: 'problems', tenant }, async (scope, { slug }) => {
        const found = await problemsNow(scope, options);
        if (found.problems.length + found.failing.length === 0) await needProfile(scope, slug, options.profile);
        return found;
      });
      if (options.json) return printJson(context, answer);
      const { failing, problems } = answer;
      if (options.csv !== undefined) {
        const names = await askDistrict(context, { question: 'problems', tenant }, readNames);
        return await writeCsv(context, options.csv, problemTable(names), problems);
      }
      for (const { profile, ...trouble } of failing) {
        const [first = '', ...rest] = troubleOf(trouble);
        context.out.write(`Profile "${profile}": ${[first, ...rest.map((line) => `  ${line}`)].join('\n')}\n\n`);
      }
      if (problems.length === 0 && failing.length === 0) context.out.write('No problems.\n');
      for (const [code, ofCode] of Map.groupBy(problems, (problem) => problem.code)) {
        context.out.write(`${code}, ${ofCode.length} × for ${fixerNames[fixerOf(code)]}\n`);
        for (const problem of ofCode) context.out.write(describe(problem, tenant));
        context.out.write('\n');
      }
    });
}

/** @throws HallpassError PROBLEM_CODE_UNKNOWN */
function checkCode(code: string | undefined): void {
  if (code === undefined || isErrorCode(code)) return;
  throw fail('PROBLEM_CODE_UNKNOWN', { code, hint: didYouMean(code, Object.keys(catalog)) });
}

function describe({ subject, code, message, action, firstAt }: OpenProblem, tenant: string): string {
  return `${subject}  ${code}  since ${firstAt}\n  ${printableLine(message)}\n  → ${printableLine(inCommands(action, tenant))}\n`;
}
