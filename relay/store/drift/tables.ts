/** Tables of the comparison with the directory. */

/** One difference, see relay/drift/ledger.ts. */
interface DriftTable {
  tenant_id: string;
  kind: 'missing' | 'foreign' | 'changed' | 'deleted';
  /** `class:77`, `school:1`, `students:123`. */
  object: string;
  item: string;
  /** JSON; null where there is no value. */
  ours: string | null;
  theirs: string | null;
  state: 'open' | 'repairing' | 'repaired';
  verdict: 'waiting' | 'kept' | 'reported' | 'contended' | 'repaired';
  repairs: number;
  first_at: string;
  last_at: string;
}

/** How far the changes of a collection have been read. */
interface DriftReadingTable {
  tenant_id: string;
  collection: 'groups' | 'schools' | 'classes' | 'users';
  delta_link: string;
  /** The properties that the link selects; null for one from an earlier version. */
  selected: string | null;
  read_at: string;
}

/** When the people and classes of a school were last read. */
interface SchoolReadingTable {
  tenant_id: string;
  school_id: string;
  read_at: string;
}

export interface DriftTables {
  drift: DriftTable;
  drift_reading: DriftReadingTable;
  school_reading: SchoolReadingTable;
}

declare module '../engine/schema.ts' {
  interface Database extends DriftTables {}
}
