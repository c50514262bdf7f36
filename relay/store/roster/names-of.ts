/** The names of a few people and objects, where {@link readAllNames} reads those of the whole roster. */
import type { Kind, RecordOf } from '../../../shared/roster.ts';
import { slices } from '../engine/slices.ts';
import type { TenantScope } from '../store.ts';
import { storedRecord } from './mirror.ts';
import type { Names } from './names.ts';

/** @param keys `students:123`, `class:77`, `school:1`; whatever else there is has no name */
export async function readNamesOf(scope: TenantScope, keys: Iterable<string>): Promise<Names> {
  const wanted = [...new Set(keys)];
  const idsOf = (what: string) =>
    wanted.filter((key) => key.startsWith(`${what}:`)).map((key) => key.slice(what.length + 1));
  const people = new Map<string, string>();
  const students = await readSome(scope, 'student', idsOf('students'));
  const teachers = await readSome(scope, 'teacher', idsOf('teachers'));
  for (const { kind, id, givenName = '', surname = '' } of [...students, ...teachers]) {
    const name = `${givenName} ${surname}`.trim();
    if (name !== '') people.set(`${kind === 'student' ? 'students' : 'teachers'}:${id}`, name);
  }
  const sections = await readSome(scope, 'section', idsOf('class'));
  const schools = await readSome(scope, 'school', idsOf('school'));
  return {
    people,
    sections: new Map(sections.map(({ id, courseName }) => [id, courseName])),
    schools: new Map(schools.map(({ id, name }) => [id, name])),
  };
}

/** By school first, as the key has it: a scan of 100,000 people would take ten times as long. */
async function readSome<K extends Kind>(
  { db, tenantId }: TenantScope,
  kind: K,
  ids: readonly string[],
): Promise<RecordOf<K>[]> {
  const records: RecordOf<K>[] = [];
  for (const part of slices([...ids])) {
    const rows = await db
      .selectFrom('record')
      .select(['id', 'data'])
      .where('tenant_id', '=', tenantId)
      .where('kind', '=', kind)
      .where('school_id', 'in', ({ selectFrom }) =>
        selectFrom('bucket')
          .select('school_id')
          .where('bucket.tenant_id', '=', tenantId)
          .where('bucket.kind', '=', kind),
      )
      .where('id', 'in', part)
      .where('deleted', '=', 0)
      .execute();
    records.push(...rows.map((row) => storedRecord<K>(row)));
  }
  return records;
}
