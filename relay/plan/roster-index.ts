/**
 * The roster of one district, indexed so that the desired state of any single school, person or class can be derived
 * without looking at the others. Changes go in record by record; what they may have changed comes out as keys.
 */
import type {
  Bucket,
  RosterRecord,
  School,
  Section,
  StudentEnrollment,
  TeacherRoster,
  Term,
} from '../../shared/roster.ts';
import {
  addKeys,
  asSchoolId,
  asSectionId,
  type Keys,
  noKeys,
  type SchoolId,
  type SectionId,
  sectionIdOf,
} from '../model/keys.ts';
import { type Person, personOf } from '../model/person.ts';
import { type PersonKey, personKey } from '../model/person-key.ts';

/** A record as it is now; undefined when it is gone. */
export interface RosterChange extends Bucket {
  id: string;
  record: RosterRecord | undefined;
}

type PersonRecord = Extract<RosterRecord, { kind: 'student' | 'teacher' }>;
type Membership = StudentEnrollment | TeacherRoster;

export class RosterIndex {
  readonly schools = new Map<SchoolId, School>();
  readonly terms = new Map<string, Term>();
  readonly sections = new Map<SectionId, Section>();
  readonly people = new Map<PersonKey, Person>();
  /** One record per school of the person. */
  readonly #personRecords = new Map<PersonKey, Map<SchoolId, PersonRecord>>();
  readonly #memberships = new Map<string, Membership>();
  readonly #bySection = new Map<SectionId, Map<string, Membership>>();
  readonly #byPerson = new Map<PersonKey, Map<string, Membership>>();
  readonly #termsBySchool = new Map<SchoolId, Map<string, Term>>();

  /** Takes the changes in, in any order; returns what they may have changed. */
  apply(changes: Iterable<RosterChange>): Keys {
    const keys = noKeys();
    const schools = new Set<SchoolId>();
    for (const change of changes) {
      addKeys(keys, this.#applyOne(change));
      // Which school year it is decides about everything of a school; its terms change together.
      if (change.kind === 'term') schools.add(asSchoolId(change.schoolId));
    }
    for (const id of schools) addKeys(keys, this.#ofSchool(id));
    return keys;
  }

  /** Enrollments and rosters of a section. */
  membershipsOf(sectionId: SectionId): Iterable<Membership> {
    return this.#bySection.get(sectionId)?.values() ?? [];
  }

  /** Terms of a school. */
  termsOf(schoolId: SchoolId): Iterable<Term> {
    return this.#termsBySchool.get(schoolId)?.values() ?? [];
  }

  /** Sections in which a person is enrolled or teaches, at any time. */
  sectionsOf(person: PersonKey): Set<SectionId> {
    return new Set([...(this.#byPerson.get(person)?.values() ?? [])].map(sectionIdOf));
  }

  /** What depends on whether a person has an account: the person and all their classes. */
  keysOf(person: PersonKey): Keys {
    return { ...noKeys(), people: new Set([person]), sections: this.sectionsOf(person) };
  }

  /** Everything there is. */
  allKeys(): Keys {
    return {
      schools: new Set(this.schools.keys()),
      people: new Set(this.people.keys()),
      // Also those that only enrollments and rosters name: something is wrong with them.
      sections: new Set([...this.sections.keys(), ...this.#bySection.keys()]),
    };
  }

  #applyOne({ kind, schoolId: bucketSchool, id, record }: RosterChange): Keys {
    const schoolId = asSchoolId(kind === 'school' ? id : bucketSchool);
    switch (kind) {
      case 'school':
        set(this.schools, schoolId, record as School | undefined);
        return this.#ofSchool(schoolId);
      case 'term':
        set(this.terms, id, record as Term | undefined);
        if (record === undefined) removeFrom(this.#termsBySchool, schoolId, id);
        else addTo(this.#termsBySchool, schoolId, id, record as Term);
        return { ...noKeys(), sections: this.#sectionsWhere((section) => section.termId === id) };
      case 'section':
        return this.#applySection(schoolId, asSectionId(id), record as Section | undefined);
      case 'student':
      case 'teacher':
        return this.#applyPerson(
          kind === 'student' ? 'students' : 'teachers',
          schoolId,
          id,
          record as PersonRecord | undefined,
        );
      case 'studentEnrollment':
      case 'teacherRoster':
        return this.#applyMembership(`${kind}:${schoolId}:${id}`, record as Membership | undefined);
    }
  }

  #applySection(schoolId: SchoolId, id: SectionId, record: Section | undefined): Keys {
    // A section that moved to another school comes as two changes; the deletion must not take the new one away.
    if (record !== undefined || this.sections.get(id)?.schoolId === schoolId) set(this.sections, id, record);
    return { ...noKeys(), sections: new Set([id]) };
  }

  #applyPerson(role: Person['role'], schoolId: SchoolId, id: string, record: PersonRecord | undefined): Keys {
    const key = personKey(role, id);
    const records = this.#personRecords.get(key) ?? new Map<SchoolId, PersonRecord>();
    const moved = records.has(schoolId) !== (record !== undefined);
    set(records, schoolId, record);
    set(this.#personRecords, key, records.size === 0 ? undefined : records);
    const before = this.people.get(key);
    const after = records.size === 0 ? undefined : personOf(role, id, [...records.values()]);
    set(this.people, key, after);
    // The classes of a person depend on where there is one. A class may be called after its teacher, not after students.
    const renamed = role === 'teachers' && nameOf(before) !== nameOf(after);
    return { ...noKeys(), people: new Set([key]), sections: moved || renamed ? this.sectionsOf(key) : new Set() };
  }

  #applyMembership(key: string, record: Membership | undefined): Keys {
    const before = this.#memberships.get(key);
    const sections = new Set<SectionId>();
    if (before !== undefined) {
      const sectionId = sectionIdOf(before);
      sections.add(sectionId);
      removeFrom(this.#bySection, sectionId, key);
      removeFrom(this.#byPerson, memberOf(before), key);
    }
    set(this.#memberships, key, record);
    if (record !== undefined) {
      const sectionId = sectionIdOf(record);
      sections.add(sectionId);
      addTo(this.#bySection, sectionId, key, record);
      addTo(this.#byPerson, memberOf(record), key, record);
    }
    return { ...noKeys(), sections };
  }

  /** A school that appears or goes concerns everything in it. */
  #ofSchool(id: SchoolId): Keys {
    const people = [...this.#personRecords].filter(([, records]) => records.has(id)).map(([key]) => key);
    const sections = this.#sectionsWhere((section) => section.schoolId === id);
    return { schools: new Set([id]), people: new Set(people), sections };
  }

  #sectionsWhere(matches: (section: Section) => boolean): Set<SectionId> {
    return new Set([...this.sections.values()].filter(matches).map(sectionIdOf));
  }
}

/** The person key of the person whom an enrollment or roster is about. */
export function memberOf(membership: Membership): PersonKey {
  return membership.kind === 'studentEnrollment'
    ? personKey('students', membership.studentId)
    : personKey('teachers', membership.teacherId);
}

function nameOf(person: Person | undefined): string {
  return JSON.stringify([person?.givenName, person?.surname]);
}

function set<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}

function addTo<K, V>(index: Map<K, Map<string, V>>, at: K, key: string, value: V): void {
  const items = index.get(at);
  if (items === undefined) index.set(at, new Map([[key, value]]));
  else items.set(key, value);
}

function removeFrom<K, V>(index: Map<K, Map<string, V>>, at: K, key: string): void {
  const items = index.get(at);
  items?.delete(key);
  if (items?.size === 0) index.delete(at);
}
