/** Tables of the provisioning side: the directory as last read, who is who, what has been applied, and what went wrong. */
import type { Generated } from 'kysely';

/** The directory's accounts, mirrored by /users/delta. */
interface DirectoryUserTable {
  tenant_id: string;
  id: string;
  user_principal_name: string;
  mail: string | null;
  mail_nickname: string | null;
  /** 1 when mastered in an on-premises Active Directory. */
  on_premises: number;
  user_type: string | null;
  creation_type: string | null;
  external_state: string | null;
  /** 1 when anybody can sign in with it, when it has a license, a given name, a surname. */
  enabled: number;
  licensed: number;
  given_name: number;
  surname: number;
}

/**
 * Where the mirror of the directory stands. `adopted_at`: when objects that existed before Hallpass were taken over.
 * `links_edited_at`: when somebody last linked or unlinked a person by hand. `owners_one_by_one`: 1 when Graph refuses several
 * owners in one request.
 */
interface DirectoryStateTable {
  tenant_id: string;
  users_delta_link: string | null;
  /** What the link tells of; null of one that an earlier version made. */
  users_selected: string | null;
  refreshed_at: string | null;
  adopted_at: string | null;
  owners_one_by_one: Generated<number>;
  links_edited_at: string | null;
}

/** Who is who: a person of the roster and the account that is theirs, for good. */
interface LinkTable {
  tenant_id: string;
  role: 'students' | 'teachers';
  person_id: string;
  object_id: string;
  /** How it came about: the rule in words, `created`, `adopted`, or `manual by NAME`. */
  rule: string;
  linked_at: string;
  /** Person key of the one who had the account before it was handed over; null for an account that was nobody's. */
  former: string | null;
}

/** Objects that Microsoft 365 has because we made, changed or adopted them, and the values we last wrote. */
interface AppliedTable {
  tenant_id: string;
  kind: 'school' | 'class' | 'user';
  key: string;
  object_id: string;
  /** JSON of the properties as written; a difference to the desired ones is an update. */
  body: string;
}

/** Relations that Microsoft 365 has because we made or found them. */
interface AppliedRelationTable {
  tenant_id: string;
  kind: 'member' | 'owner' | 'schoolClass' | 'schoolUser' | 'licence' | 'retired';
  /** Class for member and owner, school for schoolClass and schoolUser, SKU for license, `disabled`, `signedOut`, `archived`, `expired` `earlierRole:<class>` or `formerOwners:<class>` for retired. */
  container: string;
  item: string;
  /** 1 when the answer to the last request about it never came, so that it may be there or not. */
  uncertain: number;
}

/** People with an account and classes whose record is gone from PowerSchool. */
interface DepartureTable {
  tenant_id: string;
  /** `students:123`, `class:77`. */
  key: string;
  /** The district's date on which it was first missed, YYYY-MM-DD. */
  since: string;
}

interface RunTable {
  tenant_id: string;
  id: string;
  /** Grows by one with every run of the tenant. */
  seq: number;
  /** Name of the profile. */
  profile: string;
  started_at: string;
  finished_at: string | null;
  /**
   * `preview`: planned and counted, and nothing written. `paused`: ended by a person who paused the profile, `cancelled`: by
   * one who did not; `replaced`: ended because the next one decides everything again.
   */
  state: 'running' | 'success' | 'errors' | 'failed' | 'preview' | 'paused' | 'cancelled' | 'replaced';
  /** JSON: operations planned, per kind. */
  planned: string;
  done: number;
  failed: number;
  /** Operations that the guard held back. */
  held: number;
  /** Operations that it left undone because they wait, or need something that is not there. */
  waiting: Generated<number>;
  /** What was wrong with people and objects at its end. */
  problems: number;
  /** Why it failed. */
  error_code: string | null;
  error_message: string | null;
  /** What it was doing then, and what to do about it; null where an earlier version noted the failure. */
  error_step: Generated<string | null>;
  error_action: Generated<string | null>;
}

/**
 * The journal: every operation, with its reason and its outcome. An `intent` is a call whose answer is not known yet;
 * `unknown` is one whose answer never came, and which was planned again as if it might have happened.
 */
interface OperationTable {
  tenant_id: string;
  id: string;
  /** Grows by one with every operation of the tenant, in the order in which they were announced. */
  seq: number;
  run_id: string;
  kind: string;
  key: string;
  reason: string;
  before: string | null;
  after: string | null;
  state: 'intent' | 'done' | 'failed' | 'unknown';
  error_code: string | null;
  error_message: string | null;
  at: string;
  /** The school in which it counts for the guard, where nobody approved it. */
  passed_in: Generated<string | null>;
}

/** What is wrong now; a row goes away when its cause does. */
interface ProblemTable {
  tenant_id: string;
  /** Name of the profile whose run found it. */
  profile: string;
  /** `students:123`, `class:77` … */
  subject: string;
  code: string;
  message: string;
  action: string;
  first_at: string;
  last_at: string;
}

export interface ProvisioningTables {
  directory_user: DirectoryUserTable;
  directory_state: DirectoryStateTable;
  link: LinkTable;
  applied: AppliedTable;
  applied_relation: AppliedRelationTable;
  departure: DepartureTable;
  run: RunTable;
  operation: OperationTable;
  problem: ProblemTable;
}

declare module '../engine/schema.ts' {
  interface Database extends ProvisioningTables {}
}
