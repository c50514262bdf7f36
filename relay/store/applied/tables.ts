/** Tables of provisioning: the directory as last read, account links, the applied state, runs and problems. */
import type { Generated } from 'kysely';

/** The directory's accounts, mirrored by /users/delta. */
interface DirectoryUserTable {
  tenant_id: string;
  id: string;
  user_principal_name: string;
  mail: string | null;
  mail_nickname: string | null;
  /** 1 if mastered in an on-premises Active Directory. */
  on_premises: number;
  user_type: string | null;
  creation_type: string | null;
  external_state: string | null;
  /** 1 if sign-in is enabled, if it has a license, a given name, a surname. */
  enabled: number;
  licensed: number;
  given_name: number;
  surname: number;
}

/**
 * The state of the directory mirror. `adopted_at`: when objects from before Hallpass were adopted. `links_edited_at`:
 * when somebody last set or removed a link by hand. `owners_one_by_one`: 1 if Graph refuses several owners in one
 * request.
 */
interface DirectoryStateTable {
  tenant_id: string;
  users_delta_link: string | null;
  /** The properties that the link selects; null for one from an earlier version. */
  users_selected: string | null;
  refreshed_at: string | null;
  adopted_at: string | null;
  owners_one_by_one: Generated<number>;
  links_edited_at: string | null;
}

/** Account links: a person in the roster and their account, for good. */
interface LinkTable {
  tenant_id: string;
  role: 'students' | 'teachers';
  person_id: string;
  object_id: string;
  /** Its origin: the rule in words, `created`, `adopted`, or `manual by NAME`. */
  rule: string;
  linked_at: string;
  /** Person key of the previous holder, after a hand-over; otherwise null. */
  former: string | null;
}

/** Objects that Hallpass created, changed or adopted in Microsoft 365, and the values last written. */
interface AppliedTable {
  tenant_id: string;
  kind: 'school' | 'class' | 'user' | 'group';
  key: string;
  object_id: string;
  /** JSON of the properties as written; a difference to the desired ones is an update. */
  body: string;
}

/** Relations that Hallpass created or found in Microsoft 365. */
interface AppliedRelationTable {
  tenant_id: string;
  kind: 'member' | 'owner' | 'schoolClass' | 'schoolUser' | 'groupMember' | 'licence' | 'retired';
  /** Class for member and owner, school for schoolClass and schoolUser, grouping for groupMember, SKU for license, `disabled`, `signedOut`, `archived`, `expired` `earlierRole:<class>` or `formerOwners:<class>` for retired. */
  container: string;
  item: string;
  /** 1 if the last request about it had no answer, so it may exist or not. */
  uncertain: number;
}

/** People with an account, and classes, whose record is gone from PowerSchool. */
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
  /** Key of the only person that it was for; null for a run of the profile as a whole. */
  person: Generated<string | null>;
  started_at: string;
  finished_at: string | null;
  /**
   * `preview`: planned and counted, and nothing written. `paused`: ended because a person paused the profile;
   * `cancelled`: ended by "sync cancel"; `replaced`: ended because the next one decides everything again.
   */
  state: 'running' | 'success' | 'errors' | 'failed' | 'preview' | 'paused' | 'cancelled' | 'replaced';
  /** JSON: operations planned, per kind. */
  planned: string;
  done: number;
  failed: number;
  /** Operations held by the guard. */
  held: number;
  /** Operations left undone because they wait, or need something that is missing. */
  waiting: Generated<number>;
  /** Number of problems with people and objects at its end. */
  problems: number;
  /** Code and message of the failure. */
  error_code: string | null;
  error_message: string | null;
  /** The step that failed, and what to do; null for a failure recorded by an earlier version. */
  error_step: Generated<string | null>;
  error_action: Generated<string | null>;
}

/**
 * The journal: every operation with its reason and outcome. An `intent` is a request without an answer yet; `unknown` is
 * one whose answer never came, and which was planned again as if it may have been carried out.
 */
interface OperationTable {
  tenant_id: string;
  id: string;
  /** Grows by one with every operation of the tenant, in the order of announcement. */
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
  /** The school in which it counts for the guard, if nobody approved it. */
  passed_in: Generated<string | null>;
  /** Graph's id of the request that was refused, for Microsoft's support. */
  request_id: Generated<string | null>;
}

/** Current problems; a row is deleted when its cause is gone. */
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
