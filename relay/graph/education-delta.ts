/** What schools, classes and accounts hold of the values that Hallpass writes, by the education API's deltas. */
import { failureOf, type GraphClient } from './client.ts';

export type EducationCollection = 'schools' | 'classes' | 'users';

/** Everything that relay/plan/bodies.ts writes to what is there already. */
const properties: Record<EducationCollection, readonly string[]> = {
  schools: [
    'displayName',
    'externalId',
    'externalSource',
    'schoolNumber',
    'lowestGrade',
    'highestGrade',
    'principalName',
    'principalEmail',
    'phone',
    'address',
  ],
  classes: ['displayName', 'classCode', 'externalId', 'externalName', 'externalSource', 'course', 'term'],
  users: ['primaryRole', 'externalSource', 'student', 'teacher', 'displayName', 'givenName', 'surname', 'middleName'],
};

export interface ObjectChanges {
  /** True when this is every object and not a difference. */
  full: boolean;
  /** The properties that were asked for: what is missing from an object has no value. */
  properties: readonly string[];
  /** Properties by object id. */
  objects: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Object ids. Graph does not tell of deleted classes. */
  deletes: ReadonlySet<string>;
}

/**
 * What changed since the delta link, or everything. A link older than 7 days is answered with 410: everything is read
 * again. Pages may repeat an object; what comes later counts.
 *
 * @param isWanted which objects to keep, by id
 * @throws as {@link GraphClient.get}
 */
export async function readObjectChanges(
  client: GraphClient,
  collection: EducationCollection,
  deltaLink: string | undefined,
  isWanted: (objectId: string) => boolean,
): Promise<ObjectChanges & { deltaLink: string }> {
  const path = deltaLink ?? `/education/${collection}/delta?$select=${properties[collection].join(',')}`;
  const first = await client.get(path);
  if (first.status === 410 && deltaLink !== undefined)
    return readObjectChanges(client, collection, undefined, isWanted);

  const objects = new Map<string, Readonly<Record<string, unknown>>>();
  const deletes = new Set<string>();
  let nextDelta: string | undefined;
  for await (const page of client.pages<{ id: string; '@removed'?: object }>(path, undefined, first)) {
    for (const { '@removed': removed, ...object } of page.items) {
      if (!isWanted(object.id)) continue;
      if (removed === undefined) {
        objects.set(object.id, object);
        deletes.delete(object.id);
      } else {
        objects.delete(object.id);
        deletes.add(object.id);
      }
    }
    nextDelta = page.deltaLink ?? nextDelta;
  }
  if (nextDelta === undefined) throw failureOf(`GET /education/${collection}/delta`, first, undefined);
  return {
    full: deltaLink === undefined,
    properties: properties[collection],
    objects,
    deletes,
    deltaLink: nextDelta,
  };
}
