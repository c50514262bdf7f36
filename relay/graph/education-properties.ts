/** The properties of education objects that relay/plan/bodies.ts writes to what is there already. */
export const educationProperties = {
  schools: [
    'displayName',
    'externalId',
    'externalSource',
    'schoolNumber',
    'lowestGrade',
    'highestGrade',
    'principalName',
    'principalEmail',
    'phone',
    'address',
  ],
  classes: ['displayName', 'classCode', 'externalId', 'externalName', 'externalSource', 'course', 'term'],
  users: ['primaryRole', 'externalSource', 'student', 'teacher', 'displayName', 'givenName', 'surname', 'middleName'],
} as const satisfies Record<string, readonly string[]>;
