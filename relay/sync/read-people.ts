import type { SchoolId } from '../model/keys.ts';
import type { Person } from '../model/person.ts';
import { RosterIndex } from '../plan/roster-index.ts';
import { readRecords } from '../store/roster/mirror.ts';
import type { TenantScope } from '../store/store.ts';

/** Everybody of the mirror who is in a school that the test lets pass. */
export async function readPeople(scope: TenantScope, inScope: (schoolId: SchoolId) => boolean): Promise<Person[]> {
  const roster = new RosterIndex();
  for (const kind of ['student', 'teacher'] as const) {
    const records = await readRecords(scope, kind);
    roster.apply(records.map((record) => ({ kind, schoolId: record.schoolId, id: record.id, record })));
  }
  return [...roster.people.values()].filter(({ schoolIds }) => schoolIds.some(inScope));
}
