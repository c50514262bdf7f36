/** The tenant, the application and the service as a whole. */
import { bad, denied, noLicense, type Refusal } from './refusal.ts';

export const tenant: Record<string, Refusal> = {
  'the tenant is throttled': {
    ...{ kind: 'addMembers', status: 429, code: 'TooManyRequests', message: 'Please retry again later.' },
    is: ['again', 'AzureActiveDirectoryRequestThrottledTemporarily', 'nobody'],
  },
  'the tenant is throttled while a class is made: it was not': {
    ...{ kind: 'createClass', status: 429, code: 'TooManyRequests', message: 'Please retry again later.' },
    is: ['again', 'AzureActiveDirectoryRequestThrottledTemporarily', 'nobody'],
  },
  'a replica is away while a class is made': {
    ...{ kind: 'createClass', status: 503, code: 'ServiceUnavailable' },
    is: ['verify', 'AzureActiveDirectoryReplicaUnavailable', 'nobody'],
  },
  'a replica is away, with another status': {
    ...{ kind: 'updateUser', status: 400, code: 'Directory_ReplicaUnavailable', message: 'Try another one.' },
    is: ['again', 'AzureActiveDirectoryReplicaUnavailable', 'nobody'],
  },
  'throttled, with another status': {
    ...{ kind: 'updateUser', status: 403, code: 'TooManyRequests', message: 'Slow down.' },
    is: ['again', 'AzureActiveDirectoryRequestThrottledTemporarily', 'nobody'],
  },
  'a gateway gives up on members': {
    kind: 'addMembers',
    status: 504,
    body: '',
    is: ['again', 'GRAPH_FAILED', 'nobody'],
  },
  'a request times out': { kind: 'createSchool', status: 408, is: ['verify', 'GRAPH_FAILED', 'nobody'] },
  'a method that nobody implements': { kind: 'updateUser', status: 501, is: ['failed', 'GRAPH_REJECTED', 'operator'] },
  'a token ends inside a batch': {
    ...{ kind: 'updateUser', status: 401, code: 'InvalidAuthenticationToken', message: 'Lifetime validation failed.' },
    is: ['again', 'GRAPH_DENIED', 'microsoft'],
  },
  'a Conditional Access policy': {
    ...{ kind: 'createUser', ...denied, message: 'Access has been blocked by Conditional Access policies.' },
    is: ['again', 'ApplicationBlocked', 'microsoft'],
    says: /Conditional Access/,
  },
  'an application that was disabled': {
    ...{ kind: 'updateUser', status: 401, code: 'Authorization_IdentityDisabled' },
    message: 'The identity of the calling application is disabled.',
    is: ['again', 'ApplicationBlocked', 'microsoft'],
  },
  'a tenant that is suspended': {
    ...{ kind: 'createClass', status: 403, code: 'Directory_TenantDisabled', message: 'The tenant is disabled.' },
    is: ['again', 'ApplicationBlocked', 'microsoft'],
  },
  'the tenant is full': {
    ...{ kind: 'createClass', status: 403, code: 'Directory_QuotaExceeded' },
    message: 'The directory object quota limit for the Tenant has been exceeded.',
    is: ['failed', 'GRAPH_QUOTA_EXCEEDED', 'microsoft'],
  },
  'a tenant without a verified domain is full': {
    ...{ kind: 'createUser', ...bad, message: 'The number of users exceeds the directory quota.' },
    is: ['failed', 'GRAPH_QUOTA_EXCEEDED', 'microsoft'],
  },
  'a tenant without education': {
    ...{ kind: 'createClass', ...bad },
    message: 'The property extension_fe2174665583431c953114ff7268b7b3_Education_ObjectType is not known.',
    is: ['failed', 'EducationNotAvailable', 'microsoft'],
  },
  'an unpaid subscription': { kind: 'updateUser', status: 402, is: noLicense, says: /Renew/ },
  'nothing else is known': {
    ...{ kind: 'updateClass', status: 418, code: 'Teapot', message: 'Short and stout.' },
    body: { error: { code: 'Teapot', message: 'Short and stout.', innererror: { 'request-id': 'abc-123' } } },
    is: ['failed', 'GRAPH_REJECTED', 'operator'],
    says: /Teapot: Short and stout.*abc-123/,
  },
  'a page of HTML': { kind: 'updateClass', status: 400, body: undefined, is: ['failed', 'GRAPH_REJECTED', 'operator'] },
};
