/** Which people and classes somebody sees: those of their schools, and whom the problems are about that they can see to. */
import { readSubject } from '../../model/subject.ts';
import type { TenantScope } from '../../store/store.ts';
import { type Sight, seesSchools } from '../sight.ts';
import { seenProblems } from './own-problems.ts';

export interface InSight {
  /** @param schoolIds of the person, also those of records that are gone */
  seesPerson(key: string, schoolIds: readonly string[]): boolean;
  seesClass(sectionId: string, schoolIds: readonly string[]): boolean;
  /** The only schools that anything of it can be in; undefined for all. */
  schools: ReadonlySet<string> | undefined;
}

export async function inSight(scope: TenantScope, sight: Sight): Promise<InSight> {
  if (sight.isWhole) return { seesPerson: () => true, seesClass: () => true, schools: undefined };
  const [people, classes] = [new Set<string>(), new Set<string>()];
  const schools = new Set(sight.schools);
  if (sight.hasFixable) {
    for await (const { subject, schoolIds } of seenProblems(scope, sight, { role: 'sis' })) {
      const { record, person } = readSubject(subject);
      if (person !== undefined) people.add(person);
      if (record?.kind === 'section') classes.add(record.id);
      for (const id of schoolIds) schools.add(id);
    }
  }
  return {
    seesPerson: (key, schoolIds) => seesSchools(sight, schoolIds) || people.has(key),
    seesClass: (sectionId, schoolIds) => seesSchools(sight, schoolIds) || classes.has(sectionId),
    schools,
  };
}
