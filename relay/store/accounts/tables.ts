/** Tables of accounts that Hallpass creates. */
import type { Role } from '../../model/role.ts';

/** Every userPrincipalName ever given, in lower case. Rows outlive the account: no name is given twice. */
interface GivenNameTable {
  tenant_id: string;
  user_principal_name: string;
  role: Role;
  person_id: string;
  given_at: string;
}

/** First passwords that have not been exported. A row is written before the account, and deleted by the export. */
interface InitialPasswordTable {
  tenant_id: string;
  role: Role;
  person_id: string;
  user_principal_name: string;
  /** AES-256-GCM, see relay/secrets/vault.ts. */
  sealed: string;
  /** Person key for which it was sealed; null for the person of the row. */
  sealed_for: string | null;
  made_at: string;
}

/** The account that a person had until somebody deleted it. The row is deleted when the person has an account again. */
interface DeletedAccountTable {
  tenant_id: string;
  role: Role;
  person_id: string;
  object_id: string;
  rule: string;
  deleted_at: string;
}

/** Accounts that Hallpass never writes to. */
interface ExemptAccountTable {
  tenant_id: string;
  /** A user name or object id in lower case, with `*` for any characters. */
  account: string;
  reason: string;
  added_at: string;
  added_by: string;
}

export interface AccountTables {
  exempt_account: ExemptAccountTable;
  given_name: GivenNameTable;
  initial_password: InitialPasswordTable;
  deleted_account: DeletedAccountTable;
}

declare module '../engine/schema.ts' {
  interface Database extends AccountTables {}
}
