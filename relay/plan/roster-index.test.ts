/** Compares the packed roster with the records that it was built from. */
import fc from 'fast-check';
import t from 'tap';
import type { Kind, RosterRecord } from '../../shared/roster.ts';
import { asSchoolId, asSectionId } from '../model/keys.ts';
import { personOf } from '../model/person.ts';
import { personKey } from '../model/person-key.ts';
import { histories } from '../testing/histories.ts';
import { type Membership, memberOf } from './memberships.ts';
import { type RosterChange, RosterIndex } from './roster-index.ts';

/** PowerSchool's ids are numbers; other text, and numbers too large for four bytes, must come out unchanged, too. */
const id = fc.constantFrom('0', '1', '2', '12', '012', '2147483647', '2147483648', '99999999999', ' ', 'é', '٣');
const date = fc.constantFrom('2026-08-17', '2026-09-01', '2027-06-11');
const schoolId = fc.constantFrom('1', '2', '3');
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });

const records: Record<Kind, fc.Arbitrary<object>> = {
  school: fc.record({ name: fc.constantFrom('High', 'Low'), schoolNumber: id }),
  term: fc.record({ name: id, yearId: fc.constant('36'), startDate: date, endDate: date }),
  section: fc.record({ termId: id, sectionNumber: id, courseNumber: id, courseName: id }),
  student: fc.record({
    studentNumber: optional(id),
    givenName: optional(id),
    preRegistered: optional(fc.constant(true)),
  }),
  teacher: fc.record({ teacherNumber: optional(id), surname: optional(fc.constantFrom("O'Neil", 'Šimić')) }),
  studentEnrollment: fc.record({ sectionId: id, studentId: id, startDate: optional(date), endDate: optional(date) }),
  teacherRoster: fc.record({ sectionId: id, teacherId: id, role: optional(id), isLead: optional(fc.constant(true)) }),
};

const change = fc.constantFrom(...(Object.keys(records) as Kind[])).chain((kind) =>
  fc.record({ schoolId, id, values: fc.option(records[kind], { freq: 3 }) }).map(({ schoolId, id, values }) => {
    const bucket = kind === 'school' ? 'district' : schoolId;
    const fields = Object.entries(values ?? {}).filter(([, value]) => value !== undefined);
    const record = { kind, id, schoolId: bucket, ...Object.fromEntries(fields) } as RosterRecord;
    return { kind, schoolId: bucket, id, record: values === null ? undefined : record } satisfies RosterChange;
  }),
);

function nameOf({ kind, schoolId, id }: Pick<RosterChange, 'kind' | 'schoolId' | 'id'>): string {
  return JSON.stringify([kind, schoolId, id]);
}

/** Everything that a plan asks of a roster. */
function shown(roster: RosterIndex): unknown {
  const keys = roster.allKeys();
  const sorted = (items: Iterable<object>) => [...items].map((item) => JSON.stringify(sortedKeys(item))).sort();
  return {
    schools: sorted(roster.schools.values()),
    terms: [...keys.schools].sort().map((school) => sorted(roster.termsOf(school))),
    sections: sorted(roster.sections.values()),
    people: sorted(roster.people.values()),
    whereabouts: [...keys.people].sort().map((key) => [key, roster.whereaboutsOf(key)]),
    places: [...roster.sections.keys()].sort().map((id) => [id, roster.placeOf(id)]),
    inSchools: ['1', '2', '3']
      .map(asSchoolId)
      .map((id) => [[...roster.sectionsIn(id)].sort(), [...roster.peopleIn(id)].sort()]),
    memberships: [...keys.sections].sort().map((section) => sorted(roster.membershipsOf(section))),
    sectionsOf: [...keys.people].sort().map((key) => [...roster.sectionsOf(key)].sort()),
    keys: [[...keys.schools].sort(), [...keys.people].sort(), [...keys.sections].sort()],
  };
}

