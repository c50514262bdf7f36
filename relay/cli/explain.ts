import { type Command, Option } from 'commander';
import { printableLine } from '../../shared/printable.ts';
import { explainNow, questionOf } from '../app/queries/explain.ts';
import { dcidOf } from '../app/queries/one-person.ts';
import type { Step } from '../explain/step.ts';
import { askDistrict, type CliContext, printJson } from './context.ts';

const marks: Record<Step['status'], string> = { ok: '✓ ok', waiting: '… waiting', stopped: '✗ stopped' };

/** Why a person is, or is not, in a class: every step of the way. */
export function explainCommand(command: Command, context: CliContext): void {
  command
    .argument('<tenant>', 'slug or id of the district')
    .addOption(
      new Option('--student <who>', 'the student: DCID, number, user name, email address, name, or account').conflicts(
        'teacher',
      ),
    )
    .option('--teacher <who>', 'the teacher: as for --student, with the DCID of USERS')
    .option('--section <id>', 'DCID of the section')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  hallpass-relay explain contoso --student 4711 --section 815\n  hallpass-relay explain contoso --student "Ana Lee"',
    )
    .action(async (name: string, options: { student?: string; teacher?: string; section?: string; json?: true }) => {
      const question = questionOf(options);
      if (question === undefined || question.personId.trim() === '')
        return command.error("error: one of '--student' and '--teacher' is needed");
      const found = await askDistrict(context, { question: 'explain', tenant: name }, async (scope) => {
        const personId = await dcidOf(scope, question.role, question.personId);
        return await explainNow(scope, { ...question, personId }, context.clock.now());
      });
      if (options.json) return printJson(context, found);
      const { steps, answer } = found;
      for (const { stage, status, fact, at, next } of steps) {
        context.out.write(
          `${marks[status].padEnd(10)} ${stage.padEnd(11)} ${printableLine(fact)}${at === undefined ? '' : ` [${at}]`}\n`,
        );
        if (next !== undefined) context.out.write(`${' '.repeat(23)}→ ${printableLine(next)}\n`);
      }
      context.out.write(
        answer === null ? '\nEverything is in order.\n' : `\nThe answer: ${printableLine(answer.fact)}\n`,
      );
    });
}
