/**
 * The roster of one district, indexed so that the desired state of any single school, person or class can be derived
 * without looking at the others. Changes go in record by record; the keys that they may have changed come out.
 * Everything is packed: results are created on request, and are not part of the roster.
 */
import type { Bucket, RosterRecord, School, Section, Term } from '../../shared/roster.ts';
import { bytesOf, type Compact } from '../compact/compact.ts';
import { DistinctMap } from '../compact/distinct-map.ts';
import { IdSet } from '../compact/id-set.ts';
import { Interner } from '../compact/interner.ts';
import { PackedMap } from '../compact/packed-map.ts';
import { Relations } from '../compact/relations.ts';
import {
  addKeys,
  asSchoolId,
  asSectionId,
  type Keys,
  noKeys,
  type SchoolId,
  type SectionId,
  schoolIdOf,
  sectionIdOf,
} from '../model/keys.ts';
import { onePerson, type Person, personOf } from '../model/person.ts';
import { type PersonKey, personKey } from '../model/person-key.ts';
import { type Membership, Memberships } from './memberships.ts';

/** A record as it is now; undefined when it is gone. */
export interface RosterChange extends Bucket {
  id: string;
  record: RosterRecord | undefined;
}

type PersonRecord = Extract<RosterRecord, { kind: 'student' | 'teacher' }>;

export class RosterIndex implements Compact {
  readonly #ids: Interner;
  readonly #schools: PackedMap<SchoolId, School>;
  readonly #terms: PackedMap<string, Term>;
  readonly #sections: PackedMap<SectionId, Section>;
  readonly #people: PackedMap<PersonKey, Person>;
  /** The part of sections that is needed for all of them. */
  readonly #places: DistinctMap<SectionId, SectionPlace>;
  /** The part of people that is needed with every enrollment. */
  readonly #whereabouts: DistinctMap<PersonKey, Whereabouts>;
  /** For people in several schools, each school's version of the person. */
  readonly #parts: PackedMap<PersonKey, Person[]>;
  readonly #memberships: Memberships;
  readonly #peopleBySchool: Relations<SchoolId, PersonKey>;
  readonly #termsBySchool: Relations<SchoolId, string>;
  readonly #sectionsBySchool: Relations<SchoolId, SectionId>;
  readonly #sectionsByTerm: Relations<string, SectionId>;

  /** @param ids shared with other tables of the district */
  constructor(ids: Interner = new Interner()) {
    this.#ids = ids;
    this.#schools = new PackedMap(ids);
    this.#terms = new PackedMap(ids);
    this.#sections = new PackedMap(ids);
    this.#people = new PackedMap(ids);
    this.#places = new DistinctMap(ids);
    this.#whereabouts = new DistinctMap(ids);
    this.#parts = new PackedMap(ids);
    this.#memberships = new Memberships(ids);
    this.#peopleBySchool = new Relations(ids);
    this.#termsBySchool = new Relations(ids);
    this.#sectionsBySchool = new Relations(ids);
    this.#sectionsByTerm = new Relations(ids);
  }

  get schools(): ReadonlyMap<SchoolId, School> {
    return this.#schools;
  }

  get terms(): ReadonlyMap<string, Term> {
    return this.#terms;
  }

  get sections(): ReadonlyMap<SectionId, Section> {
    return this.#sections;
  }

  get people(): ReadonlyMap<PersonKey, Person> {
    return this.#people;
  }

  get bytes(): number {
    return bytesOf(this.tables);
  }

