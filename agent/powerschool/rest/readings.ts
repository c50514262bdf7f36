/** The buckets of a district as pages of records, read from the lists of `/ws/v1`. */
import { type RowFinding, rowIdPattern } from '../../../shared/left-out.ts';
import { type Bucket, bucketWords } from '../../../shared/roster.ts';
import type { Page, PageContent, ReadOptions } from '../../model/source.ts';
import type { Row } from '../client.ts';
import { gather } from '../gather.ts';
import { normalizer } from '../normalize.ts';
import type { Enrollments } from './enrollments.ts';
import type { Lists } from './lists.ts';
import type { Movements } from './movements.ts';
import type { Notes, SchoolNotes, SectionRef } from './notes.ts';
import {
  affiliationsOf,
  enrollmentRow,
  expansionsFor,
  isRead,
  rosterRow,
  schoolRow,
  sectionRow,
  statusOf,
  studentRow,
  teacherRow,
  termRow,
} from './rows.ts';
import { countedLists, listOf, type SchoolLists, sectionRef, usersOf } from './school-lists.ts';
import type { V1Client } from './v1-client.ts';
import { type JsonObject, textAt } from './v1-json.ts';

/** How many sections' enrollments are read in parallel: one per connection. */
const sideBySide = 2;
/** How many sections' enrollments make a page. */
const sectionsPerPage = 40;

type Pages = AsyncGenerator<Page>;

export interface ReadingParts {
  client: V1Client;
  lists: Lists;
  schoolLists: SchoolLists;
  enrollments: Enrollments;
  movements: Movements;
}

/** The reading of one bucket. */
export class Reading {
  readonly #parts: ReadingParts;
  readonly #notes: Notes;
  readonly #bucket: Bucket;
  readonly #options: ReadOptions;
  readonly #contentOf: (rows: readonly Row[]) => PageContent;

  constructor(parts: ReadingParts, notes: Notes, bucket: Bucket, options: ReadOptions) {
    this.#parts = parts;
    this.#notes = notes;
    this.#bucket = bucket;
    this.#options = options;
    const normalize = normalizer(bucket, options.wanted);
    this.#contentOf = (rows) => gather(rows, normalize);
  }

  /** @throws HallpassError SOURCE_INCOMPLETE, the POWERSCHOOL_ codes */
  async *pages(): Pages {
    const { kind, schoolId } = this.#bucket;
    const school = this.#notes.of.get(schoolId);
    if (kind === 'school') {
      const { schools } = this.#notes;
      yield this.#page(schools.length, true, schools.map(schoolRow));
    }
    // A school that no longer exists has nothing.
    else if (school === undefined) yield this.#page(0, true, []);
    else if (kind === 'term') {
      const terms = school.year?.terms ?? [];
      yield this.#page(terms.length, true, terms.map(termRow));
    } else if (kind === 'section') yield* this.#sections(school);
    else if (kind === 'student') yield* this.#students(school);
    else if (kind === 'teacher') yield* this.#teachers(school);
    else if (kind === 'studentEnrollment') yield* this.#enrollments(school);
    else yield* this.#rosters(school);
  }

