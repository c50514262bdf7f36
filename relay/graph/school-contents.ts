/**
 * The people and classes in a school. No delta reports them with the relay's permissions, so a school is read as a
 * whole.
 */
import type { GraphClient } from './client.ts';
import { readIds } from './ids.ts';

/** Object ids. */
export interface SchoolContents {
  users: Set<string>;
  classes: Set<string>;
}

/**
 * Two requests for a school of up to 999 people and as many classes, within the education API's limits (35,000 in 10
 * seconds).
 *
 * @returns undefined when there is no such school
 * @throws as {@link GraphClient.get}
 */
export async function readSchool(client: GraphClient, schoolObjectId: string): Promise<SchoolContents | undefined> {
  const users = await readIds(client, contentsPath(schoolObjectId, 'users'));
  const classes = users && (await readIds(client, contentsPath(schoolObjectId, 'classes')));
  return users && classes && { users, classes };
}

export function contentsPath(schoolObjectId: string, what: keyof SchoolContents): string {
  return `/education/schools/${schoolObjectId}/${what}?$select=id&$top=999`;
}
