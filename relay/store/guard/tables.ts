/** Tables of the guard: holds, baselines, recent changes, and the audit log. */
import type { Generated } from 'kysely';

interface HoldTable {
  tenant_id: string;
  /** Name of the profile. */
  profile: string;
  /** `removeMember:12:share` */
  key: string;
  kind: string;
  school_id: string;
  rule: string;
  count: number;
  there: number;
  /** How many more were carried out in the 24 hours before. */
  earlier: Generated<number>;
  reason: string;
  effect: string;
  /** JSON: a few of the operations. */
  sample: string;
  state: 'waiting' | 'approved' | 'rejected' | 'expired';
  first_seen: string;
  last_seen: string;
  expires_at: string | null;
  decided_by: string | null;
  decided_at: string | null;
  decided_count: number | null;
  /** How many were carried out under the approval. */
  carried_out: Generated<number>;
}

/** One school's mirror as of the last run without anything suspicious about it. */
interface LastGoodTable {
  tenant_id: string;
  school_id: string;
  /** JSON: records by kind. */
  counts: string;
  year_id: string | null;
  /** JSON: section ids. */
  sections: string;
  at: string;
}

/** Unapproved changes of one hour; kept for a day, and as long as something is held. */
interface RecentChangeTable {
  tenant_id: string;
  kind: string;
  school_id: string;
  /** ISO 8601, the beginning. */
  hour: string;
  /** Number of operations or people not approved since: in the school, and in the district. */
  in_school: number;
  in_district: number;
}

/** Rows are only added and read: triggers refuse updates and deletions. */
interface AuditTable {
  tenant_id: string;
  id: string;
  /** Grows by one with every entry of the tenant: the order, because times may tie or go back. */
  seq: number;
  at: string;
  who: string;
  /** `hold.approve`, `profile.enable` … */
  action: string;
  /** JSON. */
  detail: string;
  note: string | null;
  /** JSON: kind, role and, for a token, its id; null for entries of earlier versions. */
  actor: string | null;
}

export interface GuardTables {
  hold: HoldTable;
  last_good: LastGoodTable;
  recent_change: RecentChangeTable;
  audit: AuditTable;
}

declare module '../engine/schema.ts' {
  interface Database extends GuardTables {}
}
