/** What Graph's refusals mean for all kinds of operations: the table in docs/errors.md. */
import type { OperationKind } from '../model/operation.ts';
import type { OutcomeRow } from './outcome-row.ts';
import { operationKinds, specOf } from './registry.ts';

export interface TableRow {
  row: OutcomeRow;
  /** Undefined for all kinds. */
  kinds: OperationKind[] | undefined;
}

/** Every row once, ordered so that each kind's rows keep their relative order. */
export function answerTable(): TableRow[] {
  const rows: OutcomeRow[] = [];
  for (const kind of operationKinds) {
    // From the last one backward: each goes before the one that follows it.
    let before = rows.length;
    for (const row of specOf(kind).answers.toReversed()) {
      const known = rows.indexOf(row);
      if (known === -1) rows.splice(before, 0, row);
      else before = known;
    }
  }
  return rows.map((row) => {
    const kinds = operationKinds.filter((kind) => specOf(kind).answers.includes(row));
    return { row, kinds: kinds.length === operationKinds.length ? undefined : kinds };
  });
}
