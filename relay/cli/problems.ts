import type { Command } from 'commander';
import { readProblems } from '../store/problems.ts';
import { type CliContext, printJson, withNamedTenant } from './context.ts';

/** What is wrong in a district, person by person, each with its next step. */
export function problemsCommand(program: Command, context: CliContext): void {
  program
    .command('problems')
    .description('what is wrong in a district, with the next step for each')
    .argument('<tenant>', 'slug or id')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  hallpass-relay problems contoso --json > problems.json')
    .action(async (name: string, options: { json?: true }) => {
      const problems = await withNamedTenant(context, name, readProblems);
      if (options.json) return printJson(context, { problems });
      if (problems.length === 0) context.out.write('No problems.\n');
      for (const { subject, code, message, action, firstAt } of problems) {
        context.out.write(`${subject}  ${code}  since ${firstAt}\n  ${message}\n  → ${action}\n`);
      }
    });
}
