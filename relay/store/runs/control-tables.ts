/** Requests of people about a tenant's runs: each column counts them. */

interface RunControlTable {
  tenant_id: string;
  /** "sync now". */
  starts: number;
  /** "sync cancel". */
  cancels: number;
  /** "sync restart" … */
  restarts: number;
  /** … and how many of these have begun. */
  restarts_done: number;
}

export interface ControlTables {
  run_control: RunControlTable;
}

declare module '../engine/schema.ts' {
  interface Database extends ControlTables {}
}
