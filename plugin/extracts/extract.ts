/** What an extract is: the rows and columns of PowerSchool that make up one roster kind, and why each is needed. */
import type { Kind } from '../../shared/roster.ts';
import { columnsInSql } from './sql-columns.ts';

/** How a column's value is rendered: PowerQuery answers are text, and only TO_CHAR makes dates the same everywhere. */
export type ColumnType = 'number' | 'text' | 'date';

/** TABLE.FIELD → why it is read, as the end of a sentence an administrator can judge. */
export type Reasons = Readonly<Record<string, string>>;

export interface Column {
  /** Property of the roster record. */
  name: string;
  /** SQL expression, every column qualified. */
  sql: string;
  /** TABLE.FIELD that the plugin declares for it; for a computed value, the column it mostly comes from. */
  field: string;
  type: ColumnType;
  required?: true;
  /** Whose personal data the value is. Ids are not marked: outside PowerSchool they name nobody. */
  personal?: 'student' | 'staff';
  /** Fields whose value may stand in its place, and when. */
  also?: Reasons;
}

export interface Extract {
  kind: Kind;
  /** Last part of the query's name. */
  name: string;
  summary: string;
  /** Column that orders and pages the rows. */
  key: { sql: string; field: string };
  /** SQL of the bucket's school (SCHOOLS.DCID), or undefined for the schools themselves. */
  school: { sql: string; field: string } | undefined;
  /** True when the rows belong to the current school year. */
  yearly: boolean;
  from: string;
  where: string;
  columns: Column[];
  /** Why the fields are read that join, filter and order, and never leave PowerSchool for that. */
  reasons: Reasons;
}

/** The TABLE.FIELD names that an expression of this extract touches. */
export function fieldsIn(extract: Extract, sql: string): string[] {
  return columnsInSql(`${sql} FROM ${extract.from}`, sql);
}
