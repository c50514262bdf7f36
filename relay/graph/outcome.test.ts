/** The table of outcomes, row by row, with the bodies that Graph is documented or reported to send. */
import t from 'tap';
import type { DesiredUser } from '../model/desired-user.ts';
import type { Operation, OperationKind } from '../model/operation.ts';
import { fixerOf } from '../model/problem.ts';
import { answerTable } from '../operations/answer-table.ts';
import { readRefusal } from './graph-error.ts';
import { outcomeOf, refusalOf, rowFor } from './outcome.ts';

interface Case {
  kind: OperationKind;
  status: number;
  code?: string;
  message?: string;
  details?: object[];
  /** In place of the error body. */
  body?: unknown;
  /** Kind of outcome, problem, who can put it right. */
  is: [string, string?, string?];
  /** In message or action. */
  says?: RegExp;
}

const bad = { status: 400, code: 'Request_BadRequest' } as const;
const license = { kind: 'assignLicence', ...bad } as const;
const noLicense = ['failed', 'AzureActiveDirectoryInvalidLicense', 'microsoft'] as [string, string, string];
const denied = { status: 403, code: 'Authorization_RequestDenied' } as const;

const cases: Record<string, Case> = {
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
  'a gateway gives up on members': {
    kind: 'addMembers',
    status: 504,
    body: '',
    is: ['again', 'GRAPH_FAILED', 'nobody'],
  },
  'a request times out': { kind: 'createSchool', status: 408, is: ['verify', 'GRAPH_FAILED', 'nobody'] },
  'owners in one PATCH are denied': {
    ...{ kind: 'addOwners', ...denied, message: 'Insufficient privileges to complete the operation.' },
    is: ['one by one'],
  },
  'owners in one PATCH are not allowed': {
    ...{ kind: 'addOwners', status: 405, code: 'Request_BadRequest', message: 'Specified HTTP method is not allowed.' },
    is: ['one by one'],
  },
  'a method that nobody implements': { kind: 'updateUser', status: 501, is: ['failed', 'GRAPH_REJECTED', 'operator'] },
  'a token ends inside a batch': {
    ...{ kind: 'updateUser', status: 401, code: 'InvalidAuthenticationToken', message: 'Lifetime validation failed.' },
    is: ['again', 'GRAPH_DENIED', 'microsoft'],
  },
  'two change one object': {
    ...{ kind: 'addMembers', status: 409, code: 'Directory_ConcurrencyViolation' },
    message: 'Error due to concurrent requests being made to the tenant. Please wait briefly and retry.',
    is: ['again', 'ConcurrentChange', 'nobody'],
  },
  'a precondition of the directory': { kind: 'updateUser', status: 412, is: ['again', 'ConcurrentChange', 'nobody'] },
  'members are there already': {
    ...{ kind: 'addMembers', ...bad },
    message: "One or more added object references already exist for the following modified properties: 'members'.",
    is: ['verify'],
  },
  'a person is in the school already': {
    ...{ kind: 'addSchoolUser', ...bad },
    message: "One or more added object references already exist for the following modified properties: 'members'.",
    is: ['done'],
  },
  'a member is gone already': {
    ...{ kind: 'removeMember', status: 404, code: 'Request_ResourceNotFound' },
    message: "Resource 'x' does not exist or one of its queried reference-property objects are not present.",
    is: ['verify'],
  },
  'an account is gone': {
    ...{ kind: 'addMembers', status: 404, code: 'Request_ResourceNotFound' },
    message: "Resource 'x' does not exist or one of its queried reference-property objects are not present.",
    is: ['missing', 'ObjectMissing', 'microsoft'],
  },
  'a product that is not sold in a country': {
    ...{ ...license, message: 'License assignment failed: ProhibitedInUsageLocationViolation.' },
    is: noLicense,
    says: /country/,
  },
  'no usage location': {
    ...{ ...license, message: 'License assignment cannot be done for user with invalid usage location.' },
    is: ['failed', 'AzureActiveDirectoryInvalidUserUsageLocation', 'microsoft'],
  },
  'plans that exclude each other': {
    ...license,
    message:
      'License assignment failed because service plans 4fa4026d-ce74-4962-a151-8e96d57ea8e4,57ff2da0-773e-42df-b2af-ffb7a2317929 are mutually exclusive',
    is: noLicense,
    says: /excludes one of these.*disabledPlans/,
  },
  'a plan that needs another': {
    ...license,
    message:
      'License assignment failed because service plan fe71d6c3-a2ea-4499-9778-da042bf08063 depends on the service plan(s) 5dbe027f-2339-4123-9542-606e4d348a72',
    is: noLicense,
    says: /works only with another/,
  },
  'no seat left': {
    ...{ ...license, message: 'Subscription with SKU x does not have any available licenses.' },
    is: noLicense,
    says: /Buy seats/,
  },
  'no seat left, in one word': { ...license, message: 'CountViolation', is: noLicense, says: /Buy seats/ },
  'an address that is taken keeps a license away': {
    ...license,
    message: 'Another object with the same value for property proxyAddresses already exists.',
    is: noLicense,
    says: /Exchange/,
  },
  'a license of a group': {
    ...license,
    message: 'User license is inherited from a group membership and it cannot be removed directly from the user.',
    is: noLicense,
    says: /let the group decide/,
  },
  'a plan that the license does not have': {
    ...{ ...license, message: 'A disabled plan does not belong to the license x.' },
    is: noLicense,
    says: /disabledPlans/,
  },
  'a license that the tenant does not have': {
    ...{ ...license, message: 'License x does not correspond to a valid company License.' },
    is: noLicense,
    says: /not expired/,
  },
  'a license that is not for people': {
    ...{ ...license, message: 'License x cannot be assigned to a user.' },
    is: noLicense,
  },
  'an account of Active Directory': {
    ...{ kind: 'updateUser', ...bad },
    message:
      'Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.',
    is: ['failed', 'OnPremisesAccount', 'microsoft'],
  },
  'a group whose members follow a rule': {
    ...{ kind: 'addToLicenceGroup', ...bad },
    message: 'The members of a group with dynamic membership cannot be changed.',
    is: ['failed', 'GroupNotWritable', 'microsoft'],
  },
  'a group of Exchange': {
    ...{ kind: 'addToLicenceGroup', ...denied },
    message: 'Cannot Update a mail-enabled security groups and or distribution list.',
    is: ['failed', 'GroupNotWritable', 'microsoft'],
  },
  'a class in a restricted unit': {
    ...{ kind: 'addMembers', ...denied },
    message:
      'Insufficient privileges to complete the operation. Target object is a member of a restricted management administrative unit and can only be modified by administrators scoped to that administrative unit.',
    is: ['denied', 'GroupProtected', 'microsoft'],
  },
  'an account in a restricted unit': {
    ...{ kind: 'updateUser', ...denied },
    message:
      'Insufficient privileges to complete the operation. Target object is a member of a restricted management administrative unit and can only be modified by administrators scoped to that administrative unit.',
    is: ['denied', 'AccountProtected', 'microsoft'],
  },
  'an account of an administrator': {
    ...{ kind: 'disableUser', ...denied, message: 'Insufficient privileges to complete the operation.' },
    is: ['denied', 'GRAPH_DENIED', 'microsoft'],
  },
  'the tenant is full': {
    ...{ kind: 'createClass', status: 403, code: 'Directory_QuotaExceeded' },
    message: 'The directory object quota limit for the Tenant has been exceeded.',
    is: ['failed', 'GRAPH_QUOTA_EXCEEDED', 'microsoft'],
  },
  'a class has 100 owners': {
    ...{ kind: 'addOwners', status: 403, code: 'Directory_ResourceSizeExceeded', message: 'A group is full.' },
    is: ['failed', 'ObjectFull', 'microsoft'],
  },
  'an alias is taken': {
    ...{ kind: 'createClass', ...bad },
    message: 'Another object with the same value for property mailNickname already exists.',
    details: [{ code: 'ObjectConflict', target: 'mailNickname', message: 'The same.' }],
    is: ['conflict', 'AliasTaken', 'microsoft'],
  },
  'a user name is taken, by another status': {
    ...{ kind: 'createUser', status: 409, code: 'Request_MultipleObjectsWithSameKeyValue' },
    message: 'Another object with the same value for property userPrincipalName already exists.',
    is: ['conflict', 'AliasTaken', 'microsoft'],
  },
  'a name without its prefix': {
    ...{ kind: 'createClass', status: 422, code: 'Request_UnprocessableEntity' },
    message: 'The values provided contain one or more validation errors.',
    details: [
      {
        code: 'MissingPrefixSuffix',
        target: 'displayName',
        message:
          "Property displayName is missing a required prefix/suffix per your organization's Group naming requirements.",
        prefix: 'EDU_',
        suffix: '',
      },
    ],
    is: ['failed', 'GroupNamingPolicy', 'microsoft'],
    says: /missing a required prefix.*prefix "EDU_"/,
  },
  'a word that is blocked': {
    ...{ kind: 'updateClass', ...bad, message: 'The display name contains a blocked word: Payroll.' },
    is: ['failed', 'GroupNamingPolicy', 'microsoft'],
    says: /Payroll/,
  },
  'a weak password': {
    ...{ kind: 'createUser', ...bad },
    message:
      'The specified password does not comply with password complexity requirements. Please provide a different password.',
    is: ['other password', 'FirstPasswordRefused', 'operator'],
  },
  'a domain that is not verified': {
    ...{ kind: 'createUser', ...bad },
    message:
      'The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.',
    is: ['failed', 'DomainUnusable', 'microsoft'],
  },
  'the last owner': {
    ...{ kind: 'removeOwner', ...bad },
    message: 'The group must have at least one owner, hence this owner cannot be removed.',
    is: ['again', 'OwnerNotRemovable', 'microsoft'],
  },
  'a tenant without education': {
    ...{ kind: 'createClass', ...bad },
    message: 'The property extension_fe2174665583431c953114ff7268b7b3_Education_ObjectType is not known.',
    is: ['failed', 'EducationNotAvailable', 'microsoft'],
  },
  'a group that is no class': {
    ...{ kind: 'createTeam', status: 400, code: 'BadRequest' },
    message:
      "Team with template 'educationClass' can not be provisioned using a group which does not belong to a class.",
    is: ['failed', 'TeamFailed', 'microsoft'],
  },
  'a value of PowerSchool': {
    ...{ kind: 'updateUser', ...bad },
    message: "Invalid value specified for property 'grade' of resource 'User'.",
    details: [{ code: 'InvalidValue', target: 'grade', message: 'No.' }],
    is: ['failed', 'AzureActiveDirectoryInvalidPropertyValue', 'sis'],
    says: /Correct the grade level in PowerSchool/,
  },
  'a value that is too long': {
    ...{ kind: 'createClass', ...bad },
    message: "The value of property 'classCode' exceeds the maximum length.",
    is: ['failed', 'AzureActiveDirectoryInvalidPropertyValue', 'sis'],
    says: /course number/,
  },
  'a value of the profile': {
    ...{ kind: 'createUser', ...bad },
    message: "Invalid value specified for property 'usageLocation' of resource 'User'.",
    is: ['failed', 'ProfileValueRefused', 'operator'],
    says: /usageLocation/,
  },
  'an unpaid subscription': { kind: 'updateUser', status: 402, is: noLicense, says: /Renew/ },
  'owners in one PATCH are refused': {
    ...{ kind: 'addOwners', ...bad, message: "The property 'owners@odata.bind' is not supported for this operation." },
    is: ['one by one'],
  },
  'a user name that the directory does not like': {
    ...{ kind: 'createUser', ...bad, message: 'Property userPrincipalName is invalid.' },
    is: ['failed', 'AzureActiveDirectoryInvalidPropertyValue', 'sis'],
    says: /Correct the user name/,
  },
  'a user name that is taken, by its inner name': {
    ...{ kind: 'createUser', ...bad, message: 'Property netId is invalid.' },
    details: [{ code: 'ObjectConflict', target: 'netId', message: 'Property netId is invalid.' }],
    is: ['conflict', 'AliasTaken', 'microsoft'],
    says: /userPrincipalName/,
  },
  'a value that is missing': {
    ...{ kind: 'createUser', ...bad, message: "A value is required for property 'displayName' of resource 'User'." },
    is: ['failed', 'AzureActiveDirectoryInvalidPropertyValue', 'sis'],
    says: /first and last name/,
  },
  'characters that an alias does not have': {
    ...{ kind: 'createUser', ...bad },
    message: "The value for property 'mailNickname' contains characters that are not allowed.",
    is: ['failed', 'AzureActiveDirectoryInvalidPropertyValue', 'sis'],
  },
  'a property that is named at the end': {
    ...{ kind: 'updateUser', ...bad, message: "Property value is too long: 'givenName'" },
    is: ['failed', 'AzureActiveDirectoryInvalidPropertyValue', 'sis'],
    says: /Correct the first name/,
  },
  'a value that does not match, and not from PowerSchool': {
    ...{ kind: 'updateUser', ...bad },
    message: "Property 'mobilePhone' in payload has a value that does not match schema.",
    is: ['failed', 'ProfileValueRefused', 'operator'],
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
  'a replica is away, with another status': {
    ...{ kind: 'updateUser', status: 400, code: 'Directory_ReplicaUnavailable', message: 'Try another one.' },
    is: ['again', 'AzureActiveDirectoryReplicaUnavailable', 'nobody'],
  },
  'throttled, with another status': {
    ...{ kind: 'updateUser', status: 403, code: 'TooManyRequests', message: 'Slow down.' },
    is: ['again', 'AzureActiveDirectoryRequestThrottledTemporarily', 'nobody'],
  },
  'a group that is locked': {
    ...{ kind: 'addMembers', status: 409, code: 'Conflict', message: 'The group is locked.' },
    is: ['again', 'ConcurrentChange', 'nobody'],
  },
  'a missing account, with another status': {
    ...{ kind: 'addMembers', ...bad },
    message: "Resource 'x' does not exist or one of its queried reference-property objects are not present.",
    is: ['missing', 'ObjectMissing', 'microsoft'],
  },
  'a member who is gone already, with another status': {
    ...{ kind: 'removeMember', status: 400, code: 'Request_ResourceNotFound', message: 'Not found.' },
    is: ['verify'],
  },
  'an account of Active Directory, by code alone': {
    ...{ kind: 'disableUser', status: 400, code: 'CannotDisableSynchronizedProperty', message: 'Cannot disable it.' },
    is: ['failed', 'OnPremisesAccount', 'microsoft'],
  },
  'a guest in a group without guests': {
    ...{ kind: 'addMembers', ...denied, message: 'Guest users are not allowed to join because of a policy setting.' },
    is: ['failed', 'MemberRefused', 'microsoft'],
    says: /Allow guests/,
  },
  'an account that cannot be a member': {
    ...{ kind: 'addMembers', ...bad },
    message: "Unsupported referenced-object resource identifier for link property 'members'.",
    is: ['failed', 'MemberRefused', 'microsoft'],
  },
  'a class with too many owners, by the code of a full tenant': {
    ...{ kind: 'addOwners', status: 403, code: 'Directory_QuotaExceeded' },
    message: 'The maximum number of links to the group is exceeded.',
    is: ['failed', 'ObjectFull', 'microsoft'],
  },
  'an account in 30 schools': {
    ...{ kind: 'addSchoolUser', ...bad },
    message: 'Adding this member would exceed the max number of administrative units (30).',
    is: ['failed', 'ObjectFull', 'microsoft'],
  },
  'a tenant without a verified domain is full': {
    ...{ kind: 'createUser', ...bad, message: 'The number of users exceeds the directory quota.' },
    is: ['failed', 'GRAPH_QUOTA_EXCEEDED', 'microsoft'],
  },
  'an owner without Teams': {
    ...{ kind: 'createTeam', status: 403, code: 'Forbidden' },
    message: 'The owner of the team has no license for Microsoft Teams.',
    is: ['failed', 'TeamsNotAvailable', 'microsoft'],
    says: /a license that includes Microsoft Teams/,
  },
  'nothing else is known': {
    ...{ kind: 'updateClass', status: 418, code: 'Teapot', message: 'Short and stout.' },
    body: { error: { code: 'Teapot', message: 'Short and stout.', innererror: { 'request-id': 'abc-123' } } },
    is: ['failed', 'GRAPH_REJECTED', 'operator'],
    says: /Teapot: Short and stout.*abc-123/,
  },
  'a page of HTML': { kind: 'updateClass', status: 400, body: undefined, is: ['failed', 'GRAPH_REJECTED', 'operator'] },
};

/** As much of an operation as matters here. */
function operationOf(kind: OperationKind): Operation {
  const user = { body: {}, creation: { userPrincipalName: 'a@b', mailNickname: 'a', usageLocation: 'US' } };
  const common = { key: 'class:1', reason: 'r', sectionId: '1', people: ['students:1'], personKey: 'students:1' };
  return { kind, ...common, user: user as DesiredUser, body: {}, before: {}, schoolId: '1' } as unknown as Operation;
}

function answerOf({ status, code = '', message = '', details, ...rest }: Case) {
  const body = 'body' in rest ? rest.body : { error: { code, message, ...(details === undefined ? {} : { details }) } };
  return { status, headers: new Headers(), body };
}

for (const [name, one] of Object.entries(cases)) {
  t.test(name, async (t) => {
    const operation = operationOf(one.kind);
    const outcome = outcomeOf(operation, answerOf(one), 0);
    const [kind, code, who] = one.is;
    t.equal(outcome.kind, kind);
    const error = 'error' in outcome ? outcome.error : refusalOf(operation, answerOf(one));
    if (code !== undefined) t.equal(error.code, code);
    if (who !== undefined) t.equal(fixerOf(error.code), who);
    t.match(`${error.message} ${error.action}`, one.says ?? /./);
    t.notMatch(`${error.message} ${error.action}`, /undefined|\{|\.\./, 'every blank is filled');
  });
}

t.test('every row has a case', async (t) => {
  const met = new Set(Object.values(cases).map((one) => rowFor(one.kind, readRefusal(answerOf(one)))));
  const rows = answerTable().map(({ row }) => row);
  t.same(
    rows.filter((row) => !met.has(row)),
    [],
  );
});

t.test('no refusal reaches the person who keeps PowerSchool without naming the field', async (t) => {
  const kinds: OperationKind[] = [
    'createUser',
    'updateUser',
    'createClass',
    'createSchool',
    'addMembers',
    'assignLicence',
  ];
  for (const kind of kinds) {
    for (let status = 400; status < 500; status += 1) {
      const answer = { status, headers: new Headers(), body: { error: { code: 'X', message: 'Something else.' } } };
      const error = refusalOf(operationOf(kind), answer);
      t.not(fixerOf(error.code), 'sis', `${kind} ${status} ${error.code}`);
    }
  }
});

t.test('owners who were added one at a time are not tried in another way', async (t) => {
  const one = cases['owners in one PATCH are refused'];
  if (one === undefined) throw new Error('no case');
  t.match(outcomeOf(operationOf('addOwners'), answerOf(one), 0, true), {
    kind: 'failed',
    error: { code: 'GRAPH_REJECTED' },
  });
});

t.test('an error body may have an old form, or none', async (t) => {
  const read = (body: unknown) => readRefusal({ status: 400, headers: new Headers({ 'request-id': 'r' }), body });
  const old = { 'odata.error': { code: 'Request_BadRequest', message: { lang: 'en', value: 'No.\r\n  Really.' } } };
  t.match(read(old), { code: 'Request_BadRequest', message: 'No. Really.', requestId: 'r' });
  for (const body of [
    undefined,
    null,
    'text',
    7,
    [],
    { error: null },
    { error: 'text' },
    { error: { details: [null] } },
  ]) {
    t.match(read(body), { code: '', message: '', requestId: 'r' });
  }
});
