/** What a refusal from Graph means for an operation. */
import type { ErrorCode } from '../../shared/errors.ts';

/** What happens with the operation. */
export type Verdict =
  /** It was already so: nothing is left to do. */
  | 'done'
  /** Not carried out, for a temporary reason: retried after a while. */
  | 'again'
  /** It may have been carried out: a created object is looked up, everything else is sent again. */
  | 'doubtful'
  /** It may already be so: looked up. */
  | 'look up'
  /** Something has the value that must be unique: its holder is looked up. */
  | 'conflict'
  /** Something that it refers to does not exist (yet): retried, and then the missing object is looked up. */
  | 'missing'
  /** Not allowed: the missing permission, or the object's protection, is looked up. */
  | 'denied'
  /** Retried at once with a new first password. */
  | 'other password'
  /** Retried with one owner at a time, by another request. */
  | 'one by one'
  | 'refused';

/**
 * Graph has one code for most of what a person can fix, Request_BadRequest, so many rows also look at the message; the
 * bodies are from Microsoft's documentation and from administrators' reports (relay/testing/refusals/ has one for each
 * row).
 */
export interface OutcomeRow {
  /** Statuses, and ranges with first and last status. */
  status: readonly (number | readonly [number, number])[];
  /** If any of the three are given, one must match: the error's code, the code of a detail, the message. */
  codes?: readonly string[];
  details?: readonly string[];
  message?: RegExp;
  verdict: Verdict;
  problem: TableProblem;
  /** What to do, if that is more than the catalog says about the code. */
  advice?: string;
  /** How many attempts before it is a problem, if fewer than usual are enough. */
  attempts?: number;
}

/** The problems that an answer can lead to. */
export type TableProblem = Extract<
  ErrorCode,
  | 'AccountProtected'
  | 'AliasTaken'
  | 'ApplicationBlocked'
  | 'AzureActiveDirectoryInvalidLicense'
  | 'AzureActiveDirectoryInvalidPropertyValue'
  | 'AzureActiveDirectoryInvalidUserUsageLocation'
  | 'AzureActiveDirectoryReplicaUnavailable'
  | 'AzureActiveDirectoryRequestThrottledTemporarily'
  | 'ConcurrentChange'
  | 'DomainUnusable'
  | 'EducationNotAvailable'
  | 'FirstPasswordRefused'
  | 'GRAPH_DENIED'
  | 'GRAPH_FAILED'
  | 'GRAPH_QUOTA_EXCEEDED'
  | 'GRAPH_REJECTED'
  | 'GroupNamingPolicy'
  | 'GroupNotWritable'
  | 'GroupProtected'
  | 'MemberRefused'
  | 'ObjectFull'
  | 'ObjectMissing'
  | 'OnPremisesAccount'
  | 'OwnerNotRemovable'
  | 'TeamFailed'
  | 'TeamsNotAvailable'
>;
