/**
 * The optional properties of the roster, one row each. They leave the district only when a profile asks for them. From
 * this table follow the schema of the records and what an agent drops, the plugin's columns, the readings of `/ws/v1`,
 * the relay's people and what it writes to Microsoft 365, and what pages and commands say. CONTRIBUTING.md says how to
 * add one.
 */

/** Everything about a property. */
export interface Property {
  /** In the words of PowerSchool's pages, for use in a sentence. */
  words: string;
  /** PowerSchool's column, TABLE.FIELD; absent where each district has its own (plugin/extracts/sources.ts). */
  column?: string;
  type: 'text' | 'number';
  /** True when the plugin asks for the column only if it is written with `--also` and the property's name. */
  onlyAlso?: true;
  /** Paths into an element of `/ws/v1`: the first that has a value counts. Empty if that interface lacks it. */
  rest: readonly string[];
  /** PowerSchool's value in place of NULL. */
  none?: string;
  /** Whose personal data it is. */
  personal?: 'student' | 'staff';
  /** The PowerSchool page on which it is edited, if it is not the one of its kind (plugin/where-to-fix.ts). */
  page?: string;
  /** Its name for the relay's people, if students and teachers have it under different names. */
  person?: 'number';
  /** True when user names may be made from it. */
  inUserNames?: true;
  /** True when class names may be made from it: the sections of a course differ in it. */
  inClassNames?: true;
  /** Its name in `adoption.ids` of a profile, if that is different. */
  adoptedAs?: string;
  /** Where it is written; absent for properties that only rules and name patterns use. */
  graph?: GraphTarget;
  /** What it is for if it is not written anywhere and not used by a rule or a name pattern. */
  use?: string;
}

export interface GraphTarget {
  /** The resource and the path within it: `educationStudent.grade`. */
  to: string;
  /** Written only to accounts that Hallpass created and that Active Directory does not own; never to others. */
  made?: 'when chosen' | 'always';
  /** A grade level, which a profile may translate. */
  isGrade?: true;
  /** How many characters Graph accepts; the rest is cut off. */
  max?: number;
}

const student = 'student';
const staff = 'staff';

