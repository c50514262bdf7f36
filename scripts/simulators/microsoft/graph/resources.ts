/**
 * The types of the roster domain with the properties that Graph v1.0 gives them (CSDL), the lengths from its
 * documentation, and which of them `$filter` accepts without advanced query capabilities.
 */
import type { Property, Resource, Shape } from './properties.ts';

const text = (max?: number): Property => (max === undefined ? { kind: 'text' } : { kind: 'text', max });
const found = (max?: number): Property => ({ ...text(max), filter: true });
const required = (property: Property): Property => ({ ...property, required: true });
const readOnly = (property: Property): Property => ({ ...property, readOnly: true });
const flag: Property = { kind: 'flag' };
const texts: Property = { kind: 'texts' };
const objects: Property = { kind: 'objects' };
const choice = (...choices: string[]): Property => ({ kind: 'choice', choices });
const object = (shape: Shape): Property => ({ kind: 'object', shape });

const password: Property = {
  ...object({ password: text(256), forceChangePasswordNextSignIn: flag, forceChangePasswordNextSignInWithMfa: flag }),
  secret: true,
};
const address = object({ city: text(), countryOrRegion: text(), postalCode: text(), state: text(), street: text() });
const createdBy: Property = { ...readOnly({ kind: 'object' }), givenAtCreation: true };
const externalSource = choice('sis', 'manual');

/** Shared by `/users` and `/education/users`. */
const account = {
  accountEnabled: required({ kind: 'flag', filter: true }),
  assignedLicenses: readOnly({ ...objects, filter: true }),
  assignedPlans: readOnly(objects),
  businessPhones: texts,
  department: found(64),
  displayName: required(found(256)),
  givenName: found(64),
  mailNickname: required(found(64)),
  mobilePhone: text(64),
  officeLocation: text(128),
  passwordPolicies: text(),
  preferredLanguage: text(),
  provisionedPlans: readOnly(objects),
  showInAddressList: flag,
  surname: found(64),
  usageLocation: found(2),
  userPrincipalName: required(found(113)),
  userType: found(16),
} as const satisfies Shape;

export const userResource: Resource = {
  name: 'User',
  type: 'microsoft.graph.user',
  set: 'users',
  extensible: true,
  unmodeled: [
    'aboutMe',
    'authorizationInfo',
    'birthday',
    'customSecurityAttributes',
    'deviceEnrollmentLimit',
    'employeeHireDate',
    'employeeLeaveDateTime',
    'employeeOrgData',
    'externalUserStateChangeDateTime',
    'hireDate',
    'interests',
    'isManagementRestricted',
    'isResourceAccount',
    'lastPasswordChangeDateTime',
    'mailboxSettings',
    'mySite',
    'onPremisesExtensionAttributes',
    'onPremisesProvisioningErrors',
    'onPremisesSecurityIdentifier',
    'pastProjects',
    'preferredName',
    'print',
    'responsibilities',
    'schools',
    'securityIdentifier',
    'serviceProvisioningErrors',
    'signInActivity',
    'skills',
  ],
  byDefault: [
    'businessPhones',
    'displayName',
    'givenName',
    'jobTitle',
    'mail',
    'mobilePhone',
    'officeLocation',
    'preferredLanguage',
    'surname',
    'userPrincipalName',
  ],
  shape: {
    ...account,
    ageGroup: text(),
    city: found(128),
    companyName: found(64),
    consentProvidedForMinor: text(),
    country: found(128),
    createdDateTime: readOnly(found()),
    creationType: readOnly(text()),
    deletedDateTime: readOnly(text()),
    employeeId: found(16),
    employeeType: found(),
    externalUserState: readOnly(text()),
    faxNumber: text(),
    identities: objects,
    imAddresses: readOnly(texts),
    jobTitle: found(128),
    legalAgeGroupClassification: readOnly(text()),
    licenseAssignmentStates: readOnly(objects),
    mail: found(),
    onPremisesDistinguishedName: readOnly(text()),
    onPremisesDomainName: readOnly(text()),
    onPremisesImmutableId: found(),
    onPremisesLastSyncDateTime: readOnly(text()),
    onPremisesSamAccountName: readOnly(found()),
    onPremisesSyncEnabled: readOnly({ kind: 'flag', filter: true }),
    onPremisesUserPrincipalName: readOnly(text()),
    otherMails: { ...texts, filter: true },
    passwordProfile: required(password),
    postalCode: text(40),
    preferredDataLocation: text(),
    proxyAddresses: readOnly({ ...texts, filter: true }),
    signInSessionsValidFromDateTime: readOnly(text()),
    state: found(128),
    streetAddress: text(1024),
  },
};

