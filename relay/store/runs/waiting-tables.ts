/** Tables of what waits. */

/** Of the newest run of each profile. Bounded: of a mass that waits, only so many. */
interface WaitingOperationTable {
  tenant_id: string;
  /** Empty of what a killed run left unanswered. */
  run_id: string;
  number: number;
  /** Name of the profile. */
  profile: string;
  kind: string;
  key: string;
  /** JSON: person keys. */
  people: string;
  /** What others need of it: `class:77`. */
  brings: string | null;
  reason: 'need' | 'missing' | 'look' | 'team' | 'retry' | 'hold';
  /** What it needs. */
  thing: string | null;
  /** What is looked up, the error's code, the key of the hold. */
  detail: string | null;
  until: string | null;
}

/** Of a turn under way. */
interface TurnProgressTable {
  tenant_id: string;
  at: string;
  /** JSON: operations that are not done, by what they wait for. */
  waiting: string;
  /** Operations settled in a minute; null in the first moments. */
  per_minute: number | null;
}

export interface WaitingTables {
  waiting_operation: WaitingOperationTable;
  turn_progress: TurnProgressTable;
}

declare module '../engine/schema.ts' {
  interface Database extends WaitingTables {}
}
