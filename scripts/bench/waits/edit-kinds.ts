/** Edits of a roster, each with how to tell at the simulator that Graph has it. */
import type { RosterChanges } from '../../../relay/testing/district.ts';
import type { RosterRecord } from '../../../shared/roster.ts';
import type { District } from './build.ts';

export const editKinds = [
  'rename a person',
  'add a student to a class',
  'remove a student from a class',
  'new section',
  'new student',
] as const;
export type EditKind = (typeof editKinds)[number];

export interface Edit {
  changes: RosterChanges;
  isThere(): boolean;
}

type Of<K extends RosterRecord['kind']> = Extract<RosterRecord, { kind: K }>;
type Student = Of<'student'>;
type Section = Of<'section'>;
type Enrollment = Of<'studentEnrollment'>;

export class People {
  readonly #directory: District['microsoft']['directory'];
  readonly #students: Student[] = [];
  readonly #sections: Section[] = [];
  readonly #byStudent = new Map<string, Enrollment[]>();
  readonly #teacherOf = new Map<string, string>();
  /** Those whom an edit has concerned. */
  readonly #used = new Set<string>();

  constructor(records: Iterable<RosterRecord>, directory: District['microsoft']['directory']) {
    this.#directory = directory;
    for (const record of records) {
      if (record.kind === 'student') this.#students.push(record);
      if (record.kind === 'section') this.#sections.push(record);
      if (record.kind === 'teacherRoster') this.#teacherOf.set(record.schoolId, record.teacherId);
      if (record.kind !== 'studentEnrollment') continue;
      const known = this.#byStudent.get(record.studentId);
      if (known === undefined) this.#byStudent.set(record.studentId, [record]);
      else known.push(record);
    }
  }

  /** @param mark makes new ids and names, below 1,000 @returns undefined where the load has nothing yet to try it on */
  edit(kind: EditKind, mark: number): Edit | undefined {
    switch (kind) {
      case 'rename a person':
        return this.#rename(`Renamed${mark}`);
      case 'add a student to a class':
        return this.#add(`${90_000_000 + mark}`);
      case 'remove a student from a class':
        return this.#remove();
      case 'new section':
        return this.#newSection(`${900_000 + mark}`);
      case 'new student':
        return this.#newStudent(`${900_000 + mark}`);
    }
  }

  #rename(givenName: string): Edit | undefined {
    const student = this.#anyone((one) => this.#accountOf(one) !== undefined);
    return (
      student && {
        changes: { upserts: [{ ...student, givenName }], gone: [] },
        isThere: () => this.#accountOf(student)?.props.givenName === givenName,
      }
    );
  }

  /** Somebody who has no account yet, to a class that is not there yet, as long as there are any. */
  #add(id: string): Edit | undefined {
    const student = this.#anyone((one) => this.#accountOf(one) === undefined) ?? this.#anyone(() => true);
    if (student === undefined) return undefined;
    const { schoolId } = student;
    const own = new Set(this.#byStudent.get(student.id)?.map(({ sectionId }) => sectionId));
    const others = this.#sections.filter((one) => one.schoolId === schoolId && !own.has(one.id));
    const section = others.find((one) => this.#classOf(one.id) === undefined) ?? others[0];
    return (
      section && {
        changes: { upserts: [enrollment(id, student, section.id)], gone: [] },
        isThere: () => this.#isIn(student, section.id),
      }
    );
  }

  #remove(): Edit | undefined {
    for (const student of this.#students) {
      const membership = this.#byStudent.get(student.id)?.find(({ sectionId }) => this.#isIn(student, sectionId));
      if (membership === undefined || this.#used.has(student.id)) continue;
      this.#used.add(student.id);
      const { kind, schoolId, id, sectionId } = membership;
      return {
        changes: { upserts: [], gone: [{ kind, schoolId, id }] },
        isThere: () => !this.#isIn(student, sectionId),
      };
    }
    return undefined;
  }

  /** With a teacher and the last 25 students of a school, who come late in the load. */
  #newSection(id: string): Edit | undefined {
    const [first] = this.#sections;
    if (first === undefined) return undefined;
    const { schoolId } = first;
    const people = this.#students.filter((one) => one.schoolId === schoolId).slice(-25);
    const teacherId = this.#teacherOf.get(schoolId) ?? '';
    const lead = { sectionId: id, teacherId, role: 'Lead Teacher', isLead: true } as const;
    return {
      changes: {
        upserts: [
          { ...first, id, courseName: `New ${id}` },
          { kind: 'teacherRoster', id, schoolId, ...lead },
          ...people.map((one, at) => enrollment(`${id}${100 + at}`, one, id)),
        ],
        gone: [],
      },
      isThere: () => people.every((one) => this.#isIn(one, id)) && (this.#classOf(id)?.owners.size ?? 0) > 0,
    };
  }

  /** In all classes of somebody else. */
  #newStudent(id: string): Edit | undefined {
    const other = this.#students.at(-1);
    if (other === undefined) return undefined;
    const student = { ...other, id, username: `late${id}`, studentNumber: id, givenName: 'Noor', surname: 'Late' };
    const sections = (this.#byStudent.get(other.id) ?? []).map(({ sectionId }) => sectionId);
    return {
      changes: {
        upserts: [student, ...sections.map((sectionId, at) => enrollment(`${id}${200 + at}`, student, sectionId))],
        gone: [],
      },
      isThere: () => {
        const account = this.#accountOf(student);
        const isLicensed = Array.isArray(account?.props.assignedLicenses) && account.props.assignedLicenses.length > 0;
        return isLicensed && account.schools.size > 0 && sections.every((sectionId) => this.#isIn(student, sectionId));
      },
    };
  }

  #anyone(suits: (student: Student) => boolean): Student | undefined {
    const found = this.#students.find((one) => !this.#used.has(one.id) && suits(one));
    if (found !== undefined) this.#used.add(found.id);
    return found;
  }

  #accountOf({ username }: Student) {
    return this.#directory.users.find('userPrincipalName', `${username}@contoso.edu`)[0];
  }

  #classOf(sectionId: string) {
    return this.#directory.groups.find('externalId', sectionId)[0];
  }

  #isIn(student: Student, sectionId: string): boolean {
    const account = this.#accountOf(student);
    return account !== undefined && this.#classOf(sectionId)?.members.has(account) === true;
  }
}

function enrollment(id: string, { id: studentId, schoolId }: Student, sectionId: string): RosterRecord {
  const dates = { startDate: '2026-08-17', endDate: '2027-06-12' };
  return { kind: 'studentEnrollment', id, schoolId, sectionId, studentId, ...dates };
}
