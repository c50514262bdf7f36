/** Table of what runs did, by kind. */

/** Grows with the journal, in the same transactions, and goes with the run. */
interface RunCountTable {
  tenant_id: string;
  run_id: string;
  kind: string;
  done: number;
  failed: number;
}

export interface RunCountTables {
  run_count: RunCountTable;
}

declare module '../engine/schema.ts' {
  interface Database extends RunCountTables {}
}
