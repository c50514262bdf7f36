/**
 * A tenant that School Data Sync has run in before: its stamps on accounts, classes and schools, and what is usual
 * after some years: expired classes, classes that teachers renamed, accounts without a stamp, duplicates.
 */
import type { DirectoryFile } from './directory-file.ts';
import { sdsExtension } from './graph/resources.ts';
import type { Bag } from './json.ts';
import { seededRandom, seedOf } from './random.ts';

/** PowerSchool columns that were used as SIS ids in School Data Sync. */
export interface SisIds {
  school(row: { dcid: string; number: string }): string;
  section(row: { dcid: string; localId: string }): string;
  person(row: { role: SdsPerson['role']; dcid: string; number: string | undefined }): string;
}

/** As its own PowerSchool Sync took them from `/ws/v1`. */
export const dcids: SisIds = {
  school: ({ dcid }) => dcid,
  section: ({ dcid }) => dcid,
  person: ({ dcid }) => dcid,
};

/**
 * As the public seed-roster plugin for PowerSchool exports them: SECTIONS.ID, School_Number, and one list of users
 * distinguished by a prefix, students by Student_Number and staff by USERS.DCID.
 */
export const seedRoster: SisIds = {
  school: ({ number }) => number,
  section: ({ localId }) => localId,
  person: ({ role, dcid, number }) => (role === 'student' ? `students_${number ?? ''}` : `users_${dcid}`),
};

/** Ids are what School Data Sync used as SIS ids. */
export interface SdsDistrict {
  schools: readonly { id: string; name: string; number?: string }[];
  sections: readonly SdsSection[];
  /** People who have an account. */
  people: readonly SdsPerson[];
  memberships: readonly { sectionId: string; role: SdsPerson['role']; personId: string }[];
}

export interface SdsSection {
  id: string;
  schoolId: string;
  name: string;
  courseName: string;
  courseNumber: string;
  sectionNumber: string;
}

export interface SdsPerson {
  role: 'student' | 'teacher';
  id: string;
  number?: string;
  grade?: string;
  userPrincipalName: string;
  schoolIds: readonly string[];
}

export interface SdsOptions {
  seed: number;
  /**
   * `v1`: only attributes, people anchored as `Student_` and `Teacher_`. `v2.1`: the education properties too, people
   * anchored as `User_`. `mixed`: one or the other, object by object.
   */
  form: 'v1' | 'v2.1' | 'mixed';
  /** Share of the accounts that School Data Sync never saw. */
  unstamped?: number;
  /** Share of the classes that a teacher has renamed. */
  renamed?: number;
  /** Classes of earlier years, expired as Microsoft's script does it. One has the id of a current section. */
  expired?: number;
  /** Sections with a second class with the same anchor. */
  duplicates?: number;
  /** Classes whose education externalId names another section than their anchor. */
  contradictions?: number;
  /** Sections whose class is soft-deleted and that have no other. */
  deleted?: number;
}

type SeedUser = DirectoryFile['users'][number];
type SeedGroup = NonNullable<DirectoryFile['groups']>[number];

/** Adds the district's stamps, classes and schools to the file. Repeats by seed. */
export function seedSds(file: DirectoryFile, district: SdsDistrict, options: SdsOptions): DirectoryFile {
  const people = new Map(district.people.map((person) => [person.userPrincipalName.toLowerCase(), person]));
  const stamped = (user: SeedUser): SeedUser => {
    const person = people.get(user.userPrincipalName.toLowerCase());
    if (person === undefined || drawn(options, `unstamped ${person.role} ${person.id}`, options.unstamped ?? 0))
      return user;
    return { ...user, ...personStamp(person, formOf(options, `${person.role} ${person.id}`)) };
  };
  const groups = [...classesOf(district, options), ...expiredClasses(district, options)];
  const classIds = Map.groupBy(
    groups.filter(({ deleted }) => deleted !== true),
    (group) => String(group[`${sdsExtension}SyncSource_SchoolId`]),
  );
  return {
    ...file,
    users: file.users.map(stamped),
    groups: [...(file.groups ?? []), ...groups],
    schools: [
      ...(file.schools ?? []),
      ...district.schools.map(({ id, name, number }) => ({
        displayName: name,
        externalId: id,
        externalSource: 'sis',
        ...(number === undefined ? {} : { schoolNumber: number }),
        users: district.people.filter(({ schoolIds }) => schoolIds.includes(id)).map((one) => one.userPrincipalName),
        classes: (classIds.get(id) ?? []).map((group) => String(group.id)),
      })),
    ],
  };
}

