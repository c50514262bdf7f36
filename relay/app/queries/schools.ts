/** PowerSchool's schools, with what has been received from each, and the profile that covers each. */

import { z } from 'zod';
import { schoolIdOf } from '../../model/keys.ts';
import { scopeOf } from '../../profile/scope.ts';
import { readProfiles } from '../../store/profiles/profiles.ts';
import { digests, readRecords } from '../../store/roster/mirror.ts';
import type { TenantScope } from '../../store/store.ts';
import type { Actor } from '../actor.ts';
import { ask, type StoreContext, type TenantRef } from '../perform.ts';
import type { Table } from './fields.ts';

const schoolSchema = z.object({
  id: z.string().meta({ description: 'The DCID, as profiles store it.' }),
  number: z.string(),
  name: z.string(),
  students: z.int(),
  teachers: z.int(),
  sections: z.int(),
  profiles: z
    .array(z.string())
    .meta({ description: 'The profiles that cover it. If there are two, neither provisions it.' }),
});

export const schoolsAnswer = z.object({ schools: z.array(schoolSchema) });

export type ListedSchool = z.infer<typeof schoolSchema>;

/** By name. */
export async function districtSchools(
  context: StoreContext,
  actor: Actor,
  tenant: TenantRef,
): Promise<readonly ListedSchool[]> {
  return (await ask(context, actor, { question: 'schools', tenant }, schoolsNow)).schools;
}

/** By name. */
export async function schoolsNow(scope: TenantScope): Promise<z.infer<typeof schoolsAnswer>> {
  const profiles = await readProfiles(scope);
  const scopes = profiles.map((profile) => ({ name: profile.name, of: scopeOf(profile, profiles) }));
  const counts = new Map<string, number>();
  for (const { kind, schoolId, digest } of await digests(scope))
    counts.set(`${kind} ${schoolId}`, Number(digest.count));
  const schools = (await readRecords(scope, 'school'))
    .map((school) => ({ ...school, id: schoolIdOf(school) }))
    .map(({ id, name, schoolNumber }) => ({
      id,
      number: schoolNumber,
      name,
      students: counts.get(`student ${id}`) ?? 0,
      teachers: counts.get(`teacher ${id}`) ?? 0,
      sections: counts.get(`section ${id}`) ?? 0,
      profiles: scopes.filter(({ of }) => of.covers(id) || of.rivalsOf(id).length > 0).map(({ name }) => name),
    }));
  return { schools: schools.sort((a, b) => a.name.localeCompare(b.name, 'en') || a.id.localeCompare(b.id, 'en')) };
}

export const schoolTable: Table<ListedSchool> = {
  headings: ['id', 'number', 'name', 'students', 'teachers', 'sections', 'profiles'],
  lines: ({ id, number, name, students, teachers, sections, profiles }) => [
    [id, number, name, String(students), String(teachers), String(sections), profiles.join('; ')],
  ],
};