export const properties = {
  school: {
    lowGrade: {
      ...{ words: 'lowest grade', column: 'SCHOOLS.Low_Grade', type: 'number', rest: ['low_grade'] },
      graph: { to: 'educationSchool.lowestGrade', isGrade: true },
    },
    highGrade: {
      ...{ words: 'highest grade', column: 'SCHOOLS.High_Grade', type: 'number', rest: ['high_grade'] },
      graph: { to: 'educationSchool.highestGrade', isGrade: true },
    },
    principalName: {
      ...{ words: "principal's name", column: 'SCHOOLS.Principal', type: 'text', personal: staff },
      // PowerSchool keeps one text and shows it in parts: agent/powerschool/rest/rows.ts joins them.
      rest: ['principal.name'],
      graph: { to: 'educationSchool.principalName' },
    },
    principalEmail: {
      ...{ words: "principal's email", column: 'SCHOOLS.PrincipalEmail', type: 'text', personal: staff },
      rest: ['principal.email'],
      graph: { to: 'educationSchool.principalEmail' },
    },
    phone: {
      ...{ words: 'phone of the school', column: 'SCHOOLS.SchoolPhone', type: 'text', rest: ['phones.main.number'] },
      graph: { to: 'educationSchool.phone' },
    },
    street: {
      ...{ words: 'street of the school', column: 'SCHOOLS.SchoolAddress', type: 'text' },
      rest: ['addresses.physical.street'],
      graph: { to: 'educationSchool.address.street' },
    },
    city: {
      ...{ words: 'city of the school', column: 'SCHOOLS.SchoolCity', type: 'text', rest: ['addresses.physical.city'] },
      graph: { to: 'educationSchool.address.city' },
    },
    state: {
      ...{ words: 'state of the school', column: 'SCHOOLS.SchoolState', type: 'text' },
      rest: ['addresses.physical.state_province'],
      graph: { to: 'educationSchool.address.state' },
    },
    postalCode: {
      ...{ words: 'ZIP code of the school', column: 'SCHOOLS.SchoolZip', type: 'text' },
      rest: ['addresses.physical.postal_code'],
      graph: { to: 'educationSchool.address.postalCode' },
    },
  },
  term: {},
  section: {
    period: {
      ...{ words: 'period', column: 'SECTIONS.External_Expression', type: 'text', rest: ['external_expression'] },
      inClassNames: true,
    },
    /** The id that PowerSchool's other tables and many exports use; Hallpass never identifies anything by it. */
    localId: {
      ...{ words: 'id within PowerSchool', column: 'SECTIONS.ID', type: 'number', rest: [] },
      adoptedAs: 'id',
      use: 'finds classes of an earlier tool',
    },
  },
  student: {
    username: {
      ...{ words: 'user name', column: 'STUDENTS.Student_Web_ID', type: 'text', personal: student },
      ...{ rest: ['student_username'], page: 'the student > Access Accounts', inUserNames: true },
    },
    studentNumber: {
      ...{ words: 'student number', column: 'STUDENTS.Student_Number', type: 'number', personal: student },
      ...{ rest: ['local_id'], person: 'number', inUserNames: true },
      graph: { to: 'educationStudent.studentNumber' },
    },
    secondaryEmail: {
      ...{ words: 'email address', type: 'text', rest: ['contact_info.email'], personal: student },
      page: 'the student > Contacts',
    },
    givenName: {
      ...{ words: 'first name', column: 'STUDENTS.First_Name', type: 'text', personal: student },
      ...{ rest: ['name.first_name'], inUserNames: true },
      graph: { to: 'user.givenName', made: 'always', max: 64 },
    },
    middleName: {
      ...{ words: 'middle name', column: 'STUDENTS.Middle_Name', type: 'text', personal: student },
      ...{ rest: ['name.middle_name'], inUserNames: true },
      graph: { to: 'educationUser.middleName', made: 'when chosen' },
    },
    surname: {
      ...{ words: 'last name', column: 'STUDENTS.Last_Name', type: 'text', personal: student },
      ...{ rest: ['name.last_name'], inUserNames: true },
      graph: { to: 'user.surname', made: 'always', max: 64 },
    },
    grade: {
      ...{ words: 'grade level', column: 'STUDENTS.Grade_Level', type: 'number', personal: student },
      ...{ rest: ['school_enrollment.grade_level'], inUserNames: true },
      graph: { to: 'educationStudent.grade', isGrade: true },
    },
    graduationYear: {
      ...{ words: 'graduation year', column: 'STUDENTS.Sched_YearOfGraduation', type: 'number', personal: student },
      ...{ rest: ['demographics.projected_graduation_year'], none: '0', page: 'the student > Scheduling Setup' },
      inUserNames: true,
      graph: { to: 'educationStudent.graduationYear' },
    },
    /**
     * Graph has no home room; "Office" is what Outlook and Teams show beside a name, and what dynamic groups can use.
     */
    homeRoom: {
      ...{ words: 'home room', column: 'STUDENTS.Home_Room', type: 'text', onlyAlso: true, personal: student },
      rest: ['schedule_setup.home_room'],
      graph: { to: 'educationUser.officeLocation', made: 'when chosen', max: 128 },
    },
  },
  teacher: {
    username: {
      ...{ words: 'user name', type: 'text', rest: ['teacher_username', 'admin_username'], personal: staff },
      ...{ page: 'Staff > the person > Security Settings', inUserNames: true },
    },
    teacherNumber: {
      ...{ words: 'teacher number', column: 'USERS.TeacherNumber', type: 'text', personal: staff },
      ...{ rest: ['local_id'], person: 'number', inUserNames: true },
      graph: { to: 'educationTeacher.teacherNumber' },
    },
    secondaryEmail: {
      ...{ words: 'email address', column: 'USERS.Email_Addr', type: 'text', personal: staff },
      rest: ['emails.work_email'],
    },
    givenName: {
      ...{ words: 'first name', column: 'USERS.First_Name', type: 'text', personal: staff },
      ...{ rest: ['name.first_name'], inUserNames: true },
      graph: { to: 'user.givenName', made: 'always', max: 64 },
    },
    middleName: {
      ...{ words: 'middle name', column: 'USERS.Middle_Name', type: 'text', personal: staff },
      ...{ rest: ['name.middle_name'], inUserNames: true },
      graph: { to: 'educationUser.middleName', made: 'when chosen' },
    },
    surname: {
      ...{ words: 'last name', column: 'USERS.Last_Name', type: 'text', personal: staff },
      ...{ rest: ['name.last_name'], inUserNames: true },
      graph: { to: 'user.surname', made: 'always', max: 64 },
    },
  },
  studentEnrollment: {},
  teacherRoster: {},
} as const satisfies Record<string, Record<string, Property>>;

export type Properties = typeof properties;
export type PropertyKind = keyof Properties;
export type PropertyName<K extends PropertyKind> = keyof Properties[K] & string;

export type NamedProperty = Property & { name: string };

const rows = Object.fromEntries(
  Object.entries<Record<string, Property>>(properties).map(([kind, table]) => [
    kind,
    Object.entries(table).map(([name, property]) => ({ name, ...property })),
  ]),
) as Record<PropertyKind, NamedProperty[]>;

/** The rows of a kind, in the order of the table. */
export function propertiesOf(kind: PropertyKind): readonly NamedProperty[] {
  return rows[kind];
}

/** The names of a kind's rows, in the order of the table. */
export function propertyNames<K extends PropertyKind>(kind: K): PropertyName<K>[] {
  return Object.keys(properties[kind]) as PropertyName<K>[];
}
