/** Answers that mean the same for every request, in the groups in which operations list them. */
import type { OutcomeRow } from './outcome-row.ts';

export const anyRefusal = [[400, 499]] as const;

/** Temporary failures. */
export const passing: readonly OutcomeRow[] = [
  { status: [429], verdict: 'again', problem: 'AzureActiveDirectoryRequestThrottledTemporarily' },
  { status: [503], verdict: 'doubtful', problem: 'AzureActiveDirectoryReplicaUnavailable' },
  // The directory's own codes for temporary failures, whatever the status.
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
    // Just after consent, some of the servers do not know the application yet.
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
];

/** Some workloads answer 400 to a reference to something that does not exist. */
export const notFound = {
  status: [400],
  codes: ['Request_ResourceNotFound', 'Directory_ObjectNotFound', 'ResourceNotFound'],
  message: /does not exist or one of its queried reference-property objects are not present/i,
  problem: 'ObjectMissing',
} as const;

/** Something that it refers to does not exist. */
export const missing: readonly OutcomeRow[] = [
  { status: [404, 410], verdict: 'missing', problem: 'ObjectMissing' },
  { ...notFound, verdict: 'missing' },
];

export const onPremises: OutcomeRow = {
  status: anyRefusal,
  codes: ['CannotDisableSynchronizedProperty', 'CannotUpdateSynchronizedProperty'],
  message:
    /on-premises mastered|mastered on-premises|directory sync objects|undergoing migration|synchroni[sz]ed (?:from|with) (?:your )?on-premises|on-premises active directory/i,
  verdict: 'refused',
  problem: 'OnPremisesAccount',
};

/** The tenant is full, or something else has the name. */
export const full: readonly OutcomeRow[] = [
  {
    status: [400, 403, 409],
    codes: ['Directory_QuotaExceeded'],
    message: /\bquota\b/i,
    verdict: 'refused',
    problem: 'GRAPH_QUOTA_EXCEEDED',
  },
  {
    status: [400, 409],
    codes: ['Request_MultipleObjectsWithSameKeyValue'],
    details: ['ObjectConflict', 'ConflictingObjects', 'PropertyConflict'],
    message: /same value for property|already (?:in use|used by)|conflicting object/i,
    verdict: 'conflict',
    problem: 'AliasTaken',
  },
];

/** All other refusals. */
export const refusals: readonly OutcomeRow[] = [
  {
    status: [402],
    verdict: 'refused',
    problem: 'AzureActiveDirectoryInvalidLicense',
    advice: 'Renew the subscription.',
  },
  { status: [403], verdict: 'denied', problem: 'GRAPH_DENIED' },
  { status: anyRefusal, verdict: 'refused', problem: 'GRAPH_REJECTED' },
];
