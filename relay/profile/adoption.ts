/** The meaning of the ids of the previous tool: School Data Sync, or a plugin that fed it. */
import { z } from 'zod';
import { propertiesOf } from '../../shared/properties.ts';

/** What an id can be, per kind; the first is what School Data Sync's own PowerSchool Sync used. */
export const idKinds = {
  schools: ['dcid', 'schoolNumber'],
  students: ['dcid', 'studentNumber', 'username'],
  teachers: ['dcid', 'teacherNumber', 'username'],
  sections: ['dcid', 'id'],
} as const;

export type AdoptedKind = keyof typeof idKinds;

/** Plugins that feed several kinds into one table of users distinguish them by a prefix: `students_4001`. */
function readingSchema<const Ids extends readonly [string, ...string[]]>(ids: Ids) {
  const written = z.strictObject({ id: z.enum(ids), prefix: z.string().max(40).default('') });
  return z.union([z.enum(ids), written]).default(ids[0]);
}

/**
 * Per kind, what was used as id. `dcid`: School Data Sync's PowerSchool Sync read `/ws/v1`, whose ids are DCIDs.
 * Districts that uploaded CSV files chose for themselves. A wrong reading finds nothing, or contradicts itself and is
 * reported.
 */
export const adoptionSchema = z
  .strictObject({
    ids: z
      .strictObject({
        schools: readingSchema(idKinds.schools),
        students: readingSchema(idKinds.students),
        teachers: readingSchema(idKinds.teachers),
        sections: readingSchema(idKinds.sections),
      })
      .prefault({}),
  })
  .prefault({});

export type AdoptionOptions = z.infer<typeof adoptionSchema>;

/** How one kind's ids are read. */
export interface Reading<Kind extends AdoptedKind = AdoptedKind> {
  id: (typeof idKinds)[Kind][number];
  prefix: string;
}

/** The reading of a kind, in whichever form the document gives it. */
export function readingOf<Kind extends AdoptedKind>({ ids }: AdoptionOptions, kind: Kind): Reading<Kind> {
  const given: string | { id: string; prefix: string } = ids[kind];
  return (typeof given === 'string' ? { id: given, prefix: '' } : given) as Reading<Kind>;
}

const kindOf = { schools: 'school', students: 'student', teachers: 'teacher', sections: 'section' } as const;

/** The optional property that the reading of a kind uses; undefined if it uses one that every record has. */
export function propertyRead(adoption: AdoptionOptions, kind: AdoptedKind): string | undefined {
  const { id } = readingOf(adoption, kind);
  return propertiesOf(kindOf[kind]).find(({ name, adoptedAs = name }) => adoptedAs === id)?.name;
}

/** The optional properties that some reading of the kind uses. */
export function propertiesRead(kind: AdoptedKind): string[] {
  const ids: readonly string[] = idKinds[kind];
  return propertiesOf(kindOf[kind]).flatMap(({ name, adoptedAs = name }) => (ids.includes(adoptedAs) ? [name] : []));
}

/** For people: `dcid`, `students_<studentNumber>`. */
export function readingText({ id, prefix }: Reading): string {
  return prefix === '' ? id : `${prefix}<${id}>`;
}

/** As it is written in a profile. */
export function readingJson({ id, prefix }: Reading): string {
  return prefix === '' ? JSON.stringify(id) : `{ "id": ${JSON.stringify(id)}, "prefix": ${JSON.stringify(prefix)} }`;
}
