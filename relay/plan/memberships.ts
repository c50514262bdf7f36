/**
 * The enrollments and teacher assignments of a district, found by section and by person: 33 bytes each, where an object
 * with entries in three maps takes 400. Records are created on request.
 */

import type { StudentEnrollment, TeacherRoster } from '../../shared/roster.ts';
import { grownLength, resized, withSlack } from '../compact/arrays.ts';
import type { Compact } from '../compact/compact.ts';
import { Distinct } from '../compact/distinct.ts';
import { mixed } from '../compact/hash.ts';
import type { Interner } from '../compact/interner.ts';
import { RowLists } from '../compact/row-lists.ts';
import { Slots } from '../compact/slots.ts';
import { asSectionId, type SectionId } from '../model/keys.ts';
import { type PersonKey, personIn, personKey } from '../model/person-key.ts';

export type Membership = StudentEnrollment | TeacherRoster;

type Name = Pick<Membership, 'kind' | 'schoolId' | 'id'>;

/**
 * PowerSchool's ids are numbers, and are stored as such; any other text has this bit and its number in the interner.
 */
const textBit = 0x8000_0000;
/** In the column of the school: marks a teacher's record. */
const teacherBit = 0x8000_0000;

export class Memberships implements Compact {
  readonly #ids: Interner;
  /** What else records have: dates, role and the mark of the lead teacher. Most share the same. */
  readonly #details = new Distinct<object>();
  readonly #columns = {
    id: new Uint32Array(0),
    school: new Uint32Array(0),
    section: new Uint32Array(0),
    person: new Uint32Array(0),
    details: new Uint32Array(0),
  };
  #rows = 0;
  #free: number[] = [];
  /** Rows by kind, school and id. */
  readonly #slots = new Slots((row) => hashOfName(this.#columns.id[row] ?? 0, this.#columns.school[row] ?? 0));
  readonly #bySection = new RowLists();
  readonly #byPerson = new RowLists();

  /** @param ids of sections, schools and people */
  constructor(ids: Interner) {
    this.#ids = ids;
  }

  get size(): number {
    return this.#rows - this.#free.length;
  }

  get bytes(): number {
    const columns = Object.values(this.#columns).reduce((sum, column) => sum + column.byteLength, 0);
    const lists = this.#bySection.bytes + this.#byPerson.bytes;
    return columns + lists + this.#details.bytes + this.#slots.bytes + this.#free.length * 8;
  }

  /** Adds a record, or replaces the one with the same kind, school and id. @returns the section of the replaced one */
  put(record: Membership): SectionId | undefined {
    const before = this.remove(record);
    const row = this.#free.pop() ?? this.#newRow();
    const { kind, id, schoolId, sectionId } = record;
    const [section, person] = [this.#ids.add(sectionId), this.#ids.add(memberOf(record))];
    this.#columns.id[row] = this.#codeOf(id);
    this.#columns.school[row] = this.#schoolCode(kind, this.#ids.add(schoolId));
    this.#columns.section[row] = section;
    this.#columns.person[row] = person;
    this.#columns.details[row] = this.#details.numberOf(detailsOf(record));
    this.#slots.add(row);
    this.#bySection.append(section, row, this.#capacity);
    this.#byPerson.append(person, row, this.#capacity);
    return before;
  }

  /** @returns the section of the record; undefined if there was none */
  remove(name: Name): SectionId | undefined {
    const place = this.#placeOf(name);
    if (place === -1) return undefined;
    const row = this.#slots.at(place);
    const section = this.#columns.section[row] ?? 0;
    this.#bySection.remove(section, row);
    this.#byPerson.remove(this.#columns.person[row] ?? 0, row);
    this.#slots.removeAt(place);
    this.#free.push(row);
    return asSectionId(this.#ids.textOf(section));
  }

  /** In order of arrival. */
  *ofSection(sectionId: string): Generator<Membership, undefined> {
    for (const row of this.#bySection.rows(this.#ids.find(sectionId))) yield this.#recordAt(row, sectionId);
  }

  /** Sections in which a person is enrolled or teaches, at any time. */
  sectionsOf(person: PersonKey): Set<SectionId> {
    const sections = new Set<SectionId>();
    for (const row of this.#byPerson.rows(this.#ids.find(person))) {
      sections.add(asSectionId(this.#ids.textOf(this.#columns.section[row] ?? 0)));
    }
    return sections;
  }

  /** Interner numbers of all sections that records name. */
  sections(): Generator<number, undefined> {
    return this.#bySection.keys();
  }

  /** Makes room for this many records at once, instead of growing step by step. */
  reserve(records: number): void {
    if (records > this.#capacity) this.#fit(withSlack(records));
    this.#slots.reserve(records);
  }

  trim(): void {
    if (withSlack(this.#rows) < this.#capacity) this.#fit(withSlack(this.#rows));
    this.#bySection.trim();
    this.#byPerson.trim();
    this.#details.trim();
    this.#slots.trim();
  }

  get #capacity(): number {
    return this.#columns.id.length;
  }

  #newRow(): number {
    if (this.#rows === this.#capacity) this.#fit(grownLength(this.#rows));
    this.#rows += 1;
    return this.#rows - 1;
  }

  #fit(capacity: number): void {
    if (capacity === this.#capacity) return;
    for (const name of ['id', 'school', 'section', 'person', 'details'] as const) {
      this.#columns[name] = resized(this.#columns[name], capacity);
    }
    this.#bySection.fit(capacity);
    this.#byPerson.fit(capacity);
  }

  #recordAt(row: number, sectionId: string): Membership {
    const { role, id: personId } = personIn(this.#ids.textOf(this.#columns.person[row] ?? 0) as PersonKey);
    const common = {
      id: this.#idAt(row),
      schoolId: this.#ids.textOf((this.#columns.school[row] ?? 0) & ~teacherBit),
      sectionId,
      ...this.#details.valueAt(this.#columns.details[row] ?? 0),
    };
    return role === 'students'
      ? { kind: 'studentEnrollment', ...common, studentId: personId }
      : { kind: 'teacherRoster', ...common, teacherId: personId };
  }

  #codeOf(id: string): number {
    const number = numberIn(id);
    return number === -1 ? (this.#ids.add(id) | textBit) >>> 0 : number;
  }

  #idAt(row: number): string {
    const code = this.#columns.id[row] ?? 0;
    return (code & textBit) === 0 ? `${code}` : this.#ids.textOf(code & ~textBit);
  }

  #schoolCode(kind: Membership['kind'], school: number): number {
    return kind === 'teacherRoster' ? (school | teacherBit) >>> 0 : school;
  }

  #placeOf({ kind, schoolId, id }: Name): number {
    const number = numberIn(id);
    const text = number === -1 ? this.#ids.find(id) : 0;
    const schoolNumber = this.#ids.find(schoolId);
    if (this.size === 0 || text === -1 || schoolNumber === -1) return -1;
    const code = number === -1 ? (text | textBit) >>> 0 : number;
    const school = this.#schoolCode(kind, schoolNumber);
    const slots = this.#slots;
    const columns = this.#columns;
    const hash = hashOfName(code, school);
    for (let place = slots.first(hash); ; place = slots.next(place, hash)) {
      const row = slots.at(place);
      if (row === -1) return -1;
      if (columns.id[row] === code && columns.school[row] === school) return place;
    }
  }
}

/** The person key of the person in an enrollment or assignment. */
export function memberOf(membership: Membership): PersonKey {
  return membership.kind === 'studentEnrollment'
    ? personKey('students', membership.studentId)
    : personKey('teachers', membership.teacherId);
}

/** What a record has besides its names. */
function detailsOf(record: Membership): object {
  if (record.kind === 'studentEnrollment') {
    const { kind, id, schoolId, sectionId, studentId, ...details } = record;
    return details;
  }
  const { kind, id, schoolId, sectionId, teacherId, ...details } = record;
  return details;
}

/** The number whose usual form the text is, below 2^31; -1 for any other text. */
function numberIn(text: string): number {
  const { length } = text;
  if (length === 0 || length > 10 || (length > 1 && text.startsWith('0'))) return -1;
  let number = 0;
  for (let at = 0; at < length; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number < textBit ? number : -1;
}

function hashOfName(id: number, school: number): number {
  return mixed(id ^ Math.imul(school, 0x9e37_79b1));
}
