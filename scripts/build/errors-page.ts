/** Writes docs/errors.md from the catalogue: `npm run docs:errors`. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { answerTable } from '../../relay/operations/answer-table.ts';
import type { Verdict } from '../../relay/operations/outcome-row.ts';
import type { Entry, Fixer, RetryClass } from '../../shared/errors/entry.ts';
import { chapters } from '../../shared/errors.ts';
import { readScriptOptions } from '../script-options.ts';

export const errorsPage = fileURLToPath(new URL('../../docs/errors.md', import.meta.url));

const classes: Record<RetryClass, string> = {
  retry: 'passes by itself; Hallpass tries again',
  'retry-after': 'passes by itself; the other side said when',
  fix: 'somebody must change something first',
  bug: 'a bug in Hallpass: please report it',
};

const fixers: Record<Fixer, string> = {
  sis: 'the PowerSchool administrator',
  microsoft: 'an administrator of Microsoft 365',
  operator: 'the relay operator',
  nobody: 'nobody: it passes by itself',
};

/** The page as Markdown. */
export function renderErrors(): string {
  const parts = Object.entries(chapters).map(([title, entries]) => chapter(title, entries));
  return `# Errors

Generated from the catalogue in \`shared/errors/\` by \`npm run docs:errors\`; do not edit.

Every error has a stable code, a sentence with what and where, and a next step. On a terminal it reads
\`error[CODE] sentence\`, then \`→ what to do\`. Words in braces are filled in.

| retry class | meaning | exit code |
|---|---|---|
| retry | ${classes.retry} | 75 |
| retry-after | ${classes['retry-after']} | 75 |
| fix | ${classes.fix} | 78 |
| bug | ${classes.bug} | 70 |

${parts.join('\n')}
${outcomeChapter()}`;
}

function chapter(title: string, entries: Record<string, Entry>): string {
  const sections = Object.entries(entries).map(
    ([code, entry]) => `### ${code}

> ${entry.sentence}

${entry.meaning}

*What to do:* ${entry.action} *(${entry.retry}: ${classes[entry.retry]})*${
      entry.who === undefined ? '' : `\n\n*Who can put it right:* ${fixers[entry.who]}`
    }
`,
  );
  return `## ${title}\n\n${sections.join('\n')}`;
}

const verdicts: Record<Verdict, string> = {
  done: 'it was so already: done',
  again: 'tried again',
  doubtful: 'looked up where it makes an object, else tried again',
  'look up': 'looked up',
  conflict: 'looked up who has it',
  missing: 'tried again, then looked up what is missing',
  denied: 'looked up which permission is missing, or how the object is protected',
  'other password': 'tried again with another first password',
  'one by one': 'owners are added one at a time, and that is remembered for the tenant',
  refused: 'a problem at once',
};

/** What relay/operations/ says of answers, for people who have Graph's answer before them. */
function outcomeChapter(): string {
  const lines = answerTable().map(({ row, kinds }) => {
    const operations = kinds?.join(', ') ?? 'any';
    const status = row.status.map((one) => (typeof one === 'number' ? String(one) : one.join('–'))).join(', ');
    const marks = [...(row.codes ?? []), ...(row.details ?? [])].map((code) => `\`${code}\``);
    const words = row.message === undefined ? [] : [`\`${row.message.source.replaceAll('|', '\\|')}\``];
    const becomes = `${verdicts[row.verdict]}${row.advice === undefined ? '' : `. ${row.advice}`}`;
    return `| ${operations} | ${status} | ${[...marks, ...words].join(', ')} | ${becomes} | ${row.problem} |`;
  });
  return `## Answers of Microsoft Graph

What Hallpass makes of an answer to an operation. The first row that fits counts; a code of Graph, a code of a detail, or words of
the message (as a regular expression) is enough, where a row has any.

| operations | status | code or words | what becomes of it | problem, if it stays so |
|---|---|---|---|---|
${lines.join('\n')}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  readScriptOptions('npm run docs:errors --', 'Makes docs/errors.md from the catalogue.');
  await writeFile(errorsPage, renderErrors());
}
