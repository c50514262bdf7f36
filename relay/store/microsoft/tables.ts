/** Tables of what a district's Microsoft 365 grants. */
import type { AccessKind } from '../../model/microsoft-access.ts';

/** As the relay last saw it in a token, or why it got none. */
interface MicrosoftAccessTable {
  tenant_id: string;
  access: AccessKind;
  /** Of the registration that was asked for a token. */
  client_id: string;
  /** JSON, a list of application permissions. */
  roles: string;
  /** Of the error, in place of a token. */
  code: string | null;
  message: string | null;
  action: string | null;
  checked_at: string;
  /** When an administrator came back from Microsoft with a consent that tokens do not have yet. */
  consented_at: string | null;
}

interface ConsentAttemptTable {
  tenant_id: string;
  /** SHA-256, as of the other secrets that a browser carries. */
  state_hash: string;
  /** Of the session in which it began. */
  session_hash: string;
  access: AccessKind;
  started_at: string;
  used_at: string | null;
}

export interface MicrosoftTables {
  microsoft_access: MicrosoftAccessTable;
  consent_attempt: ConsentAttemptTable;
}

declare module '../engine/schema.ts' {
  interface Database extends MicrosoftTables {}
}
