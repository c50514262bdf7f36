/** Answers that several kinds of operations get: about groups, accounts, teams, education, and values. */
import { anyRefusal, full, missing, notFound, onPremises, passing, refusals } from './common-answers.ts';
import type { OutcomeRow } from './outcome-row.ts';

/** One person is in the group already; the others may not be. */
export const alreadyInGroup: OutcomeRow = {
  status: [400, 409],
  message: /references already exist/i,
  verdict: 'look up',
  problem: 'GRAPH_REJECTED',
};

/** An addition to a school has a single member, so it exists. */
export const alreadyInSchool: OutcomeRow = {
  status: [400, 409],
  message: /already exists?\b/i,
  verdict: 'done',
  problem: 'GRAPH_REJECTED',
};

/** The person to remove is already gone, or the group is. */
export const alreadyGone: readonly OutcomeRow[] = [
  { status: [404, 410], verdict: 'look up', problem: 'ObjectMissing' },
  { ...notFound, verdict: 'look up' },
];

export const protectedGroup: OutcomeRow = {
  status: [400, 403],
  message: /restricted (?:management )?administrative unit|role-?assignable/i,
  verdict: 'denied',
  problem: 'GroupProtected',
};

/** Groups whose members nobody, or not this application, may change. */
export const closedGroup: readonly OutcomeRow[] = [
  {
    status: anyRefusal,
    message: /dynamic(?:ally)?\b.*member|member.*\bdynamic|membership ?rule/i,
    verdict: 'refused',
    problem: 'GroupNotWritable',
  },
  {
    status: anyRefusal,
    message: /mail-enabled security groups?|distribution (?:list|group)/i,
    verdict: 'refused',
    problem: 'GroupNotWritable',
  },
  protectedGroup,
];

export const protectedAccount: OutcomeRow = {
  status: [400, 403],
  message: /restricted (?:management )?administrative unit|privileged|administrator role/i,
  verdict: 'denied',
  problem: 'AccountProtected',
};

/** One of the people is not allowed in a group or school. */
export const memberRefused: OutcomeRow = {
  status: [400, 403],
  message: /\bguests?\b|referenced-object resource identifier|cannot be (?:added as )?(?:a |an )?(?:member|owner)\b/i,
  verdict: 'refused',
  problem: 'MemberRefused',
};

/** The group or school is full. Comes before the tenant's own limit: the directory has one code for both. */
export const objectFull: OutcomeRow = {
  status: [400, 403, 409, 413],
  codes: ['Directory_ResourceSizeExceeded'],
  message:
    /(?:max(?:imum)?\b|more than|at most|limit|exceeds?\b).*(?:owners|members|administrative units|links?\b)|(?:owners|members|links).*(?:limit|maximum|exceeded)/i,
  verdict: 'refused',
  problem: 'ObjectFull',
};

/** A rule that an administrator has set. */
export const namingPolicy: OutcomeRow = {
  status: [400, 403, 422],
  details: ['MissingPrefixSuffix', 'ContainsBlockedWord', 'ContainsBannedWord', 'BlockedWord', 'InvalidBlockedWord'],
  message: /naming (?:policy|requirement)|prefix ?(?:\/|and|or) ?suffix|(?:blocked|banned|custom blocked) words?/i,
  verdict: 'refused',
  problem: 'GroupNamingPolicy',
};

export const unusableDomain: OutcomeRow = {
  status: [400, 403],
  message: /domain portion|verified domain|federated|immutable ?id/i,
  verdict: 'refused',
  problem: 'DomainUnusable',
};

/** Graph keeps one owner. */
export const lastOwner: OutcomeRow = {
  status: [400, 403],
  message: /at least one owner|last owner|only owner/i,
  verdict: 'again',
  attempts: 3,
  problem: 'OwnerNotRemovable',
};

export const noEducation: OutcomeRow = {
  status: [400, 402, 403],
  message: /_Education_ObjectType|education (?:licen[cs]e|sku|tenant)|not (?:an education|enabled for education)/i,
  verdict: 'refused',
  problem: 'EducationNotAvailable',
};

export const teamRefused: readonly OutcomeRow[] = [
  {
    status: [400, 402, 403],
    message:
      /licen[cs]e|not (?:enabled|provisioned|available) for (?:the|this) (?:user|tenant)|teams? (?:is|are) (?:disabled|not enabled)/i,
    verdict: 'refused',
    problem: 'TeamsNotAvailable',
  },
  { status: [400], verdict: 'refused', problem: 'TeamFailed' },
];

export const refusedValue: OutcomeRow = {
  status: [400, 422],
  details: ['InvalidValue', 'InvalidLength', 'PropertyValueTooLong', 'GreaterThanMaxLength', 'InvalidFormat'],
  message:
    /invalid value|value is required for property|propert(?:y|ies) ['"]?[\w./]+['"]? (?:is|are) invalid|(?:exceeds?|greater than|longer than).*(?:length|characters|allowed)|max(?:imum)? ?length|too long|invalid (?:characters?|format|date)|characters? that (?:is|are) not (?:allowed|permitted|supported)|does ?n[o']t match (?:the )?schema|(?:cannot|can't|must not) be (?:null or )?empty/i,
  verdict: 'refused',
  problem: 'AzureActiveDirectoryInvalidPropertyValue',
};

/** All answers to a request that concerns an account and writes no PowerSchool value. */
export const accountAnswers: readonly OutcomeRow[] = [
  ...[...passing, ...missing, onPremises, protectedAccount, ...full],
  ...refusals,
];

/** All answers to a request that writes a class's values. */
export const classAnswers: readonly OutcomeRow[] = [
  ...[...passing, ...missing, onPremises, protectedGroup, ...full],
  ...[namingPolicy, noEducation, refusedValue, ...refusals],
];

/** The answers for people who join a group, up to those common to all refusals. */
export const joining: readonly OutcomeRow[] = [
  ...[...passing, alreadyInGroup, ...missing, onPremises],
  ...[...closedGroup, memberRefused, objectFull, ...full],
];

/** All answers for a person who leaves a group. */
export const leaving: readonly OutcomeRow[] = [
  ...[...passing, ...alreadyGone, ...missing, onPremises],
  ...[...closedGroup, ...full, lastOwner, ...refusals],
];
