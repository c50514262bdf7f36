/** From an id in a path or a body to an object that the caller may already see. */
import type { Directory } from '../directory/directory.ts';
import type { Group, School, User } from '../directory/entities.ts';
import { badRequest, notFound } from '../errors.ts';
import { isBag } from '../json.ts';

/** By object id, or by userPrincipalName when the key has an `@`. @throws 404 */
export function userByKey(directory: Directory, key: string): User {
  const user = key.includes('@') ? directory.users.find('userPrincipalName', key)[0] : userById(directory, key);
  if (user === undefined || !directory.isVisible(user)) throw notFound(key);
  return user;
}

export function userById(directory: Directory, id: string): User {
  const user = directory.users.get(id.toLowerCase());
  if (user === undefined || !directory.isVisible(user)) throw notFound(id);
  return user;
}

export function groupById(directory: Directory, id: string): Group {
  const group = directory.groups.get(id.toLowerCase());
  if (group === undefined || !directory.isVisible(group)) throw notFound(id);
  return group;
}

export function classById(directory: Directory, id: string): Group {
  const group = groupById(directory, id);
  if (!group.isClass) throw notFound(id);
  return group;
}

export function schoolById(directory: Directory, id: string): School {
  const school = directory.schools.get(id.toLowerCase());
  if (school === undefined || !directory.isVisible(school)) throw notFound(id);
  return school;
}

/** The id at the end of a reference such as `https://graph…/v1.0/directoryObjects/{id}`. @throws 400 */
export function referencedId(reference: unknown): string {
  const match =
    typeof reference === 'string'
      ? /^https:\/\/[^/]+\/(?:v1\.0|beta)\/(?:[\w-]+\/)*[\w-]+(?:\/|\(')([0-9a-f-]{36})(?:'\))?$/i.exec(reference)
      : null;
  const id = match?.[1];
  if (id === undefined) throw badRequest('Invalid URL format specified in an @odata.id or @odata.bind reference.');
  return id.toLowerCase();
}

/** The object named by the body of `POST …/$ref`. */
export function referenceIn(body: unknown): string {
  return referencedId(isBag(body) ? body['@odata.id'] : undefined);
}
