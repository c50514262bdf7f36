/** Stamped objects that were found in Microsoft 365 and belong to nobody yet: a row goes when its object is taken over. */
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
