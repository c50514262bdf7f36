/** Tables of waiting operations. */

/** Of the newest run of each profile, up to a limit. */
interface WaitingOperationTable {
  tenant_id: string;
  /** Empty for what a killed run left unanswered. */
  run_id: string;
  number: number;
  /** Name of the profile. */
  profile: string;
  kind: string;
  key: string;
  /** JSON: person keys. */
  people: string;
  /** What it brings about for others: `class:77`. */
  brings: string | null;
  reason: 'need' | 'missing' | 'look' | 'team' | 'retry' | 'hold';
  /** What it needs. */
  thing: string | null;
  /** Depends on the reason: what is looked up, an error code, or the key of a hold. */
  detail: string | null;
  until: string | null;
}

/** A turn in progress. */
interface TurnProgressTable {
  tenant_id: string;
  at: string;
  /** JSON: number of open operations, by what they wait for. */
  waiting: string;
  /** Operations settled per minute; null at the beginning. */
  per_minute: number | null;
}

export interface WaitingTables {
  waiting_operation: WaitingOperationTable;
  turn_progress: TurnProgressTable;
}

declare module '../engine/schema.ts' {
  interface Database extends WaitingTables {}
}
