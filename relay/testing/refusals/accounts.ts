/** Accounts, names and values. */
import { bad, denied, type Refusal } from './refusal.ts';

export const accounts: Record<string, Refusal> = {
  'a precondition of the directory': { kind: 'updateUser', status: 412, is: ['again', 'ConcurrentChange', 'nobody'] },
  'an account of Active Directory': {
    ...{ kind: 'updateUser', ...bad },
    message:
      'Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.',
    is: ['failed', 'OnPremisesAccount', 'microsoft'],
  },
  'an account of Active Directory, by code alone': {
    ...{ kind: 'disableUser', status: 400, code: 'CannotDisableSynchronizedProperty', message: 'Cannot disable it.' },
    is: ['failed', 'OnPremisesAccount', 'microsoft'],
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
  'a user name that is taken, by its inner name': {
    ...{ kind: 'createUser', ...bad, message: 'Property netId is invalid.' },
    details: [{ code: 'ObjectConflict', target: 'netId', message: 'Property netId is invalid.' }],
    is: ['conflict', 'AliasTaken', 'microsoft'],
    says: /userPrincipalName/,
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
  'a user name that the directory does not like': {
    ...{ kind: 'createUser', ...bad, message: 'Property userPrincipalName is invalid.' },
    is: ['failed', 'AzureActiveDirectoryInvalidPropertyValue', 'sis'],
    says: /Correct the user name/,
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
};
