/** Tables of the people who use the console. Secrets (links, sessions, states) are stored as SHA-256 alone. */
import type { UserRole } from '../../model/user-role.ts';

/** Belongs to no single tenant: `user_grant` has those that a user may access. */
interface ConsoleUserTable {
  id: string;
  /** Who vouches for the subject: the id of a Microsoft tenant (`tid`), or an issuer. */
  authority: string;
  /** `oid` in that tenant, or `sub` of that issuer. */
  subject: string;
  name: string;
  email: string | null;
  created_at: string;
  last_sign_in_at: string | null;
}

interface UserGrantTable {
  /** The relay's own (audit.ts) for roles in every district. */
  tenant_id: string;
  user_id: string;
  role: UserRole;
  /** JSON, a list of ids; null for roles that see every school. */
  schools: string | null;
  granted_at: string;
  granted_by: string;
}

export type LinkKind = 'invitation' | 'terminal';

interface SignInLinkTable {
  /** As in `user_grant`. */
  tenant_id: string;
  id: string;
  hash: string;
  kind: LinkKind;
  role: UserRole;
  schools: string | null;
  /** Whom it is for, as the one who made it wrote it. */
  label: string;
  created_at: string;
  created_by: string;
  expires_at: string;
  used_at: string | null;
  /** Id of the user who accepted the invitation. */
  used_by: string | null;
  revoked_at: string | null;
}

interface ConsoleSessionTable {
  hash: string;
  /** Null for a session that a link from the terminal opened. */
  user_id: string | null;
  name: string;
  created_at: string;
  /** When the person last proved who they are. */
  signed_in_at: string;
  /** To the minute. */
  seen_at: string;
  /** The latest end, whatever happens in between. */
  ends_at: string;
}

interface SignInAttemptTable {
  state_hash: string;
  /** Of the cookie that this attempt gave the browser. */
  browser_hash: string;
  nonce: string;
  /** PKCE (RFC 7636): worth nothing without the code that the provider sends to the browser. */
  verifier: string;
  /** Path at the console. */
  return_to: string;
  /** The invitation that it accepts. */
  link_hash: string | null;
  /** 1 where the person must sign in again, although they are signed in at the provider. */
  is_fresh: number;
  started_at: string;
  used_at: string | null;
}

/** One row at most. */
interface SignInProviderTable {
  issuer: string;
  client_id: string;
  /** Sealed (secrets/vault.ts). */
  secret: string;
  /** PEM of private authorities that signed its certificate. */
  authorities: string | null;
  /** Its description (OpenID Connect Discovery) as last read, for when it does not answer. */
  document: string | null;
  read_at: string | null;
  changed_at: string;
}

export interface UserTables {
  console_user: ConsoleUserTable;
  user_grant: UserGrantTable;
  sign_in_link: SignInLinkTable;
  console_session: ConsoleSessionTable;
  sign_in_attempt: SignInAttemptTable;
  sign_in_provider: SignInProviderTable;
}

declare module '../engine/schema.ts' {
  interface Database extends UserTables {}
}
