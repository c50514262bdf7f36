/** The lists of a school, and what other kinds need from them: each is read and noted once per cycle. */
import type { Paged } from '../metadata.ts';
import { incomplete, type Lists } from './lists.ts';
import type { Counts, Notes, SchoolNotes, SectionRef } from './notes.ts';
import { affiliationsOf, isRead } from './rows.ts';
import type { ListRequest, V1Client } from './v1-client.ts';
import { type JsonObject, textAt } from './v1-json.ts';

/** The lists that the probe counts. Does not rely on PowerSchool's defaults for which students and which year. */
export function countedLists(
  schoolId: string,
  startYear: number | undefined,
  preRegistered: boolean,
): Record<keyof Counts, ListRequest> {
  const statuses = preRegistered ? '(A,P)' : '(A)';
  return {
    student: { ...listOf(schoolId, 'student'), q: `school_enrollment.enroll_status==${statuses}` },
    staff: listOf(schoolId, 'staff'),
    section: { ...listOf(schoolId, 'section'), q: `term.start_year==${startYear}` },
  };
}

export const districtSchools: ListRequest = { path: 'district/school', resource: 'school' };

/** PowerSchool's own school for former students; the plugin's queries skip it, too. */
const graduatedNumber = '999999';

/** A list of a school. A row of another school would replace one of its own, which would then look deleted. */
export function listOf(schoolId: string, resource: Paged): ListRequest {
  const belongs = (row: JsonObject) => {
    if (resource === 'staff') {
      const affiliations = affiliationsOf(row);
      return affiliations.length === 0 || affiliations.some((affiliation) => affiliation.schoolId === schoolId);
    }
    const school = resource === 'student' ? textAt(row, 'school_enrollment', 'school_id') : textAt(row, 'school_id');
    return school === undefined || school === schoolId;
  };
  return { path: `school/${schoolId}/${resource}`, resource, belongs };
}

export function sectionRef(section: JsonObject): SectionRef {
  return { id: textAt(section, 'id') ?? '', staffId: textAt(section, 'staff_id') };
}

export class SchoolLists {
  readonly #client: V1Client;
  readonly #lists: Lists;

  constructor(client: V1Client, lists: Lists) {
    this.#client = client;
    this.#lists = lists;
  }

  /** All schools of the district, as many as PowerSchool counts. @throws HallpassError as {@link sections} */
  async schools(signal: AbortSignal): Promise<JsonObject[]> {
    const counted = await this.#client.count(districtSchools, signal);
    const rows: JsonObject[] = [];
    const reading = { list: districtSchools, what: 'the schools of the district', counted, signal };
    for await (const page of this.#lists.pages(reading)) rows.push(...page.rows);
    const schools = rows.filter((school) => textAt(school, 'school_number') !== graduatedNumber);
    // The count excludes the school of the graduated; whether the list does, too, is not documented.
    if (schools.length !== counted) throw incomplete(reading.what, schools.length, counted);
    return schools;
  }

  /** The sections of the current year. @throws HallpassError SOURCE_INCOMPLETE, the POWERSCHOOL_ codes */
  async sections(schoolId: string, notes: SchoolNotes, signal: AbortSignal): Promise<SectionRef[]> {
    if (notes.sections !== undefined) return notes.sections;
    const startYear = notes.year?.startYear;
    if (startYear === undefined) return [];
    const list = countedLists(schoolId, startYear, false).section;
    const reading = { list, what: `the sections of school ${schoolId}`, counted: notes.counts.section, signal };
    notes.sections = (await this.#lists.all(reading)).map(sectionRef);
    return notes.sections;
  }

  /**
   * The people behind the current staff of a school. @throws HallpassError SOURCE_INCOMPLETE, the POWERSCHOOL_ codes
   */
  async staff(schoolId: string, notes: SchoolNotes, signal: AbortSignal): Promise<Map<string, string>> {
    if (notes.staff !== undefined) return notes.staff;
    const reading = {
      list: listOf(schoolId, 'staff'),
      what: `the staff of school ${schoolId}`,
      counted: notes.counts.staff,
      // Shows which school a row of staff belongs to.
      expansions: ['school_affiliations'],
    };
    notes.staff = usersOf(await this.#lists.all({ ...reading, signal }));
    return notes.staff;
  }

  /** The person who leads a section; undefined when that is no one on the current staff. */
  async leadOf(
    { staffId }: SectionRef,
    schoolId: string,
    notes: SchoolNotes,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    if (staffId === undefined) return undefined;
    const staff = await this.staff(schoolId, notes, signal);
    const known = staff.get(staffId);
    if (known !== undefined) return known === '' ? undefined : known;
    // Not on this school's current staff: gone, or at another school.
    const found = await this.#client.one('staff', staffId, ['school_affiliations'], signal);
    const here = affiliationsOf(found ?? {}).filter((affiliation) => affiliation.schoolId === schoolId);
    if (here.some((affiliation) => affiliation.current)) {
      throw this.#client.malformed(
        `staff of school ${schoolId}`,
        `staff ${staffId} is not in it, but is current there`,
      );
    }
    const current = here.length === 0 && affiliationsOf(found ?? {}).some((affiliation) => affiliation.current);
    const user = current ? textAt(found, 'users_dcid') : undefined;
    staff.set(staffId, user ?? '');
    return user;
  }

  /** Whether a student who has an enrollment at a school is active. @throws HallpassError as {@link sections} */
  async isActive(studentId: string, schoolId: string, notes: Notes, signal: AbortSignal): Promise<boolean> {
    const school = notes.of.get(schoolId);
    if (school !== undefined && (await this.active(schoolId, school, signal)).has(studentId)) return true;
    for (const { active } of notes.of.values()) if (active?.has(studentId)) return true;
    // At a school that is not read now, or not active.
    const known = notes.elsewhere.get(studentId);
    if (known !== undefined) return known;
    const student = await this.#client.one('student', studentId, ['school_enrollment'], signal);
    const active = student !== undefined && isRead(student, notes.preRegistered);
    notes.elsewhere.set(studentId, active);
    return active;
  }

  /** The ids of a school's active students. @throws HallpassError as {@link sections} */
  async active(schoolId: string, notes: SchoolNotes, signal: AbortSignal): Promise<Set<string>> {
    if (notes.active !== undefined) return notes.active;
    const list = countedLists(schoolId, undefined, notes.preRegistered).student;
    const reading = { list, what: `the students of school ${schoolId}`, counted: notes.counts.student, signal };
    const rows = await this.#lists.all({ ...reading, expansions: ['school_enrollment'] });
    notes.active = new Set(
      rows.filter((row) => isRead(row, notes.preRegistered)).map((student) => textAt(student, 'id') ?? ''),
    );
    return notes.active;
  }
}

export function usersOf(staff: readonly JsonObject[]): Map<string, string> {
  return new Map(staff.map((row) => [textAt(row, 'id') ?? '', textAt(row, 'users_dcid') ?? '']));
}
