/** Reads the six files of a School Data Sync v1 CSV set, and locates every mistake. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

/** Required columns of each file; all others are optional, in any order and case. */
const requiredColumns = {
  School: ['SIS ID', 'Name'],
  Section: ['SIS ID', 'School SIS ID', 'Section Name'],
  Student: ['SIS ID', 'School SIS ID', 'Username'],
  Teacher: ['SIS ID', 'School SIS ID', 'Username'],
  StudentEnrollment: ['Section SIS ID', 'SIS ID'],
  TeacherRoster: ['Section SIS ID', 'SIS ID'],
} as const;

export type SdsFile = keyof typeof requiredColumns;

/** A mistake in a CSV set: which file, line and column, and what is wrong. */
export class SdsError extends Error {}

/** One record: values by column name, and its position. */
export class SdsRecord {
  readonly #file: SdsFile;
  readonly #line: number;
  readonly #values: Record<string, string>;

  constructor(file: SdsFile, line: number, values: Record<string, string>) {
    this.#file = file;
    this.#line = line;
    this.#values = values;
  }

  /** The trimmed value, or undefined when the column or the value is missing. */
  optional(column: string): string | undefined {
    const value = this.#values[column.toLowerCase()]?.trim();
    return value === '' ? undefined : value;
  }

  required(column: string): string {
    const value = this.optional(column);
    if (value === undefined) throw this.error(column, 'is empty');
    return value;
  }

  /** ISO text of a date written as M/D/YYYY, YYYY-MM-DD or YYYYMMDD. */
  date(column: string): string | undefined {
    const value = this.optional(column);
    if (value === undefined) return undefined;
    const us = /^(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{4})(?: .*)?$/.exec(value);
    const iso = /^(?<year>\d{4})-?(?<month>\d\d)-?(?<day>\d\d)(?:[T ].*)?$/.exec(value);
    const { year = '', month = '', day = '' } = us?.groups ?? iso?.groups ?? {};
    const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
    const real = !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
    if (!real) throw this.error(column, `is not a date: ${value}`);
    return text;
  }

  /** A grade as PowerSchool counts it (PK is -1, K is 0); null when it is missing or unknown to PowerSchool. */
  grade(column: string): number | null {
    const text = this.optional(column)?.toLowerCase() ?? '';
    const named = { pk: -1, pr: -1, k: 0, kg: 0 }[text];
    return named ?? (/^-?\d{1,2}$/.test(text) ? Number(text) : null);
  }

  error(column: string, problem: string): SdsError {
    return new SdsError(`${this.#file}.csv, line ${this.#line}, column "${column}": ${problem}`);
  }
}

export type SdsSet = { [file in SdsFile]: SdsRecord[] };

/** @throws SdsError when a file or column is missing or a file is not CSV. */
export async function readSdsFiles(dir: string): Promise<SdsSet> {
  const present = await readdir(dir).catch(() => {
    throw new SdsError(`${dir} is not a folder that can be read`);
  });
  const read = async (file: SdsFile) => {
    const name = present.find((candidate) => candidate.toLowerCase() === `${file}.csv`.toLowerCase());
    if (name === undefined) throw new SdsError(`${file}.csv is missing in ${dir}`);
    return parseSdsFile(file, await readFile(join(dir, name)));
  };
  return {
    School: await read('School'),
    Section: await read('Section'),
    Student: await read('Student'),
    Teacher: await read('Teacher'),
    StudentEnrollment: await read('StudentEnrollment'),
    TeacherRoster: await read('TeacherRoster'),
  };
}

function parseSdsFile(file: SdsFile, bytes: Buffer): SdsRecord[] {
  let header: string[] = [];
  const rows = parseRows(file, bytes, (names) => {
    header = names.map((name) => name.trim().toLowerCase());
    return header;
  });
  if (header.length === 0) throw new SdsError(`${file}.csv, line 1: the header is missing`);
  const missing = requiredColumns[file].find((column) => !header.includes(column.toLowerCase()));
  if (missing !== undefined) throw new SdsError(`${file}.csv, line 1, column "${missing}": the column is missing`);
  return rows.map(({ record, info }) => new SdsRecord(file, info.lines, record));
}

interface ParsedRow {
  record: Record<string, string>;
  info: { lines: number };
}

function parseRows(file: SdsFile, bytes: Buffer, columns: (names: string[]) => string[]): ParsedRow[] {
  try {
    const options = { bom: true, columns, info: true, skip_empty_lines: true };
    // With `info` every row comes with its position, which the declared type omits.
    return parse(bytes, options) as unknown as ParsedRow[];
  } catch (error) {
    const { lines, column } = error as { lines?: number; column?: string | number };
    const place = lines === undefined ? '' : `, line ${lines}${column === undefined ? '' : `, column "${column}"`}`;
    throw new SdsError(`${file}.csv${place}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
