/** How well each interpretation of the ids fits the objects found, for the person who has to choose one. */
import type { School, Section } from '../../shared/roster.ts';
import type { Found } from '../model/found.ts';
import type { Person } from '../model/person.ts';
import { type AdoptedKind, type AdoptionOptions, idKinds, type Reading, readingOf } from '../profile/adoption.ts';
import type { ReadingFit, StampFacts } from '../profile/tenant-facts.ts';
import { decideAdoption, type Unadopted } from './decide.ts';
import { schoolSisId, unadoptedClass, unadoptedPerson, unadoptedSchool } from './unadopted.ts';

export interface ReadRoster {
  schools: ReadonlyMap<string, School>;
  sections: Iterable<Section>;
  people: Iterable<Person>;
}

/** A tool writes one prefix; a second may remain from an earlier tool. Further ones are something else. */
const prefixesTried = 3;

/** @param found objects that have not been adopted yet */
export function fitReadings(found: readonly Found[], roster: ReadRoster, chosen: AdoptionOptions): StampFacts {
  const bySds = found.filter(({ stamp, kind }) => stamp.bySds || kind === 'school');
  const schools = [...roster.schools.values()];
  const sections = [...roster.sections];
  const people = [...roster.people];
  const facts = <Kind extends AdoptedKind>(
    kind: Kind,
    recordsBy: (reading: Reading<Kind>) => Unadopted[],
    ofSchools?: Reading<'schools'>,
  ) => {
    const claimed = kind === 'schools' ? 'school' : kind === 'sections' ? 'class' : kind;
    const objects = bySds.filter(({ stamp }) => stamp.claims.some((claim) => claim.kind === claimed));
    const ids = objects.flatMap(({ stamp }) => stamp.claims.filter((one) => one.kind === claimed).map(({ id }) => id));
    const mine = readingOf(chosen, kind);
    const fits = readingsTried(kind, mine, ids).map((reading): ReadingFit => {
      const unadopted = recordsBy(reading);
      const schoolIds = new Set(
        schools.map((school) => schoolSisId(school, ofSchools ?? (reading as Reading<'schools'>))),
      );
      const fitting = objects.length === 0 ? 0 : decideAdoption(objects, unadopted, schoolIds).adopted.size;
      return { reading, fitting, isSent: unadopted.length === 0 || unadopted.some(({ sisId }) => sisId !== undefined) };
    });
    return { total: objects.length, prefixes: prefixesOf(ids), fits };
  };
  const ofSchools = facts('schools', (reading) => schools.map((school) => unadoptedSchool(school, reading)));
  // A class is also checked against its school, under the reading that finds the schools, chosen or not.
  const best = bestOf(ofSchools.fits, readingOf(chosen, 'schools')).reading as Reading<'schools'>;
  const persons = (role: Person['role'], reading: Reading<'students' | 'teachers'>) =>
    people.filter((person) => person.role === role).map((person) => unadoptedPerson(person, reading));
  return {
    schools: ofSchools,
    sections: facts(
      'sections',
      (reading) => sections.map((one) => unadoptedClass(one, roster.schools.get(one.schoolId), reading, best)),
      best,
    ),
    students: facts('students', (reading) => persons('students', reading)),
    teachers: facts('teachers', (reading) => persons('teachers', reading)),
  };
}

/** If several fit equally well, the chosen one wins, and then the one without a prefix. */
export function bestOf(fits: readonly ReadingFit[], chosen: Reading): ReadingFit {
  const [first, ...rest] = fits;
  const own = fits.find(({ reading }) => reading.id === chosen.id && reading.prefix === chosen.prefix) ?? first;
  const nothing: ReadingFit = { reading: chosen, fitting: 0, isSent: true };
  return [...(first === undefined ? [] : [first]), ...rest].reduce(
    (best, one) => (one.fitting > best.fitting ? one : best),
    own ?? nothing,
  );
}

/** Every kind of id, alone and with the prefixes found in stamps, plus the chosen one. */
function readingsTried<Kind extends AdoptedKind>(
  kind: Kind,
  chosen: Reading<Kind>,
  ids: readonly string[],
): Reading<Kind>[] {
  const prefixes = new Set(['', ...prefixesOf(ids), chosen.prefix]);
  return [...prefixes].flatMap((prefix) => idKinds[kind].map((id) => ({ id, prefix }) as Reading<Kind>));
}

/**
 * The text before the number in the ids, if most of them have it: `students_` in `students_4001`. An id that is only a
 * number, or has none, has no prefix.
 */
function prefixesOf(ids: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const id of ids) {
    const prefix = /^(.*?\D)\d+$/.exec(id)?.[1] ?? /^(.*[_:-])[^_:-]+$/.exec(id)?.[1];
    if (prefix !== undefined && prefix.length <= 40) counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  }
  // A prefix on less than one in twenty is not a tool's.
  const common = [...counts].filter(([, count]) => count * 20 >= ids.length);
  return common
    .sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
    .slice(0, prefixesTried)
    .map(([prefix]) => prefix);
}
