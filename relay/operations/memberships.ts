/** What operations on a group's people have in common. Pure. */
import { type Operation, peopleOf } from '../model/operation.ts';
import type { MemberKey } from '../model/person-key.ts';
import type { ObjectIds, RequestOptions } from './spec.ts';

/** References to people's accounts, for a PATCH with `@odata.bind`. */
export function references(people: readonly MemberKey[], ids: ObjectIds, { root }: RequestOptions): string[] {
  return people.map((key) => `${root}/directoryObjects/${ids.person(key)}`);
}

/** What happens if removals are approved. @param nouns what they end */
export function endMemberships(operations: readonly Operation[], nouns: string): string {
  const people = new Set(operations.flatMap(peopleOf)).size;
  const classes = new Set(operations.map(({ key }) => key)).size;
  return `${operations.length} ${nouns} end, of ${people} people in ${classes} classes. Accounts and classes stay.`;
}

/** What happens if additions that someone undid are approved. @param nouns what they restore */
export function createAgain(operations: readonly Operation[], nouns: string): string {
  const people = operations.reduce((sum, one) => sum + peopleOf(one).length, 0);
  return `${people} ${nouns} are added again, as PowerSchool has them.`;
}
