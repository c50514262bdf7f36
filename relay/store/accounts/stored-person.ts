/** The two columns that name a person, and lists by them. */
import type { LinkedPerson } from '../../model/account-link.ts';
import { asPersonKey, type PersonKey, personIn } from '../../model/person-key.ts';
import type { Role } from '../../model/role.ts';
import { readKey } from '../engine/stored-json.ts';

/** A part of a list by role and person; without anything it is all of it. */
export interface PartOfPeople {
  role?: Role | undefined;
  /** The last one of the part before. */
  after?: LinkedPerson | undefined;
  limit?: number | undefined;
}

interface Row {
  role: string;
  person_id: string;
}

/** @throws HallpassError STORED_VALUE_DAMAGED @param key of the row, for people: something else than these columns */
export function storedPersonKey({ role, person_id: id }: Row, table: string, key: string): PersonKey {
  return readKey(asPersonKey, `${role}:${id}`, table, key);
}

/** Likewise, in two parts. */
export function storedPerson(row: Row, table: string, key: string): LinkedPerson {
  const { role, id: personId } = personIn(storedPersonKey(row, table, key));
  return { role, personId };
}