function sortedKeys(item: object): [string, unknown][] {
  return Object.entries(item)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The same, from the records. A section or term has one place: the one in its latest record. */
function model(all: ReadonlyMap<string, RosterRecord>): unknown {
  const of = <K extends Kind>(kind: K) =>
    [...all.values()].filter((one): one is Extract<RosterRecord, { kind: K }> => one.kind === kind);
  const byId = <T extends { id: string }>(items: T[]) => [...new Map(items.map((item) => [item.id, item])).values()];
  const people = (['student', 'teacher'] as const).flatMap((kind) => {
    const role = kind === 'student' ? ('students' as const) : ('teachers' as const);
    return [...Map.groupBy(of(kind), (record) => record.id)].map(([id, parts]) => personOf(role, id, parts));
  });
  const memberships: Membership[] = [...of('studentEnrollment'), ...of('teacherRoster')];
  const [schools, terms, sections] = [byId(of('school')), byId(of('term')), byId(of('section'))];
  const sorted = (items: Iterable<object>) => [...items].map((item) => JSON.stringify(sortedKeys(item))).sort();
  const ids = [...new Set([...sections.map((one) => one.id), ...memberships.map((one) => one.sectionId)])].sort();
  const keyed = people.map((person) => [personKey(person.role, person.id), person] as const);
  const inOrder = keyed.sort(([a], [b]) => (a < b ? -1 : 1));
  const schoolIds = schools.map((school) => school.id).sort();
  return {
    schools: sorted(schools),
    terms: schoolIds.map((school) => sorted(terms.filter((term) => term.schoolId === school))),
    sections: sorted(sections),
    people: sorted(people),
    whereabouts: inOrder.map(([key, { preRegistered, schoolIds }]) => [key, { preRegistered, schoolIds }]),
    places: sections
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, schoolId, termId }) => [id, { schoolId, termId }]),
    inSchools: ['1', '2', '3']
      .map(asSchoolId)
      .map((id) => [
        sections.filter(({ schoolId }) => schoolId === id).map((section) => section.id),
        inOrder.filter(([, { schoolIds }]) => schoolIds.includes(id)).map(([key]) => key),
      ]),
    memberships: ids.map((section) => sorted(memberships.filter((one) => one.sectionId === section))),
    sectionsOf: inOrder.map(([key]) => {
      return [...new Set(memberships.filter((one) => memberOf(one) === key).map((one) => one.sectionId))].sort();
    }),
    keys: [schoolIds, inOrder.map(([key]) => key), ids],
  };
}

t.test('for any changes, the roster shows the current records, and so does one that is loaded again', async (t) => {
  const { numRuns, seed } = histories(t, []);
  fc.assert(
    fc.property(fc.array(change, { maxLength: 300, size: 'max' }), fc.nat(300), (changes, trimmedAt) => {
      const [roster, all] = [new RosterIndex(), new Map<string, RosterRecord>()];
      for (const [at, one] of changes.entries()) {
        roster.apply([one]);
        if (at === trimmedAt) roster.trim();
        const { kind, record } = one;
        // A section or a term has one place: a record with another place moves it.
        const isMoved = (other: RosterRecord) =>
          other.kind === kind && other.id === one.id && other.schoolId !== one.schoolId;
        if (record !== undefined && (kind === 'section' || kind === 'term')) {
          for (const [name, other] of all) if (isMoved(other)) all.delete(name);
        }
        if (record === undefined) all.delete(nameOf(one));
        else all.set(nameOf(one), record);
      }
      const loaded = new RosterIndex();
      loaded.load(all.values());
      loaded.trim();
      const wanted = JSON.stringify(model(all));
      for (const one of [roster, loaded]) {
        const found = JSON.stringify(shown(one));
        if (found !== wanted) throw new Error(`${found}\nin place of\n${wanted}`);
      }
    }),
    { seed, numRuns: numRuns * 6 },
  );
  t.pass('they are alike');
});

t.test('enrollments of a class come in order of arrival, a changed one at the end', async (t) => {
  const roster = new RosterIndex();
  const enrollment = (id: string, startDate?: string): RosterChange => ({
    kind: 'studentEnrollment',
    schoolId: '1',
    id,
    record: {
      kind: 'studentEnrollment',
      ...{ id, schoolId: '1', sectionId: '5', studentId: id },
      ...(startDate === undefined ? {} : { startDate }),
    },
  });
  roster.apply(['3', '1', '2'].map((one) => enrollment(one)));
  const ids = () => [...roster.membershipsOf(asSectionId('5'))].map((one) => one.id);
  t.same(ids(), ['3', '1', '2']);
  t.same(roster.apply([enrollment('3', '2026-08-17')]).sections, new Set(['5']));
  t.same(ids(), ['1', '2', '3']);
  roster.apply([{ ...enrollment('2'), record: undefined }]);
  t.same(ids(), ['1', '3']);
  t.same([...roster.membershipsOf(asSectionId('5'))].at(-1), {
    kind: 'studentEnrollment',
    id: '3',
    schoolId: '1',
    sectionId: '5',
    studentId: '3',
    startDate: '2026-08-17',
  });
});

t.test('an enrollment takes some thirty bytes, and a person some eighty', async (t) => {
  const roster = new RosterIndex();
  const people = 3000;
  function* records(): Generator<RosterRecord> {
    for (let at = 0; at < people; at += 1) {
      const [id, schoolId] = [`${100_000 + at}`, '1'];
      yield {
        kind: 'student',
        id,
        schoolId,
        studentNumber: `${4_000_000 + at}`,
        givenName: 'Ana',
        surname: `Šimić${at}`,
      };
      for (let of = 0; of < 8; of += 1) {
        const sectionId = `${(at + of * 31) % 600}`;
        yield { kind: 'studentEnrollment', id: `${1_000_000 + at * 8 + of}`, schoolId, sectionId, studentId: id };
      }
    }
  }
  roster.load(records());
  roster.trim();
  t.ok(
    roster.bytes < people * (8 * 36 + 130),
    `${(roster.bytes / people).toFixed(0)} bytes for a student and 8 enrollments`,
  );
});
