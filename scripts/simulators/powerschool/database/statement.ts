import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** How many are kept per database; callers' filters create many. */
const mostStatements = 200;
const kept = new WeakMap<DatabaseSync, Map<string, StatementSync>>();

/**
 * A prepared statement whose rows are read at once. Preparing takes longer than a small answer of `/ws/v1`: a third of
 * the time in tests that read a district through it.
 */
export function statement(db: DatabaseSync, sql: string): StatementSync {
  const statements = kept.get(db) ?? new Map<string, StatementSync>();
  kept.set(db, statements);
  const prepared = statements.get(sql) ?? db.prepare(sql);
  if (statements.size >= mostStatements) statements.clear();
  statements.set(sql, prepared);
  return prepared;
}
