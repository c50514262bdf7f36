/** Stamped objects found in Microsoft 365 and not adopted yet: a row is deleted when its object is adopted. */
interface FoundObjectTable {
  tenant_id: string;
  object_id: string;
  kind: 'school' | 'class' | 'user';
  /** JSON of stamp, body and relations. */
  detail: string;
}

export interface AdoptionTables {
  found_object: FoundObjectTable;
}

declare module '../engine/schema.ts' {
  interface Database extends AdoptionTables {}
}
