/** A plugin's summary for a terminal. */
import { asksForNothingNew, type Differences } from './differences.ts';
import type { ExplainedField, Explanation } from './explain.ts';

/** Ends in a line break. */
export function explanationText(explanation: Explanation): string {
  const { plugin, columns, resources, notes, differences } = explanation;
  const tables = new Set(columns.map(({ table }) => table));
  const parts =
    plugin.variant === 'powerquery'
      ? [
          `${plugin.name} ${plugin.version} asks to read ${columns.length} columns of ${tables.size} tables and to change nothing.`,
          `Student email: ${plugin.studentEmail}. Teacher username: ${plugin.teacherUsername}.`,
          '',
          ...[...tables].flatMap((table) => tableLines(table, columns)),
          '',
          'When the value leaves the district: always, with every record; asked, only if a sync profile of the relay asks for it;',
          'never, because only the query itself uses it. "student" and "staff" mark personal data.',
        ]
      : [
          `${plugin.name} ${plugin.version} (${plugin.variant}) does not ask for single columns. The agent reads these resources of /ws/v1:`,
          '',
          ...resources.map(({ resource, reason, personal = '' }) => row(resource, personal, '', reason)),
        ];
  const remarks = notes.flatMap((note) => ['', ...wrapped(`Note: ${note}`)]);
  return `${[...parts, ...remarks, ...(differences === undefined ? [] : ['', ...differenceLines(differences, plugin.version)])].join('\n')}\n`;
}

function tableLines(table: string, columns: readonly ExplainedField[]): string[] {
  const fields = columns.filter((column) => column.table === table);
  return [
    table,
    ...fields.flatMap(({ field, personal = '', uses }) =>
      uses.map((use, index) =>
        index === 0 ? row(field, personal, use.sent, use.sentence) : row('', '', use.sent, use.sentence),
      ),
    ),
  ];
}

function row(name: string, personal: string, sent: string, reason: string): string {
  return `  ${name.padEnd(26)} ${personal.padEnd(8)} ${sent.padEnd(7)} ${reason}`;
}

/** The changes as a list with signs, then what they mean for the administrator. */
export function differenceLines(differences: Differences, version: string): string[] {
  const { previous, added, removed, accessChanged, queries, v1Access } = differences;
  const changes = [
    ...added.map((field) => `  + ${field}`),
    ...removed.map((field) => `  - ${field}`),
    ...accessChanged.map(({ field, from, to }) => `  ~ ${field}: ${from} becomes ${to}`),
    ...(v1Access === undefined ? [] : [`  ~ access to /ws/v1: ${v1Access.from} becomes ${v1Access.to}`]),
    ...queries.added.map((name) => `  + query ${name}`),
    ...queries.removed.map((name) => `  - query ${name}`),
    ...queries.changed.map((name) => `  ~ query ${name}`),
  ];
  return [
    `Compared with ${previous.name} ${previous.version}:`,
    ...(changes.length === 0 ? ['  the same columns and the same queries'] : changes),
    asksForNothingNew(differences)
      ? 'It asks for nothing new.'
      : 'It asks for more than before: approve the access request again when you enable it.',
    ...(differences.versionIsHigher
      ? []
      : [
          `PowerSchool would refuse to install version ${version} over ${previous.version}, because it is not higher: use --version.`,
        ]),
  ];
}

/** Lines of at most 120 characters. */
function wrapped(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= 120) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
