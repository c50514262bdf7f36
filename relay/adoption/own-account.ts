/** Whether an account of the education API is that of a person of the roster, by its stamp. Pure. */
import { ownStamp, type RoleMarks } from './stamp.ts';

export interface StampedUser extends RoleMarks {
  externalSource?: string | null;
}

/** What of an account tells whose it is. */
export const stampProperties = 'id,externalSource,primaryRole,student,teacher';

/** Whether the account carries the stamp of this very person. @param key `students:123` */
export function isOfPerson({ externalSource, ...marks }: StampedUser, key: string): boolean {
  if (externalSource !== 'sis') return false;
  const claims = Object.entries(ownStamp(marks));
  return claims.length === 1 && claims.every(([role, id]) => key === `${role}:${id}`);
}
