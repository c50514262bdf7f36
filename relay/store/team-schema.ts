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

export interface TeamTables {
  team: TeamTable;
}