  async *#sections(school: SchoolNotes): Pages {
    const { client, lists } = this.#parts;
    const { schoolId } = this.#bucket;
    const { signal, expectedRows: counted } = this.#options;
    const startYear = school.year?.startYear;
    if (startYear === undefined) return yield this.#page(0, true, []);
    const courseList = listOf(schoolId, 'course');
    const coursesCounted = await client.count(courseList, signal);
    const what = `the courses of school ${schoolId}`;
    const courses = new Map<string, JsonObject | undefined>();
    for await (const page of lists.pages({ list: courseList, what, counted: coursesCounted, signal })) {
      for (const course of page.rows) courses.set(textAt(course, 'id') ?? '', course);
    }
    const list = countedLists(schoolId, startYear, false).section;
    const refs: SectionRef[] = [];
    for await (const { rows, last } of lists.pages({ list, what: bucketWords(this.#bucket), counted, signal })) {
      const made: Row[] = [];
      for (const section of rows) {
        const id = textAt(section, 'course_id');
        // It is not documented whether a school's list includes the courses of the district.
        if (id !== undefined && !courses.has(id)) courses.set(id, await client.one('course', id, [], signal));
        made.push(sectionRow(section, id === undefined ? undefined : courses.get(id)));
      }
      refs.push(...rows.map(sectionRef));
      if (last && refs.length === school.counts.section) school.sections = refs;
      yield this.#page(rows.length, last, made);
    }
  }

  async *#students(school: SchoolNotes): Pages {
    const { lists, movements } = this.#parts;
    const { expectedRows: counted, signal, wanted } = this.#options;
    const expansions = [...new Set(['school_enrollment', ...expansionsFor('student', wanted.student)])];
    const what = bucketWords(this.#bucket);
    const list = countedLists(this.#bucket.schoolId, undefined, school.preRegistered).student;
    const active = new Set<string>();
    let read = 0;
    for await (const { rows, last } of lists.pages({ list, what, counted, expansions, signal })) {
      const kept = rows.filter((row) => isRead(row, school.preRegistered));
      for (const student of kept) active.add(textAt(student, 'id') ?? '');
      read += rows.length;
      if (last && read === school.counts.student) {
        school.active = active;
        await movements.note(this.#bucket.schoolId, active, signal);
      }
      const unclear = kept.filter((row) => statusOf(row) === undefined);
      const leftOut = unclear.map((row) => withoutStatus(textAt(row, 'id')));
      const clear = kept.filter((row) => statusOf(row) !== undefined);
      yield this.#page(rows.length, last, clear.map(studentRow), leftOut);
    }
  }

  /** People whose SCHOOLSTAFF row says that they teach, and others who lead a section. */
  async *#teachers(school: SchoolNotes): Pages {
    const { lists, schoolLists, client } = this.#parts;
    const { schoolId } = this.#bucket;
    const { expectedRows: counted, signal, wanted } = this.#options;
    const expansions = [...new Set(['school_affiliations', ...expansionsFor('teacher', wanted.teacher)])];
    const what = bucketWords(this.#bucket);
    const staff: JsonObject[] = [];
    for await (const page of lists.pages({ list: listOf(schoolId, 'staff'), what, counted, expansions, signal })) {
      staff.push(...page.rows);
    }
    if (staff.length === school.counts.staff) school.staff = usersOf(staff);
    const here = staff.map((row) => affiliationsOf(row).filter((affiliation) => affiliation.schoolId === schoolId));
    if (staff.length > 0 && here.every((affiliations) => affiliations.length === 0)) {
      throw client.malformed(what, 'none of its staff is affiliated with the school');
    }
    const sections = await schoolLists.sections(schoolId, school, signal);
    const leads = new Set(sections.map(({ staffId }) => staffId));
    const teachers = staff.filter(
      (row, index) => leads.has(textAt(row, 'id')) || here[index]?.some(({ teaches, current }) => teaches && current),
    );
    yield this.#page(staff.length, true, teachers.map(teacherRow));
  }

  /** A complete reading is measured by the number of sections, each of which is proven separately. */
  async *#enrollments(school: SchoolNotes): Pages {
    const { schoolLists } = this.#parts;
    const { signal } = this.#options;
    const sections = await schoolLists.sections(this.#bucket.schoolId, school, signal);
    if (sections.length === 0) return yield this.#page(0, true, []);
    await schoolLists.active(this.#bucket.schoolId, school, signal);
    for (let at = 0; at < sections.length; at += sectionsPerPage) {
      const part = sections.slice(at, at + sectionsPerPage);
      const rows: Row[] = [];
      for (let next = 0; next < part.length; next += sideBySide) {
        const read = part.slice(next, next + sideBySide).map((section) => this.#enrollmentsOf(section));
        // No request may still be running when another has failed.
        for (const result of await Promise.allSettled(read)) {
          if (result.status === 'rejected') throw result.reason;
          rows.push(...result.value);
        }
      }
      yield this.#page(part.length, at + sectionsPerPage >= sections.length, rows);
    }
  }

  async #enrollmentsOf({ id }: SectionRef): Promise<Row[]> {
    const { enrollments, schoolLists } = this.#parts;
    const { signal } = this.#options;
    const rows: Row[] = [];
    for (const enrollment of await enrollments.of(id, signal)) {
      const student = textAt(enrollment, 'student_id') ?? '';
      const active = await schoolLists.isActive(student, this.#bucket.schoolId, this.#notes, signal);
      if (active) rows.push(enrollmentRow(enrollment, id));
    }
    return rows;
  }

  async *#rosters(school: SchoolNotes): Pages {
    const { schoolLists } = this.#parts;
    const { schoolId } = this.#bucket;
    const { signal } = this.#options;
    const sections = await schoolLists.sections(schoolId, school, signal);
    const rows: Row[] = [];
    for (const section of sections) {
      const lead = await schoolLists.leadOf(section, schoolId, school, signal);
      if (lead !== undefined) rows.push(rosterRow(section.id, lead));
    }
    yield this.#page(sections.length, true, rows);
  }

  #page(rows: number, last: boolean, made: readonly Row[], leftOut: readonly RowFinding[] = []): Page {
    const content = () => {
      const found = this.#contentOf(made);
      return { records: found.records, leftOut: [...leftOut, ...found.leftOut] };
    };
    return { rows, last, content };
  }
}

function withoutStatus(id: string | undefined): RowFinding {
  return { id: id !== undefined && rowIdPattern.test(id) ? id : '', field: 'enrollStatus', fault: 'missing' };
}
