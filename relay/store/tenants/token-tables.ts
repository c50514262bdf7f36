/** Tables of API tokens, and of kept answers. */
import type { AccessRole } from '../../model/access-role.ts';

/** Belongs to no single tenant: `token_tenant` lists those to which it has access. */
interface AccessTokenTable {
  id: string;
  name: string;
  /** SHA-256 of the token, hexadecimal; the token itself is never stored. */
  hash: string;
  role: AccessRole;
  /** JSON, a list of AccessScope. */
  scopes: string;
  /** 1 if it has access to every tenant, including future ones. */
  every_tenant: number;
  created_at: string;
  created_by: string;
  expires_at: string;
  /** To the hour; null before the first use. */
  last_used_at: string | null;
  revoked_at: string | null;
}

interface TokenTenantTable {
  tenant_id: string;
  token_id: string;
}

/** Answers to requests with an Idempotency-Key, kept as long as they may be repeated. */
interface KeptAnswerTable {
  /** The relay's own id (audit.ts) if it is about no single district. */
  tenant_id: string;
  token_id: string;
  /** SHA-256 of the key, hexadecimal. */
  key: string;
  /** SHA-256 of its content: method, path, body, If-Match and note. */
  request: string;
  begun_at: string;
  /** Null while the request is under way. */
  status: number | null;
  /** Headers and body, sealed: see app/commands/answer-once.ts. Null while the request is under way. */
  sealed: string | null;
}

export interface TokenTables {
  access_token: AccessTokenTable;
  token_tenant: TokenTenantTable;
  kept_answer: KeptAnswerTable;
}

declare module '../engine/schema.ts' {
  interface Database extends TokenTables {}
}
