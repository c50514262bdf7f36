/** Teams of classes, from the first time that Microsoft was asked for one. */
interface TeamTable {
  tenant_id: string;
  section_id: string;
  /** Of the class. */
  object_id: string;
  /** `waiting`: Teams does not know the class yet. `accepted`: it is being made. */
  state: 'waiting' | 'accepted' | 'there';
  /** Id of the operation that makes it; null before and where Graph gave none. */
  operation: string | null;
  /** When Microsoft was first asked. */
  since: string;
  /** When it last answered. */
  at: string;
}

/** Whether students see the team of a class. */
interface TeamActivationTable {
  tenant_id: string;
  section_id: string;
  /** Of the class. */
  object_id: string;
  /** `waiting`: owners alone see the team until one of them activates it. `gone`: Teams has none of the class anymore. */
  state: 'waiting' | 'active' | 'gone';
  /** When the state was first seen. */
  since: string;
  /** When Teams was last asked; null to ask again at the next opportunity. */
  checked_at: string | null;
}

export interface TeamTables {
  team: TeamTable;
  team_activation: TeamActivationTable;
}

declare module '../engine/schema.ts' {
  interface Database extends TeamTables {}
}
