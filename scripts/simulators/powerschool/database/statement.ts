import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Kept for each database; filters of callers make further ones. */
const mostStatements = 200;
const kept = new WeakMap<DatabaseSync, Map<string, StatementSync>>();

/**
 * A prepared statement whose rows are read at once. Preparing takes longer than a small answer of `/ws/v1` does: a third of
 * all time in tests that read a district by it.
 */
export function statement(db: DatabaseSync, sql: string): StatementSync {
  const statements = kept.get(db) ?? new Map<string, StatementSync>();
  kept.set(db, statements);
  const prepared = statements.get(sql) ?? db.prepare(sql);
  if (statements.size >= mostStatements) statements.clear();
  statements.set(sql, prepared);
  return prepared;
}
