/** Writes docs/errors.md from the catalogue: `npm run docs:errors`. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Entry, Fixer, RetryClass } from '../../shared/errors/entry.ts';
import { chapters } from '../../shared/errors.ts';

export const errorsPage = fileURLToPath(new URL('../../docs/errors.md', import.meta.url));

const classes: Record<RetryClass, string> = {
  retry: 'passes by itself; Hallpass tries again',
  'retry-after': 'passes by itself; the other side said when',
  fix: 'somebody must change something first',
  bug: 'a bug in Hallpass: please report it',
};

const fixers: Record<Fixer, string> = {
  sis: 'whoever keeps PowerSchool',
  microsoft: 'an administrator of Microsoft 365',
  operator: 'whoever runs the relay and its profiles',
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

${parts.join('\n')}`;
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

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(errorsPage, renderErrors());
