/** What a refusal of Graph means for an operation. */
import type { ErrorCode } from '../../shared/errors.ts';

/** What becomes of the operation. */
export type Verdict =
  /** It was so before: nothing is left to do. */
  | 'done'
  /** Not carried out, for a reason that passes: again after a while. */
  | 'again'
  /** It may have been carried out: what makes an object is looked up, everything else is sent again. */
  | 'doubtful'
  /** It may be so already: looked up. */
  | 'look up'
  /** Something has the value that must be unique: whose it is is looked up. */
  | 'conflict'
  /** Something that it refers to is not there (yet): again, and then looked up what is missing. */
  | 'missing'
  /** Not allowed: which permission is lacking, or how the object is protected, is looked up. */
  | 'denied'
  /** With a new first password at once. */
  | 'other password'
  /** One owner at a time, by another request. */
  | 'one by one'
  | 'refused';

/**
 * Graph has one code for most of what a person can put right, Request_BadRequest, so many rows look at the message as well; the bodies
 * are those of Microsoft's documentation, and those that administrators have reported (relay/testing/refusals/ has one for each row).
 */
export interface OutcomeRow {
  /** Statuses, and first and last of a range. */
  status: readonly (number | readonly [number, number])[];
  /** One of the three has to fit, where there are any: the error's code, the code of a detail, the message. */
  codes?: readonly string[];
  details?: readonly string[];
  message?: RegExp;
  verdict: Verdict;
  problem: TableProblem;
  /** What to do, where that is more than the catalog says of the code. */
  advice?: string;
  /** Attempts before it is a problem, where fewer than usual are enough. */
  attempts?: number;
}

/** What an answer can find wrong. */
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
