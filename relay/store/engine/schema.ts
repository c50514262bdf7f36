/** The tables as kysely sees them. Times are ISO 8601 in UTC, flags are 0 or 1, JSON is text: PostgreSQL can follow. */
import type { Generated } from 'kysely';
import type { Kind } from '../../../shared/roster.ts';

/** One district. */
interface TenantTable {
  id: string;
  /** Short name for commands and logs. */
  slug: string;
  name: string;
  /** The district's Microsoft 365 tenant. */
  graph_tenant_id: string;
  /** 64 hexadecimal digits, part of every record's hash. */
  salt: string;
  /** The cycle whose batches are arriving; null if the mirror is a complete state of PowerSchool. */
  open_cycle: string | null;
  /** Grows by one with every committed cycle that changed something. */
  roster_version: number;
  committed_at: string | null;
  created_at: string;
}

interface AgentTable {
  tenant_id: string;
  id: string;
  name: string;
  /** `x` of the Ed25519 JWK (RFC 8037). */
  public_key: string;
  version: string;
  /** JSON of the agent's report about its source; null before its first hello. */
  source: string | null;
  created_at: string;
  last_seen_at: string | null;
  revoked_at: string | null;
  /** When its current connection was opened; null if it has none. */
  connected_since: Generated<string | null>;
  /** JSON of its health report (AgentHealth); null before the first. */
  health: Generated<string | null>;
}

/** The code itself is never stored. */
interface EnrollmentCodeTable {
  tenant_id: string;
  code_hash: string;
  expires_at: string;
  used_at: string | null;
  issued_at: string | null;
  /** The boot of the operating system under which it was issued; null if unknown. */
  boot: string | null;
  /** The uptime of that system at the time, milliseconds; null for codes of an earlier version. */
  uptime_ms: number | null;
}

interface ProfileTable {
  tenant_id: string;
  id: string;
  name: string;
  body: string;
  /** JSON: why it does not write, until a person resumes it; null if it may. */
  quarantine: Generated<string | null>;
  /** `seq` of the last run before a person last resumed it: earlier failures no longer count. */
  resumed_after: Generated<number>;
  /** `preview` or `enabled`: its state before it was paused; null while it is not paused. */
  paused_from: Generated<string | null>;
  /** As a run last carried it out, JSON. */
  applied_body: Generated<string | null>;
  created_at: string;
  updated_at: string;
}

/** The mirror of PowerSchool. A deleted record keeps its ids and version but no data. */
interface RecordTable {
  tenant_id: string;
  kind: Kind;
  school_id: string;
  id: string;
  hash: string;
  /** JSON of the whole record. */
  data: string;
  /** The roster version in which the record last changed; in an open cycle, the next one. */
  version: number;
  deleted: number;
}

/** The digest of a bucket of the mirror, kept with every batch. A bucket without records has no row. */
interface BucketTable {
  tenant_id: string;
  kind: Kind;
  school_id: string;
  count: number;
  /** 32 hexadecimal digits. */
  sum: string;
}

export interface RosterTables {
  tenant: TenantTable;
  agent: AgentTable;
  enrollment_code: EnrollmentCodeTable;
  profile: ProfileTable;
  record: RecordTable;
  bucket: BucketTable;
}

/** Every table. The folder of each subject adds its own, in its tables.ts. */
export interface Database extends RosterTables {}
