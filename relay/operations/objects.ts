/** What kinds of operations that write values of an object have in common. Pure. */
import type { Applied, AppliedState } from '../model/applied-state.ts';
import { objectsOf } from '../model/applied-state.ts';
import type { Body } from '../model/body.ts';
import { idIn, type ObjectParts, type OperationKey, type SectionId } from '../model/keys.ts';
import type { Operation } from '../model/operation.ts';
import type { PersonKey } from '../model/person-key.ts';
import type { ObjectIds, Search, WriteRequest } from './spec.ts';

/** The applied state of an object that has new values besides those that were written before. */
export function updated(
  object: ObjectParts,
  changes: Body,
  objectId: string,
  applied: AppliedState,
): Applied & { object: NonNullable<Applied['object']> } {
  const before = objectsOf(applied, object.kind).get(object.key)?.body;
  return { object: { ...object, objectId, body: { ...before, ...changes } } };
}

/** Names of the values that the journal has. */
export function namesIn(after: unknown): string[] {
  return Object.keys(valuesIn(after));
}

export function valuesIn(after: unknown): Body {
  return (typeof after === 'object' && after !== null ? after : {}) as Body;
}

/** Keys that the journal has. */
export function keysIn(after: unknown): string[] {
  return Array.isArray(after) ? after.map(String) : [];
}

/** What happens if updates are approved. @param nouns what they change */
export function receiveValues(operations: readonly Operation[], nouns: string): string {
  const properties = new Set(operations.flatMap((one) => ('before' in one ? Object.keys(one.body) : [])));
  return `${operations.length} ${nouns} receive new values of ${[...properties].sort().join(', ')}.`;
}

/** Whether a school or class of the education API carries the stamp of the record. @param key `class:77` */
export function isStampedFor(
  item: { externalId?: string | null; externalSource?: string | null },
  key: OperationKey,
): boolean {
  return item.externalSource === 'sis' && item.externalId === idIn(key);
}

/** Where a school or class of the education API shows by the record that it carries. @param path `/education/classes` */
export function searchByStamp(path: string, { externalId }: Readonly<Record<string, unknown>>): Search {
  return { path, property: 'externalId', value: String(externalId), select: 'id,externalId,externalSource' };
}

/** Writes values of a class that exists. */
export function patchClass({ sectionId, body }: { sectionId: SectionId; body: Body }, ids: ObjectIds): WriteRequest {
  return { method: 'PATCH', url: `/education/classes/${ids.class(sectionId)}`, body };
}

/** Lets somebody sign in, or nobody. */
export function setEnabled(personKey: PersonKey, accountEnabled: boolean, ids: ObjectIds): WriteRequest {
  return { method: 'PATCH', url: `/education/users/${ids.person(personKey)}`, body: { accountEnabled } };
}
