/**
 * The current values of schools, classes and accounts in the properties that Hallpass writes, from the education API's
 * deltas.
 */
import type { DeltaPosition } from '../model/delta-position.ts';
import { objectChange } from './bodies/education.ts';
import type { GraphClient } from './client.ts';
import { readDelta } from './delta.ts';
import { educationProperties } from './education-properties.ts';

export type EducationCollection = keyof typeof educationProperties;

export interface ObjectChanges {
  /** True when this is every object rather than a difference. */
  full: boolean;
  /** The properties that were asked for: one that is missing from an object has no value. */
  properties: readonly string[];
  /** Properties by object id. */
  objects: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Object ids. Graph does not report deleted classes. */
  deletes: ReadonlySet<string>;
}

/**
 * What changed since the last reading, or everything, as {@link readDelta} reads it.
 *
 * @param isWanted which objects to keep, by id
 * @throws as {@link GraphClient.get}
 */
export async function readObjectChanges(
  client: GraphClient,
  collection: EducationCollection,
  from: DeltaPosition | undefined,
  isWanted: (objectId: string) => boolean,
): Promise<ObjectChanges & DeltaPosition> {
  const properties = educationProperties[collection];
  const objects = new Map<string, Readonly<Record<string, unknown>>>();
  const deletes = new Set<string>();
  const read = await readDelta(
    client,
    { from, path: `/education/${collection}/delta`, select: properties, item: objectChange },
    {
      take: ({ '@removed': removed, ...object }) => {
        if (!isWanted(object.id)) return;
        if (removed === undefined) {
          objects.set(object.id, object);
          deletes.delete(object.id);
        } else {
          objects.delete(object.id);
          deletes.add(object.id);
        }
      },
      startOver: () => {
        objects.clear();
        deletes.clear();
      },
    },
  );
  return { ...read, properties, objects, deletes };
}
