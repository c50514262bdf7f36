/** Classes, groups, teams and schools, and who is in them. */
import { bad, denied, type Refusal } from './refusal.ts';

export const memberships: Record<string, Refusal> = {
  'two change one object': {
    ...{ kind: 'addMembers', status: 409, code: 'Directory_ConcurrencyViolation' },
    message: 'Error due to concurrent requests being made to the tenant. Please wait briefly and retry.',
    is: ['again', 'ConcurrentChange', 'nobody'],
  },
  'a group that is locked': {
    ...{ kind: 'addMembers', status: 409, code: 'Conflict', message: 'The group is locked.' },
    is: ['again', 'ConcurrentChange', 'nobody'],
  },
  'owners in one PATCH are denied': {
    ...{ kind: 'addOwners', ...denied, message: 'Insufficient privileges to complete the operation.' },
    is: ['one by one'],
  },
  'owners in one PATCH are not allowed': {
    ...{ kind: 'addOwners', status: 405, code: 'Request_BadRequest', message: 'Specified HTTP method is not allowed.' },
    is: ['one by one'],
  },
  'owners in one PATCH are refused': {
    ...{ kind: 'addOwners', ...bad, message: "The property 'owners@odata.bind' is not supported for this operation." },
    is: ['one by one'],
  },
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
  'a member who is gone already, with another status': {
    ...{ kind: 'removeMember', status: 400, code: 'Request_ResourceNotFound', message: 'Not found.' },
    is: ['verify'],
  },
  'an account is gone': {
    ...{ kind: 'addMembers', status: 404, code: 'Request_ResourceNotFound' },
    message: "Resource 'x' does not exist or one of its queried reference-property objects are not present.",
    is: ['missing', 'ObjectMissing', 'microsoft'],
  },
  'a missing account, with another status': {
    ...{ kind: 'addMembers', ...bad },
    message: "Resource 'x' does not exist or one of its queried reference-property objects are not present.",
    is: ['missing', 'ObjectMissing', 'microsoft'],
  },
  'a class has 100 owners': {
    ...{ kind: 'addOwners', status: 403, code: 'Directory_ResourceSizeExceeded', message: 'A group is full.' },
    is: ['failed', 'ObjectFull', 'microsoft'],
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
  'the last owner': {
    ...{ kind: 'removeOwner', ...bad },
    message: 'The group must have at least one owner, hence this owner cannot be removed.',
    is: ['again', 'OwnerNotRemovable', 'microsoft'],
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
  'a group that is no class': {
    ...{ kind: 'createTeam', status: 400, code: 'BadRequest' },
    message:
      "Team with template 'educationClass' can not be provisioned using a group which does not belong to a class.",
    is: ['failed', 'TeamFailed', 'microsoft'],
  },
  'an owner without Teams': {
    ...{ kind: 'createTeam', status: 403, code: 'Forbidden' },
    message: 'The owner of the team has no license for Microsoft Teams.',
    is: ['failed', 'TeamsNotAvailable', 'microsoft'],
    says: /a license that includes Microsoft Teams/,
  },
};
