/** What people decide about a tenant's runs. */

/** Their requests: each column counts them. */
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

/** Days on which nothing is written, YYYY-MM-DD. */
interface BlackoutTable {
  tenant_id: string;
  id: string;
  first_day: string;
  last_day: string;
  reason: string;
  added_at: string;
  added_by: string;
}

export interface ControlTables {
  blackout: BlackoutTable;
  run_control: RunControlTable;
}

declare module '../engine/schema.ts' {
  interface Database extends ControlTables {}
}
