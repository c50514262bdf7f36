/** What kinds of operations that write an object's values have in common. Pure. */
import type { Applied, AppliedState } from '../model/applied-state.ts';
import { objectsOf } from '../model/applied-state.ts';
import type { Body } from '../model/body.ts';
import { idIn, type ObjectParts, type OperationKey, type SectionId } from '../model/keys.ts';
import type { Operation } from '../model/operation.ts';
import type { PersonKey } from '../model/person-key.ts';
import type { ObjectIds, Search, WriteRequest } from './spec.ts';

/** The applied state of an object with new values in addition to those written before. */
export function updated(
  object: ObjectParts,
  changes: Body,
  objectId: string,
  applied: AppliedState,
): Applied & { object: NonNullable<Applied['object']> } {
  const before = objectsOf(applied, object.kind).get(object.key)?.body;
  return { object: { ...object, objectId, body: { ...before, ...changes } } };
}

/** Names of the values in the journal. */
export function namesIn(after: unknown): string[] {
  return Object.keys(valuesIn(after));
}

export function valuesIn(after: unknown): Body {
  return (typeof after === 'object' && after !== null ? after : {}) as Body;
}

/** Keys in the journal. */
export function keysIn(after: unknown): string[] {
  return Array.isArray(after) ? after.map(String) : [];
}

/** What happens if updates are approved. @param nouns what they change */
export function receiveValues(operations: readonly Operation[], nouns: string): string {
  const properties = new Set(operations.flatMap((one) => ('before' in one ? Object.keys(one.body) : [])));
  return `${operations.length} ${nouns} receive new values of ${[...properties].sort().join(', ')}.`;
}

/** Whether a school or class of the education API carries the record's stamp. @param key `class:77` */
export function isStampedFor(
  item: { externalId?: string | null; externalSource?: string | null },
  key: OperationKey,
): boolean {
  return item.externalSource === 'sis' && item.externalId === idIn(key);
}

/** Finds a school or class of the education API by its record's stamp. @param path `/education/classes` */
export function searchByStamp(path: string, { externalId }: Readonly<Record<string, unknown>>): Search {
  return { path, property: 'externalId', value: String(externalId), select: 'id,externalId,externalSource' };
}

/** Writes values of an existing class. */
export function patchClass({ sectionId, body }: { sectionId: SectionId; body: Body }, ids: ObjectIds): WriteRequest {
  return { method: 'PATCH', url: `/education/classes/${ids.class(sectionId)}`, body };
}

/** Allows or blocks a person's sign-in. */
export function setEnabled(personKey: PersonKey, accountEnabled: boolean, ids: ObjectIds): WriteRequest {
  return { method: 'PATCH', url: `/education/users/${ids.person(personKey)}`, body: { accountEnabled } };
}
