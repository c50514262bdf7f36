/** Tables of the guard: what it holds back, what it compares with, and the audit log of who decided what. */
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
  /** How many more were carried out within 24 hours before. */
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

/** The mirror of one school when a run last ended with nothing suspicious about it. */
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

/** What was carried out in an hour without anybody's approval; kept for a day, and for as long as something is held. */
interface RecentChangeTable {
  tenant_id: string;
  kind: string;
  school_id: string;
  /** ISO 8601, the beginning. */
  hour: string;
  /** Operations, or people, that nobody has answered for since: of the school, and of the district. */
  in_school: number;
  in_district: number;
}

/** Rows are added and read: triggers refuse to change them or take them away. */
interface AuditTable {
  tenant_id: string;
  id: string;
  /** Grows by one with every entry of the tenant: the order, where times tie or a clock went back. */
  seq: number;
  at: string;
  who: string;
  /** `hold.approve`, `profile.enable` … */
  action: string;
  /** JSON. */
  detail: string;
  note: string | null;
  /** JSON: kind, role and, of a token, id; null of entries that earlier versions made. */
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
