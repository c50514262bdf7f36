/** Table of the tokens with which programs read what is known of a tenant. */

interface ApiTokenTable {
  tenant_id: string;
  id: string;
  name: string;
  /** SHA-256 of the token, hexadecimal; the token itself is never stored. */
  hash: string;
  created_at: string;
  created_by: string;
  expires_at: string;
  /** To the hour; null before the first use. */
  last_used_at: string | null;
  revoked_at: string | null;
}

export interface TokenTables {
  api_token: ApiTokenTable;
}

declare module '../engine/schema.ts' {
  interface Database extends TokenTables {}
}
