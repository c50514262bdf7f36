/** Whether an account of the education API belongs to a person in the roster, by its stamp. Pure. */
import type { OperationKey } from '../model/keys.ts';
import { isPersonKey, personIn } from '../model/person-key.ts';
import { ownStamp, type RoleMarks } from './stamp.ts';

export interface StampedUser extends RoleMarks {
  externalSource?: string | null;
}

/** The properties of an account that show whose it is. */
export const stampProperties = 'id,externalSource,primaryRole,student,teacher';

/** Whether the account carries the stamp of this person. @param key `students:123` */
export function isOfPerson({ externalSource, ...marks }: StampedUser, key: OperationKey): boolean {
  if (externalSource !== 'sis' || !isPersonKey(key)) return false;
  const stamp = ownStamp(marks);
  const { role, id } = personIn(key);
  return Object.keys(stamp).length === 1 && stamp[role] === id;
}
