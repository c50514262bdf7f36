/** What the relay reads of a tenant's directory: accounts by delta, existing education objects, and look-ups. */
import type { DirectoryUserChange } from '../identity/directory-index.ts';
import type { Role } from '../profile.ts';
import { failureOf, type GraphClient } from './client.ts';
import { readDelta } from './delta.ts';
import { readIds } from './ids.ts';

export interface DirectoryChanges {
  /** True when this is the whole directory and not a difference. */
  full: boolean;
  upserts: DirectoryUserChange[];
  /** Object ids that are gone (soft-deleted counts as gone). */
  deletes: string[];
  deltaLink: string;
}

/**
 * The accounts that changed since the delta link, or all of them, as {@link readDelta} reads them.
 *
 * @throws as {@link GraphClient.get}
 */
export async function readUserChanges(client: GraphClient, deltaLink: string | undefined): Promise<DirectoryChanges> {
  const start = '/users/delta?$select=id,userPrincipalName,mail,mailNickname,onPremisesSyncEnabled';
  const users = new Map<string, DirectoryUserChange | undefined>();
  const read = await readDelta<DirectoryUserChange & { '@removed'?: object }>(
    client,
    { deltaLink, start, cost: { units: 2, writes: 0 } },
    ({ '@removed': removed, ...user }) => {
      users.set(user.id, removed === undefined ? { ...users.get(user.id), ...user } : undefined);
    },
  );
  return {
    ...read,
    upserts: [...users.values()].filter((user) => user !== undefined),
    deletes: [...users].flatMap(([id, user]) => (user === undefined ? [id] : [])),
  };
}

interface EducationUser {
  id: string;
  externalSource?: string | null;
  student?: { externalId?: string | null } | null;
  teacher?: { externalId?: string | null } | null;
}

function stampOf(user: EducationUser): { role: Role; externalId: string } | undefined {
  if (user.externalSource !== 'sis') return undefined;
  if (user.student?.externalId) return { role: 'students', externalId: user.student.externalId };
  if (user.teacher?.externalId) return { role: 'teachers', externalId: user.teacher.externalId };
  return undefined;
}

/** The object with this external id; undefined when there is none, or when the index does not show it yet. */
export async function findStamped(
  client: GraphClient,
  collection: 'schools' | 'classes',
  externalId: string,
): Promise<string | undefined> {
  const filter = encodeURIComponent(`externalId eq '${externalId.replaceAll("'", "''")}'`);
  const answer = await client.get(`/education/${collection}?$filter=${filter}&$select=id,externalId`);
  if (answer.status !== 200) throw failureOf(`GET /education/${collection}`, answer, undefined);
  const { value } = answer.body as { value: { id: string }[] };
  return value[0]?.id;
}

/** The account with this user name, and whether it carries the stamp of this very person. */
export async function findAccount(
  client: GraphClient,
  userPrincipalName: string,
  role: Role,
  personId: string,
): Promise<{ objectId: string; isTheirs: boolean } | undefined> {
  const filter = encodeURIComponent(`userPrincipalName eq '${userPrincipalName.replaceAll("'", "''")}'`);
  const answer = await client.get(`/education/users?$filter=${filter}&$select=id,externalSource,student,teacher`);
  if (answer.status !== 200) throw failureOf('GET /education/users', answer, undefined);
  const [user] = (answer.body as { value: EducationUser[] }).value;
  if (user === undefined) return undefined;
  const stamp = stampOf(user);
  return { objectId: user.id, isTheirs: stamp?.role === role && stamp.externalId === personId };
}

/** Object ids of a group's members or owners; undefined while Graph does not know the group. */
export async function readGroup(
  client: GraphClient,
  groupId: string,
  relation: 'members' | 'owners',
): Promise<Set<string> | undefined> {
  return await readIds(client, `/groups/${groupId}/${relation}?$select=id&$top=999`, { units: 3, writes: 0 });
}
