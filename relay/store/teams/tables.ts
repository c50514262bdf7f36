/** Teams of classes, from the first request on. */
interface TeamTable {
  tenant_id: string;
  section_id: string;
  /** Of the class. */
  object_id: string;
  /** `waiting`: Teams does not know the class yet. `accepted`: it is in creation. */
  state: 'waiting' | 'accepted' | 'there';
  /** Id of the operation that creates it; null before, and if Graph gave none. */
  operation: string | null;
  /** Time of the first request. */
  since: string;
  /** Time of the last answer. */
  at: string;
}

/** Whether students see the team of a class. */
interface TeamActivationTable {
  tenant_id: string;
  section_id: string;
  /** Of the class. */
  object_id: string;
  /**
   * `waiting`: owners alone see the team until one of them activates it. `gone`: Teams no longer has one for the class.
   */
  state: 'waiting' | 'active' | 'gone';
  /** When the state was first seen. */
  since: string;
  /** When Teams was last asked; null to check again at the next opportunity. */
  checked_at: string | null;
}

export interface TeamTables {
  team: TeamTable;
  team_activation: TeamActivationTable;
}

declare module '../engine/schema.ts' {
  interface Database extends TeamTables {}
}
