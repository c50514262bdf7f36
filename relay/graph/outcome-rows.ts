/**
 * What Graph's refusals mean: the table. The first row that fits counts. Graph has one code for most of what a person can put
 * right, Request_BadRequest, so many rows look at the message as well; the bodies are those of Microsoft's documentation, and
 * those that administrators have reported (outcome.test.ts has one for each row).
 */
import type { ErrorCode } from '../../shared/errors.ts';
import type { OperationKind } from '../model/operation.ts';

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

export interface OutcomeRow {
  /** Undefined for every kind. */
  kinds?: readonly OperationKind[];
  /** Statuses, and first and last of a range. */
  status: readonly (number | readonly [number, number])[];
  /** One of the three has to fit, where there are any: the error's code, the code of a detail, the message. */
  codes?: readonly string[];
  details?: readonly string[];
  message?: RegExp;
  verdict: Verdict;
  problem: ErrorCode;
  /** What to do, where that is more than the catalogue says of the code. */
  advice?: string;
  /** Attempts before it is a problem, where fewer than usual are enough. */
  attempts?: number;
}

export const creations = ['createSchool', 'createUser', 'createClass'] as const satisfies readonly OperationKind[];
export const bindings = ['addMembers', 'addOwners', 'addToLicenceGroup'] as const satisfies readonly OperationKind[];
export const removals = ['removeMember', 'removeOwner'] as const satisfies readonly OperationKind[];
const inGroups = [...bindings, ...removals] as const;
const ofAccounts = ['createUser', 'updateUser', 'enableUser', 'disableUser', 'assignLicence', 'addSchoolUser'] as const;
const ofClasses = ['createClass', 'updateClass', 'expireClass'] as const;
const ofTeams = ['createTeam', 'archiveTeam', 'unarchiveTeam'] as const;
const withValues = ['createSchool', 'updateSchool', 'createUser', 'updateUser', ...ofClasses] as const;
const licence = { kinds: ['assignLicence'], status: [400, 409], verdict: 'refused' } as const;
const noLicence = { ...licence, problem: 'AzureActiveDirectoryInvalidLicense' } as const;
const anyRefusal = [[400, 499]] as const;

/** A reference to what is not there is a 400 for some of the workloads. */
const notFoundCodes = ['Request_ResourceNotFound', 'Directory_ObjectNotFound', 'ResourceNotFound'] as const;
const notFoundWords = /does not exist or one of its queried reference-property objects are not present/i;

