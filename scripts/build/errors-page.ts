/** Writes docs/errors.md from the catalog: `npm run docs:errors`. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { answerTable } from '../../relay/operations/answer-table.ts';
import type { Verdict } from '../../relay/operations/outcome-row.ts';
import type { Entry, Fixer, RetryClass } from '../../shared/errors/entry.ts';
import { chapters } from '../../shared/errors.ts';
import { readScriptOptions } from '../script-options.ts';

export const errorsPage = fileURLToPath(new URL('../../docs/errors.md', import.meta.url));

const classes: Record<RetryClass, string> = {
  retry: 'temporary; Hallpass tries again',
  'retry-after': 'temporary; the other side said when',
  fix: 'somebody must change something first',
  bug: 'a bug in Hallpass: please report it',
};

const fixers: Record<Fixer, string> = {
  sis: 'the PowerSchool administrator',
  microsoft: 'a Microsoft 365 administrator',
  operator: 'the relay operator',
  nobody: 'nobody: it is temporary',
};

/** The page as Markdown. */
export function renderErrors(): string {
  const parts = Object.entries(chapters).map(([title, entries]) => chapter(title, entries));
  return `# Errors

Generated from the catalog in \`shared/errors/\` by \`npm run docs:errors\`; do not edit.

Every error has a stable code, a sentence that says what happened and where, and a next step. On a terminal it reads
\`error[CODE] sentence\`, then \`→ what to do\`. The program fills in the words in braces.

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
      entry.who === undefined ? '' : `\n\n*Who can fix it:* ${fixers[entry.who]}`
    }
`,
  );
  return `## ${title}\n\n${sections.join('\n')}`;
}

const verdicts: Record<Verdict, string> = {
  done: 'done: nothing to change',
  again: 'tried again',
  doubtful: 'looked up if it creates an object, otherwise tried again',
  'look up': 'looked up',
  conflict: 'looked up who holds the value',
  missing: 'tried again, then looked up what is missing',
  denied: 'looked up which permission is missing, or how the object is protected',
  'other password': 'tried again with another first password',
  'one by one': 'Hallpass adds owners one at a time, and remembers that for the tenant',
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

How Hallpass interprets an answer to an operation. The first matching row counts. If a row has codes or words, one of them is enough: a
code of Graph, a code of a detail, or words of the message (as a regular expression).

| operations | status | code or words | what Hallpass does | problem, if it persists |
|---|---|---|---|---|
${lines.join('\n')}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  readScriptOptions('npm run docs:errors --', 'Makes docs/errors.md from the catalog.');
  await writeFile(errorsPage, renderErrors());
}
