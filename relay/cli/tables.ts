/** Tables that a command writes as CSV: to the terminal, or to a file that only its owner can read. */
import { writeFile } from 'node:fs/promises';
import { Option } from 'commander';
import { filePath } from '../../shared/command-words.ts';
import { fail } from '../../shared/errors.ts';
import { fileReason } from '../../shared/file-reason.ts';
import { csvLine, csvStart } from '../app/csv.ts';
import type { Table } from '../app/queries/fields.ts';
import type { CliContext } from './context.ts';

/** @param what the rows are */
export function csvOption(what: string): Option {
  return new Option('--csv <file>', `${what}, for spreadsheets; - for the terminal`)
    .argParser(filePath)
    .conflicts('json');
}

/** @param file a path, replaced if it exists; `-` for the terminal @throws HallpassError FILE_UNWRITABLE */
export async function writeCsv<T>(
  { out }: CliContext,
  file: string,
  table: Table<T>,
  things: readonly T[],
): Promise<void> {
  const rows = things.flatMap(table.lines);
  const lines = [csvLine(table.headings), ...rows.map(csvLine)];
  if (file === '-') {
    for (const line of lines) out.write(line);
    return;
  }
  await writeFile(file, csvText(table, things), { mode: 0o600 }).catch((error: unknown) => {
    throw fail('FILE_UNWRITABLE', { file, reason: fileReason(error) }, { cause: error });
  });
  out.write(`Wrote ${rows.length} lines to ${file}.\n`);
}

/** The content of such a file. */
export function csvText<T>({ headings, lines }: Table<T>, things: readonly T[]): string {
  return csvStart + [headings, ...things.flatMap(lines)].map(csvLine).join('');
}
