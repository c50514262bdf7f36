/** Names of people, from the mirror. */
import { personKey } from '../../model/person-key.ts';
import type { TenantScope } from '../store.ts';
import { readRecords } from './mirror.ts';

export interface PersonName {
  /** Name of the school of one of the person's records. */
  school: string;
  givenName: string;
  surname: string;
}

/** By person key, `students:123`. */
export async function readNames(scope: TenantScope): Promise<Map<string, PersonName>> {
  const schools = new Map((await readRecords(scope, 'school')).map(({ id, name }) => [id, name]));
  const names = new Map<string, PersonName>();
  for (const kind of ['student', 'teacher'] as const) {
    for (const { id, schoolId, givenName = '', surname = '' } of await readRecords(scope, kind)) {
      const key = personKey(kind === 'student' ? 'students' : 'teachers', id);
      names.set(key, { school: schools.get(schoolId) ?? schoolId, givenName, surname });
    }
  }
  return names;
}
