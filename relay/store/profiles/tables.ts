interface ProfileDraftTable {
  tenant_id: string;
  id: string;
  /** Name of the profile in force that it changes, at most one draft each; null for one that is not in force yet. */
  profile: string | null;
  /** Version of that profile when the draft began or was last put in force: see contentVersion in app/commands. */
  seen: string | null;
  /** JSON of a profile document as it is so far: parts may be missing or wrong. */
  document: string;
  /** JSON: names of the steps that were saved. */
  done: string;
  created_at: string;
  created_by: string;
  updated_at: string;
  updated_by: string;
}

export interface DraftTables {
  profile_draft: ProfileDraftTable;
}

declare module '../engine/schema.ts' {
  interface Database extends DraftTables {}
}