function personStamp({ role, id, number, grade }: SdsPerson, form: 'v1' | 'v2.1'): Bag {
  const kind = role === 'student' ? 'Student' : 'Teacher';
  const attributes = {
    ObjectType: kind,
    AnchorId: `${form === 'v1' ? kind : 'User'}_${id}`,
    SyncSource: 'SIS',
    [`SyncSource_${kind}Id`]: id,
    ...(number === undefined ? {} : { [`${kind}Number`]: number }),
    ...(grade === undefined ? {} : { Grade: grade }),
  };
  if (form === 'v1') return extension(attributes);
  const facet =
    role === 'student'
      ? { student: { externalId: id, ...(number && { studentNumber: number }), ...(grade && { grade }) } }
      : { teacher: { externalId: id, ...(number && { teacherNumber: number }) } };
  return { ...extension(attributes), primaryRole: role, externalSource: 'sis', ...facet };
}

function classesOf({ sections, people, memberships }: SdsDistrict, options: SdsOptions): SeedGroup[] {
  const names = new Map(people.map((person) => [`${person.role} ${person.id}`, person.userPrincipalName]));
  const { duplicates = 0, contradictions = 0, deleted = 0 } = options;
  return sections.flatMap((section, at): SeedGroup[] => {
    const there = memberships.filter(({ sectionId }) => sectionId === section.id);
    const accounts = (of: typeof there) => of.flatMap(({ role, personId }) => names.get(`${role} ${personId}`) ?? []);
    const one: SeedGroup = {
      ...classStamp(section, formOf(options, `section ${section.id}`)),
      id: idFor(options, `section ${section.id}`),
      displayName: drawn(options, `renamed ${section.id}`, options.renamed ?? 0)
        ? `Our ${section.courseName}`
        : section.name,
      mailNickname: nickname(section.id),
      isClass: true,
      members: accounts(there),
      owners: accounts(there.filter(({ role }) => role === 'teacher')),
    };
    // From the end of the list, so that the first sections are in order in every tenant.
    const rank = sections.length - 1 - at;
    if (rank < duplicates)
      return [one, { ...one, id: idFor(options, `second ${section.id}`), members: [], owners: [] }];
    if (rank < duplicates + contradictions) {
      return [{ ...one, externalSource: 'sis', externalId: sections[0]?.id ?? '' }];
    }
    if (rank < duplicates + contradictions + deleted) return [{ ...one, deleted: true }];
    return [one];
  });
}

function classStamp(section: SdsSection, form: 'v1' | 'v2.1'): Bag {
  const attributes = extension({
    ObjectType: 'Section',
    AnchorId: `Section_${section.id}`,
    SyncSource: 'SIS',
    SyncSource_SectionId: section.id,
    SyncSource_SchoolId: section.schoolId,
    SectionName: section.name,
    SectionNumber: section.sectionNumber,
    CourseName: section.courseName,
    CourseNumber: section.courseNumber,
    Status: 'Active',
  });
  if (form === 'v1') return attributes;
  return {
    ...attributes,
    classCode: section.courseNumber,
    externalId: section.id,
    externalName: section.name,
    externalSource: 'sis',
    course: { displayName: section.courseName, courseNumber: section.courseNumber },
  };
}

/** As Rename-Expired_Classes.ps1 leaves them: the prefix on names, section id and anchor. */
function expiredClasses({ sections, schools }: SdsDistrict, options: SdsOptions): SeedGroup[] {
  return Array.from({ length: options.expired ?? 0 }, (_, at): SeedGroup => {
    const id = `Exp0625_${at === 0 ? (sections[0]?.id ?? '') : `90${at}`}`;
    const name = `Exp0625_${sections[at]?.name ?? `Class of old ${at}`}`;
    const prefixed = id.replace('Exp0625_', 'Exp0625_Section_');
    return {
      ...extension({
        ObjectType: 'Section',
        AnchorId: prefixed,
        SyncSource: 'SIS',
        SyncSource_SectionId: id,
        SyncSource_SchoolId: sections[at]?.schoolId ?? schools[0]?.id ?? '',
        Status: 'Expired',
      }),
      id: idFor(options, prefixed),
      displayName: name,
      mailNickname: prefixed.replaceAll(/\W/g, '_'),
      isClass: true,
    };
  });
}

function extension(attributes: Record<string, string>): Bag {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`${sdsExtension}${name}`, value]));
}

function nickname(sectionId: string): string {
  return `Section_${sectionId.replaceAll(/\W/g, '_')}`;
}

function formOf({ form, seed }: SdsOptions, what: string): 'v1' | 'v2.1' {
  if (form !== 'mixed') return form;
  return seededRandom(seedOf(seed, `form ${what}`)).next() < 0.5 ? 'v1' : 'v2.1';
}

function drawn({ seed }: SdsOptions, what: string, share: number): boolean {
  return seededRandom(seedOf(seed, what)).next() < share;
}

function idFor({ seed }: SdsOptions, what: string): string {
  return seededRandom(seedOf(seed, `id ${what}`)).guid();
}
