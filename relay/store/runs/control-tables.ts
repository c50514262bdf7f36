/** What people decide about a tenant's runs. */
import type { Generated } from 'kysely';

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
  /** "person provision". */
  people: Generated<number>;
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

/** Requests to provision one person at once. */
interface PersonRequestTable {
  tenant_id: string;
  id: string;
  /** Person key. */
  person: string;
  asked_at: string;
  asked_by: string;
  /** The run that carries it out; null before it, and where nothing is written. */
  run_id: string | null;
  /** JSON of what was found and planned; null before a relay has looked. */
  trace: string | null;
  /** What it came to; null while it is open. */
  outcome: string | null;
  finished_at: string | null;
}

export interface ControlTables {
  person_request: PersonRequestTable;
  blackout: BlackoutTable;
  run_control: RunControlTable;
}

declare module '../engine/schema.ts' {
  interface Database extends ControlTables {}
}