  /** Applies the changes, in any order; returns the keys that they may have changed. */
  apply(changes: Iterable<RosterChange>): Keys {
    const keys = noKeys();
    const schools = new Set<SchoolId>();
    for (const change of changes) {
      addKeys(keys, this.#applyOne(change));
      // The school year decides about everything in a school; its terms change together.
      if (change.kind === 'term') schools.add(asSchoolId(change.schoolId));
    }
    for (const id of schools) addKeys(keys, this.#ofSchool(id));
    return keys;
  }

  /** Makes room for this many enrollments and assignments before they are loaded. */
  reserve(memberships: number): void {
    this.#memberships.reserve(memberships);
  }

  /** Adds records for which nothing is planned yet. */
  load(records: Iterable<RosterRecord>): void {
    for (const record of records) this.#put({ kind: record.kind, schoolId: record.schoolId, id: record.id, record });
  }

  trim(): void {
    for (const table of this.tables) table.trim();
  }

  /** Enrollments and assignments of a section. */
  membershipsOf(sectionId: SectionId): Iterable<Membership> {
    return this.#memberships.ofSection(sectionId);
  }

  /** Where and when a section takes place; undefined for one outside the roster. Cheaper than the whole section. */
  placeOf(sectionId: SectionId): SectionPlace | undefined {
    return this.#places.get(sectionId);
  }

  /** Ids of the sections of a school. */
  sectionsIn(schoolId: SchoolId): ReadonlySet<SectionId> {
    return this.#sectionsBySchool.get(schoolId) ?? new Set();
  }

  /** The people in a school. */
  peopleIn(schoolId: SchoolId): ReadonlySet<PersonKey> {
    return this.#peopleBySchool.get(schoolId) ?? new Set();
  }

  /** Where a person is; undefined for one outside the roster. Cheaper than the whole person. */
  whereaboutsOf(person: PersonKey): Whereabouts | undefined {
    return this.#whereabouts.get(person);
  }

  /** Terms of a school. */
  *termsOf(schoolId: SchoolId): Generator<Term, undefined> {
    for (const id of this.#termsBySchool.get(schoolId) ?? []) {
      const term = this.#terms.get(id);
      if (term !== undefined) yield term;
    }
  }

  /** Sections in which a person is enrolled or teaches, at any time. */
  sectionsOf(person: PersonKey): Set<SectionId> {
    return this.#memberships.sectionsOf(person);
  }

  /** What depends on whether a person has an account: the person and all their classes. */
  keysOf(person: PersonKey): Keys {
    return { ...noKeys(), people: new Set([person]), sections: this.sectionsOf(person) };
  }

  /** All keys. */
  allKeys(): Keys {
    const sections = new IdSet(this.#ids, this.#sections.keys());
    // Includes those that only enrollments and assignments name: something is wrong with them.
    for (const id of this.#memberships.sections()) sections.add(asSectionId(this.#ids.textOf(id)));
    return {
      schools: new IdSet(this.#ids, this.#schools.keys()),
      people: new IdSet(this.#ids, this.#people.keys()),
      sections,
      groups: new Set(),
    };
  }

  #put({ kind, schoolId: bucketSchool, id, record }: RosterChange): Put {
    const schoolId = asSchoolId(kind === 'school' ? id : bucketSchool);
    switch (kind) {
      case 'school':
        set(this.#schools, schoolId, record as School | undefined);
        return {};
      case 'term':
        this.#putTerm(schoolId, id, record as Term | undefined);
        return {};
      case 'section':
        this.#putSection(schoolId, asSectionId(id), record as Section | undefined);
        return {};
      case 'student':
      case 'teacher':
        return { person: this.#putPerson(personRole[kind], schoolId, id, record as PersonRecord | undefined) };
      case 'studentEnrollment':
      case 'teacherRoster': {
        const name = { kind, schoolId, id };
        const membership = record as Membership | undefined;
        return { section: membership ? this.#memberships.put(membership) : this.#memberships.remove(name) };
      }
    }
  }

  #applyOne(change: RosterChange): Keys {
    const { kind, id, record } = change;
    const { person, section } = this.#put(change);
    switch (kind) {
      case 'school':
        return this.#ofSchool(asSchoolId(id));
      case 'term':
        return { ...noKeys(), sections: new Set(this.#sectionsByTerm.get(id)) };
      case 'section':
        return { ...noKeys(), sections: new Set([asSectionId(id)]) };
      case 'student':
      case 'teacher':
        return this.#ofPerson(personKey(personRole[kind], id), asSchoolId(change.schoolId), person);
      case 'studentEnrollment':
      case 'teacherRoster': {
        const now = record === undefined ? undefined : sectionIdOf(record as Membership);
        return { ...noKeys(), sections: new Set([section, now].filter((one) => one !== undefined)) };
      }
    }
  }

  /** A move to another school comes as two changes: the deletion must not remove the new record. */
  #putTerm(schoolId: SchoolId, id: string, record: Term | undefined): void {
    const before = this.#terms.get(id);
    if (record === undefined && before?.schoolId !== schoolId) return;
    if (before !== undefined) this.#termsBySchool.unrelate(schoolIdOf(before), id);
    set(this.#terms, id, record);
    if (record !== undefined) this.#termsBySchool.relate(schoolId, id);
  }

  /** The same applies to sections. */
  #putSection(schoolId: SchoolId, id: SectionId, record: Section | undefined): void {
    const before = this.#places.get(id);
    if (record === undefined && before?.schoolId !== schoolId) return;
    if (before !== undefined && before.schoolId !== record?.schoolId)
      this.#sectionsBySchool.unrelate(before.schoolId, id);
    if (before !== undefined && before.termId !== record?.termId) this.#sectionsByTerm.unrelate(before.termId, id);
    set(this.#sections, id, record);
    set(this.#places, id, record && { schoolId: schoolIdOf(record), termId: record.termId });
    if (record === undefined) return;
    this.#sectionsBySchool.relate(schoolIdOf(record), id);
    this.#sectionsByTerm.relate(record.termId, id);
  }

  #putPerson(role: Person['role'], schoolId: SchoolId, id: string, record: PersonRecord | undefined): Changed {
    const key = personKey(role, id);
    const before = this.#people.get(key);
    const parts = before === undefined ? [] : (this.#parts.get(key) ?? [before]);
    const others = parts.filter(({ schoolIds }) => !schoolIds.includes(schoolId));
    const now = record === undefined ? others : [...others, personOf(role, id, [record])];
    const after = onePerson(now);
    set(this.#people, key, after);
    set(this.#whereabouts, key, after && { preRegistered: after.preRegistered, schoolIds: after.schoolIds });
    set(this.#parts, key, now.length > 1 ? now : undefined);
    if (record === undefined) this.#peopleBySchool.unrelate(schoolId, key);
    else this.#peopleBySchool.relate(schoolId, key);
    return { before, after };
  }

  #ofPerson(
    key: PersonKey,
    schoolId: SchoolId,
    { before, after }: Changed = { before: undefined, after: undefined },
  ): Keys {
    const isIn = (person: Person | undefined) => person?.schoolIds.includes(schoolId) === true;
    // A person's classes depend on whether the person exists. A class may be named after its teacher, not after
    // students.
    const renamed = key.startsWith('teachers:') && nameOf(before) !== nameOf(after);
    const sections = isIn(before) !== isIn(after) || renamed ? this.sectionsOf(key) : new Set<SectionId>();
    return { ...noKeys(), people: new Set([key]), sections };
  }

  /** A school that appears or disappears concerns everything in it. */
  #ofSchool(id: SchoolId): Keys {
    return {
      ...noKeys(),
      schools: new Set([id]),
      people: new Set(this.peopleIn(id)),
      sections: new Set(this.sectionsIn(id)),
    };
  }

  /** Its packed parts. */
  get tables(): Compact[] {
    return [
      ...[
        this.#schools,
        this.#terms,
        this.#sections,
        this.#places,
        this.#people,
        this.#whereabouts,
        this.#parts,
        this.#memberships,
      ],
      ...[this.#peopleBySchool, this.#termsBySchool, this.#sectionsBySchool, this.#sectionsByTerm],
    ];
  }
}

/** The school and term of a section. */
export interface SectionPlace {
  schoolId: SchoolId;
  termId: string;
}

/** A person's schools, and whether the person is only pre-registered. */
export type Whereabouts = Pick<Person, 'preRegistered' | 'schoolIds'>;

interface Changed {
  before: Person | undefined;
  after: Person | undefined;
}

/** The effect of a change: on a person, or the section that an enrollment or assignment left. */
interface Put {
  person?: Changed;
  section?: SectionId | undefined;
}

const personRole = { student: 'students', teacher: 'teachers' } as const;

function nameOf(person: Person | undefined): string {
  return JSON.stringify([person?.givenName, person?.surname]);
}

function set<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