export const outcomeRows = [
  // What passes.
  { status: [429], verdict: 'again', problem: 'AzureActiveDirectoryRequestThrottledTemporarily' },
  { status: [503], verdict: 'doubtful', problem: 'AzureActiveDirectoryReplicaUnavailable' },
  // The directory's own codes for what passes, whichever status they come with.
  {
    status: anyRefusal,
    codes: [
      'Directory_ReplicaUnavailable',
      'Directory_BindingRedirection',
      'Directory_BindingRedirectionInternalServerError',
    ],
    message: /replica (?:is )?unavailable/i,
    verdict: 'again',
    problem: 'AzureActiveDirectoryReplicaUnavailable',
  },
  {
    status: anyRefusal,
    codes: ['TooManyRequests', 'Request_ThrottledTemporarily', 'Directory_TooManyRequests'],
    verdict: 'again',
    problem: 'AzureActiveDirectoryRequestThrottledTemporarily',
  },
  // Microsoft documents members alone for a PATCH with bindings; owners one by one are documented.
  { kinds: ['addOwners'], status: [405, 501], verdict: 'one by one', problem: 'GRAPH_REJECTED' },
  { status: [501, 505], verdict: 'refused', problem: 'GRAPH_REJECTED' },
  { status: [408, [500, 599]], verdict: 'doubtful', problem: 'GRAPH_FAILED' },
  // What keeps the application out of the whole tenant.
  {
    status: [400, 401, 403],
    codes: [
      'Authorization_IdentityNotFound',
      'Authorization_IdentityDisabled',
      'Directory_TenantDisabled',
      'Directory_CompanyDisabled',
    ],
    message:
      /identity of the calling application|conditional access|tenant (?:is|has been|was) (?:disabled|suspended|deleted|blocked)|application (?:is|has been|was) (?:disabled|blocked)/i,
    // Just after consent some of the servers do not know the application yet.
    verdict: 'again',
    attempts: 3,
    problem: 'ApplicationBlocked',
  },
  { status: [401], verdict: 'again', attempts: 3, problem: 'GRAPH_DENIED' },
  {
    status: [400, 409, 412, 423, 424, 425],
    codes: ['Directory_ConcurrencyViolation', 'Directory_ConcurrentOperationLimit'],
    message: /concurren(?:t|cy)|try again later|please retry|\b(?:is|are|currently) locked\b/i,
    verdict: 'again',
    problem: 'ConcurrentChange',
  },
  { status: [412, 423, 424, 425], verdict: 'again', problem: 'ConcurrentChange' },
  // What is there, or gone, already.
  {
    kinds: bindings,
    status: [400, 409],
    message: /references already exist/i,
    verdict: 'look up',
    problem: 'GRAPH_REJECTED',
  },
  {
    kinds: ['addSchoolClass', 'addSchoolUser'],
    status: [400, 409],
    message: /already exists?\b/i,
    verdict: 'done',
    problem: 'GRAPH_REJECTED',
  },
  { kinds: removals, status: [404, 410], verdict: 'look up', problem: 'ObjectMissing' },
  { status: [404, 410], verdict: 'missing', problem: 'ObjectMissing' },
  {
    kinds: removals,
    status: [400],
    codes: notFoundCodes,
    message: notFoundWords,
    verdict: 'look up',
    problem: 'ObjectMissing',
  },
  { status: [400], codes: notFoundCodes, message: notFoundWords, verdict: 'missing', problem: 'ObjectMissing' },
  // Licenses. A person's own address may stand in the way of one, so they come before the conflicts.
  {
    ...noLicence,
    codes: ['ProhibitedInUsageLocationViolation'],
    message: /ProhibitedInUsageLocation|not (?:available|allowed|permitted) in .*location/i,
    advice:
      'The product is not sold in the country of the usage location: correct the location, or choose another license.',
  },
  {
    ...licence,
    message: /usage ?location/i,
    problem: 'AzureActiveDirectoryInvalidUserUsageLocation',
  },
  {
    ...noLicence,
    codes: ['MutuallyExclusiveViolation', 'mutuallyExclusiveServicePlans'],
    message: /mutually exclusive|conflicting service ?plans?|MutuallyExclusive/i,
    advice:
      'The account has another license with a plan that excludes one of these. Take one of the two away, or switch one of the plans off with "disabledPlans" in the profile.',
  },
  {
    ...noLicence,
    codes: ['DependencyViolation'],
    message: /depends? on (?:the )?service ?plan|DependencyViolation|dependen(?:t|cy)/i,
    advice:
      'The license has a plan that works only with another one: assign the license that has it, or switch the plan off with "disabledPlans" in the profile.',
  },
  {
    ...noLicence,
    codes: ['CountViolation'],
    message: /available licen[cs]es|CountViolation|(?:not enough|no more|insufficient) (?:seats|licen[cs]es)/i,
    advice: 'Buy seats, or take licenses back from accounts that do not need them any more.',
  },
  {
    ...noLicence,
    codes: ['UniquenessViolation'],
    message: /UniquenessViolation|proxy ?address/i,
    advice: 'Another object has an e-mail address of this account: take the address away from one of them in Exchange.',
  },
  {
    ...noLicence,
    message: /inherited from a group/i,
    advice:
      'The account has the license from a group: let the group decide ("licenses" of the profile with that group), or take the account out of it.',
  },
  {
    ...noLicence,
    message: /disabled ?plan|plan.* (?:does not|do not) belong/i,
    advice:
      'Correct "disabledPlans" in the profile: the license does not have that plan, or the plan cannot be switched off.',
  },
  {
    ...noLicence,
    message:
      /valid company licen[cs]e|cannot be assigned to (?:a|the) user|licen[cs]e|\bskus?\b|service ?plan|subscription/i,
    advice: 'Check that the tenant has the license of the profile, that it is for people, and that it is not expired.',
  },
  // What the directory does not let anybody, or this application, change.
  {
    status: anyRefusal,
    codes: ['CannotDisableSynchronizedProperty', 'CannotUpdateSynchronizedProperty'],
    message:
      /on-premises mastered|mastered on-premises|directory sync objects|undergoing migration|synchroni[sz]ed (?:from|with) (?:your )?on-premises|on-premises active directory/i,
    verdict: 'refused',
    problem: 'OnPremisesAccount',
  },
  {
    kinds: inGroups,
    status: anyRefusal,
    message: /dynamic(?:ally)?\b.*member|member.*\bdynamic|membership ?rule/i,
    verdict: 'refused',
    problem: 'GroupNotWritable',
  },
  {
    kinds: inGroups,
    status: anyRefusal,
    message: /mail-enabled security groups?|distribution (?:list|group)/i,
    verdict: 'refused',
    problem: 'GroupNotWritable',
  },
  {
    kinds: [...inGroups, ...ofClasses, ...ofTeams, 'addSchoolClass'],
    status: [400, 403],
    message: /restricted (?:management )?administrative unit|role-?assignable/i,
    verdict: 'denied',
    problem: 'GroupProtected',
  },
  {
    kinds: ofAccounts,
    status: [400, 403],
    message: /restricted (?:management )?administrative unit|privileged|administrator role/i,
    verdict: 'denied',
    problem: 'AccountProtected',
  },
  {
    kinds: [...bindings, 'addSchoolUser'],
    status: [400, 403],
    message: /\bguests?\b|referenced-object resource identifier|cannot be (?:added as )?(?:a |an )?(?:member|owner)\b/i,
    verdict: 'refused',
    problem: 'MemberRefused',
  },
  // Room. Of one object first: the directory has one code for both.
  {
    kinds: [...bindings, 'addSchoolUser', 'addSchoolClass'],
    status: [400, 403, 409, 413],
    codes: ['Directory_ResourceSizeExceeded'],
    message:
      /(?:max(?:imum)?\b|more than|at most|limit|exceeds?\b).*(?:owners|members|administrative units|links?\b)|(?:owners|members|links).*(?:limit|maximum|exceeded)/i,
    verdict: 'refused',
    problem: 'ObjectFull',
  },
  {
    status: [400, 403, 409],
    codes: ['Directory_QuotaExceeded'],
    message: /\bquota\b/i,
    verdict: 'refused',
    problem: 'GRAPH_QUOTA_EXCEEDED',
  },
  // What may be there once.
  {
    status: [400, 409],
    codes: ['Request_MultipleObjectsWithSameKeyValue'],
    details: ['ObjectConflict', 'ConflictingObjects', 'PropertyConflict'],
    message: /same value for property|already (?:in use|used by)|conflicting object/i,
    verdict: 'conflict',
    problem: 'AliasTaken',
  },
  // Rules that administrators have set.
  {
    kinds: ofClasses,
    status: [400, 403, 422],
    details: ['MissingPrefixSuffix', 'ContainsBlockedWord', 'ContainsBannedWord', 'BlockedWord', 'InvalidBlockedWord'],
    message: /naming (?:policy|requirement)|prefix ?(?:\/|and|or) ?suffix|(?:blocked|banned|custom blocked) words?/i,
    verdict: 'refused',
    problem: 'GroupNamingPolicy',
  },
  {
    kinds: ['createUser'],
    status: [400],
    message: /\bpassword\b/i,
    verdict: 'other password',
    attempts: 3,
    problem: 'FirstPasswordRefused',
  },
  {
    kinds: ['createUser', 'updateUser'],
    status: [400, 403],
    message: /domain portion|verified domain|federated|immutable ?id/i,
    verdict: 'refused',
    problem: 'DomainUnusable',
  },
  {
    kinds: ['removeOwner', 'removeMember'],
    status: [400, 403],
    message: /at least one owner|last owner|only owner/i,
    verdict: 'again',
    attempts: 3,
    problem: 'OwnerNotRemovable',
  },
  {
    kinds: [...withValues, 'addSchoolUser', 'addSchoolClass', 'createTeam'],
    status: [400, 402, 403],
    message: /_Education_ObjectType|education (?:licen[cs]e|sku|tenant)|not (?:an education|enabled for education)/i,
    verdict: 'refused',
    problem: 'EducationNotAvailable',
  },
  {
    kinds: ofTeams,
    status: [400, 402, 403],
    message:
      /licen[cs]e|not (?:enabled|provisioned|available) for (?:the|this) (?:user|tenant)|teams? (?:is|are) (?:disabled|not enabled)/i,
    verdict: 'refused',
    problem: 'TeamsNotAvailable',
  },
  { kinds: ofTeams, status: [400], verdict: 'refused', problem: 'TeamFailed' },
  // Values.
  {
    kinds: withValues,
    status: [400, 422],
    details: ['InvalidValue', 'InvalidLength', 'PropertyValueTooLong', 'GreaterThanMaxLength', 'InvalidFormat'],
    message:
      /invalid value|value is required for property|propert(?:y|ies) ['"]?[\w./]+['"]? (?:is|are) invalid|(?:exceeds?|greater than|longer than).*(?:length|characters|allowed)|max(?:imum)? ?length|too long|invalid (?:characters?|format|date)|characters? that (?:is|are) not (?:allowed|permitted|supported)|does ?n[o']t match (?:the )?schema|(?:cannot|can't|must not) be (?:null or )?empty/i,
    verdict: 'refused',
    problem: 'AzureActiveDirectoryInvalidPropertyValue',
  },
  {
    status: [402],
    verdict: 'refused',
    problem: 'AzureActiveDirectoryInvalidLicense',
    advice: 'Renew the subscription.',
  },
  { kinds: ['addOwners'], status: [400, 422], verdict: 'one by one', problem: 'GRAPH_REJECTED' },
  // Some say so of what they do not support.
  { kinds: ['addOwners'], status: [403], verdict: 'one by one', problem: 'GRAPH_DENIED' },
  { status: [403], verdict: 'denied', problem: 'GRAPH_DENIED' },
  { status: anyRefusal, verdict: 'refused', problem: 'GRAPH_REJECTED' },
] as const satisfies readonly OutcomeRow[];

/** What the table can find wrong. */
export type TableProblem = (typeof outcomeRows)[number]['problem'];
