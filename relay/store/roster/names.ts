/** Names of people, sections and schools in a district's roster, by key or id. */
import type { TenantScope } from '../store.ts';
import { readRecords } from './mirror.ts';
import { readNames } from './people-names.ts';

export interface Names {
  /** By person key; only people whose names agents send. */
  people: ReadonlyMap<string, string>;
  sections: ReadonlyMap<string, string>;
  schools: ReadonlyMap<string, string>;
}

export async function readAllNames(scope: TenantScope): Promise<Names> {
  const people = new Map<string, string>();
  for (const [key, { givenName, surname }] of await readNames(scope)) {
    const name = `${givenName} ${surname}`.trim();
    if (name !== '') people.set(key, name);
  }
  const sections = await readRecords(scope, 'section');
  const schools = await readRecords(scope, 'school');
  return {
    people,
    sections: new Map(sections.map(({ id, courseName }) => [id, courseName])),
    schools: new Map(schools.map(({ id, name }) => [id, name])),
  };
}