export const educationUserResource: Resource = {
  name: 'educationUser',
  type: 'microsoft.graph.educationUser',
  set: 'education/users',
  extensible: false,
  showsUnset: true,
  shape: {
    ...account,
    createdBy,
    externalSource,
    externalSourceDetail: text(),
    mail: readOnly(found()),
    mailingAddress: address,
    middleName: text(),
    onPremisesInfo: object({ immutableId: text() }),
    passwordProfile: required(password),
    primaryRole: required({ ...choice('student', 'teacher', 'none'), filter: true }),
    refreshTokensValidFromDateTime: readOnly(text()),
    relatedContacts: {
      ...objects,
      shape: {
        accessConsent: flag,
        displayName: text(),
        emailAddress: text(),
        mobilePhone: text(),
        relationship: choice('parent', 'relative', 'aide', 'doctor', 'guardian', 'child', 'other'),
      },
    },
    residenceAddress: address,
    student: object({
      birthDate: { kind: 'date' },
      externalId: text(),
      gender: choice('female', 'male', 'other'),
      grade: text(),
      graduationYear: text(),
      studentNumber: text(),
    }),
    teacher: object({ externalId: text(), teacherNumber: text() }),
  },
};

export const schoolResource: Resource = {
  name: 'educationSchool',
  type: 'microsoft.graph.educationSchool',
  set: 'education/schools',
  extensible: false,
  showsUnset: true,
  shape: {
    address,
    createdBy,
    description: text(),
    displayName: required(found(256)),
    externalId: found(),
    externalPrincipalId: text(),
    externalSource: { ...externalSource, filter: true },
    externalSourceDetail: text(),
    fax: text(),
    highestGrade: text(),
    lowestGrade: text(),
    phone: text(),
    principalEmail: text(),
    principalName: text(),
    schoolNumber: found(),
  },
};

export const classResource: Resource = {
  name: 'educationClass',
  type: 'microsoft.graph.educationClass',
  set: 'education/classes',
  extensible: false,
  showsUnset: true,
  shape: {
    classCode: text(),
    course: object({
      courseNumber: text(),
      description: text(),
      displayName: text(),
      externalId: text(),
      subject: text(),
    }),
    createdBy,
    description: text(1024),
    displayName: required(found(256)),
    externalId: found(),
    externalName: text(),
    externalSource: { ...externalSource, filter: true },
    externalSourceDetail: text(),
    grade: text(),
    mailNickname: required(found(64)),
    term: object({
      displayName: text(),
      externalId: text(),
      startDate: { kind: 'date' },
      endDate: { kind: 'date' },
    }),
  },
};

export const groupResource: Resource = {
  name: 'Group',
  type: 'microsoft.graph.group',
  set: 'groups',
  extensible: true,
  unmodeled: [
    // Exchange keeps these; most app-only callers may not write them at all.
    'allowExternalSenders',
    'autoSubscribeNewMembers',
    'hideFromAddressLists',
    'hideFromOutlookClients',
    'isSubscribedByMail',
    'unseenCount',
    'assignedLabels',
    'hasMembersWithLicenseErrors',
    'isArchived',
    'isManagementRestricted',
    'licenseProcessingState',
    'onPremisesNetBiosName',
    'onPremisesProvisioningErrors',
    'onPremisesSamAccountName',
    'onPremisesSecurityIdentifier',
    'serviceProvisioningErrors',
  ],
  shape: {
    assignedLicenses: readOnly(objects),
    classification: text(),
    createdDateTime: readOnly(found()),
    creationOptions: texts,
    deletedDateTime: readOnly(text()),
    description: text(1024),
    displayName: required(found(256)),
    expirationDateTime: readOnly(text()),
    groupTypes: { ...texts, filter: true },
    isAssignableToRole: flag,
    mail: readOnly(found()),
    mailEnabled: required({ kind: 'flag', filter: true }),
    mailNickname: required(found(64)),
    membershipRule: readOnly(text()),
    membershipRuleProcessingState: readOnly(text()),
    onPremisesDomainName: readOnly(text()),
    onPremisesLastSyncDateTime: readOnly(text()),
    onPremisesSyncEnabled: readOnly({ kind: 'flag', filter: true }),
    preferredDataLocation: text(),
    preferredLanguage: text(),
    proxyAddresses: readOnly({ ...texts, filter: true }),
    renewedDateTime: readOnly(text()),
    resourceBehaviorOptions: texts,
    resourceProvisioningOptions: { ...readOnly(texts), filter: true },
    securityEnabled: required({ kind: 'flag', filter: true }),
    securityIdentifier: readOnly(text()),
    theme: text(),
    uniqueName: found(),
    visibility: text(),
  },
};

/** Prefix of the attributes that School Data Sync keeps on users, groups and administrative units. */
export const sdsExtension = 'extension_fe2174665583431c953114ff7268b7b3_Education_';
