/** Table of what people asked of a tenant's runs: each column counts how often. */

interface RunControlTable {
  tenant_id: string;
  /** A run now. */
  starts: number;
  /** The end of the run under way. */
  cancels: number;
  /** A run that looks at everything again … */
  restarts: number;
  /** … and how many of those have begun. */
  restarts_done: number;
}

export interface ControlTables {
  run_control: RunControlTable;
}

declare module '../engine/schema.ts' {
  interface Database extends ControlTables {}
}
