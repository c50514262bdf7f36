/** Profile documents of version 1 as districts have them: one with all options, and those that the recording sets. */

const domain = 'district.example';
const licences = { students: null, teachers: null, usageLocation: 'US' };

const createNewUsers = {
  version: 1,
  state: 'enabled',
  name: 'Create new users',
  mode: { students: 'create', teachers: 'create' },
  identity: {},
  domains: { students: `students.${domain}`, teachers: domain },
  licences,
  schools: 'all',
  properties: { school: ['lowGrade', 'highGrade'], section: [], student: ['studentNumber'], teacher: [] },
};

export const profileDocuments: Record<string, object> = {
  'create-new-users.json': createNewUsers,
  'more-properties.json': {
    ...createNewUsers,
    properties: { ...createNewUsers.properties, student: ['studentNumber', 'grade'], teacher: ['teacherNumber'] },
  },
  'sync-existing-users.json': {
    version: 1,
    name: 'Sync existing users',
    mode: { students: 'match', teachers: 'match' },
    identity: {
      students: { source: 'studentNumber', suffix: null, target: 'mailNickname' },
      teachers: [
        { source: 'teacherNumber', suffix: null, target: 'mailNickname' },
        { source: 'username', suffix: domain, target: 'userPrincipalName' },
      ],
    },
    domains: {},
    licences,
    schools: ['1', '2'],
    properties: {},
  },
  'every-option.json': {
    version: 1,
    state: 'preview',
    name: 'Every option',
    mode: { students: 'create', teachers: 'match' },
    identity: {
      teachers: { source: 'secondaryEmail', suffix: null, target: 'mail' },
      compareAll: true,
    },
    domains: { students: `students.${domain}` },
    accounts: {
      students: {
        username: {
          pattern: '{givenName:1}{surname}[{graduationYear}]',
          maxLength: 20,
          onCollision: 'number',
        },
        password: { length: 12, readable: false, mustChange: false },
      },
    },
    licences: {
      students: { group: 'a7e30c5b-0000-4000-8000-000000000001' },
      teachers: {
        skuId: '94763226-9b3c-4e75-a931-5c89701abe66',
        disabledPlans: ['57ff2da0-773e-42df-b2af-ffb7a2317929'],
      },
      usageLocation: 'CA',
    },
    schools: 'all',
    properties: {
      school: ['lowGrade', 'highGrade', 'principalName', 'principalEmail', 'phone', 'street', 'city', 'state'],
      section: ['period'],
      student: ['studentNumber', 'grade', 'graduationYear', 'middleName'],
      teacher: ['teacherNumber', 'middleName'],
    },
    classes: {
      createTeam: true,
      name: '{courseName}[ P{period}] - {teacherSurname}',
      displayName: 'create-only',
      unsupportedCharacters: 'replace',
    },
    dates: { startsOn: '2026-08-01', openDaysBefore: 14, studentsFrom: '2026-08-24', expiresOn: '2027-06-30' },
    policies: {
      studentLeftClass: 'keep',
      teacherLeftClass: 'remove',
      studentGone: 'disable',
      teacherGone: 'keep',
      sectionGone: ['removeStudents', 'markExpired', 'archiveTeam'],
      goneForDays: 14,
    },
    schedule: { hours: { from: '18:00', to: '06:00' } },
  },
};
