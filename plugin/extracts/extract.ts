/** What an extract is: the rows and columns of PowerSchool that make up one roster kind, and why each is needed. */
import type { Kind } from '../../shared/roster.ts';
import { columnsInSql } from './sql-columns.ts';

/**
 * How a column's value is rendered: PowerQuery answers are text, and only TO_CHAR formats dates the same everywhere.
 */
export type ColumnType = 'number' | 'text' | 'date';

/** TABLE.FIELD → why it is read, as the end of a sentence that an administrator can judge. */
export type Reasons = Readonly<Record<string, string>>;

export interface Column {
  /** The property of the roster record. */
  name: string;
  /** The SQL expression, with every column qualified. */
  sql: string;
  /** The TABLE.FIELD that the plugin declares for it; for a computed value, the column it mostly comes from. */
  field: string;
  type: ColumnType;
  required?: true;
  /** Whose personal data the value is. Ids are not marked: outside PowerSchool they identify nobody. */
  personal?: 'student' | 'staff';
  /** Fields whose value may be used instead, and when. */
  also?: Reasons;
}

export interface Extract {
  kind: Kind;
  /** The last part of the query's name. */
  name: string;
  summary: string;
  /** The column that orders and pages the rows. */
  key: { sql: string; field: string };
  /** SQL for the bucket's school (SCHOOLS.DCID), or undefined for the schools themselves. */
  school: { sql: string; field: string } | undefined;
  /** True when the rows belong to the current school year. */
  yearly: boolean;
  from: string;
  where: string;
  columns: Column[];
  /** Why the query reads fields that only join, filter and order and therefore never leave PowerSchool. */
  reasons: Reasons;
}

/** The TABLE.FIELD names that an expression of this extract touches. */
export function fieldsIn(extract: Extract, sql: string): string[] {
  return columnsInSql(`${sql} FROM ${extract.from}`, sql);
}
