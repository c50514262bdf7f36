/** An administrator's edits of groups, classes and schools through `/_sim/`: visible at once, not throttled. */
import { z } from 'zod';
import type { Directory } from './directory/directory.ts';
import type { Group, School, User } from './directory/entities.ts';
import { notFound } from './errors.ts';
import { propertyOf, type Resource } from './graph/properties.ts';
import { classResource, groupResource, schoolResource } from './graph/resources.ts';
import { isTeam } from './graph/teams.ts';
import type { WireServer } from './wire.ts';

type KeyParams = { Params: { key: string } };
type ContentParams = { Params: { key: string; contents: string; one: string } };
type LinkParams = { Params: { key: string; relation: string; user: string } };

const relations = z.enum(['members', 'owners']);
const groupProtection = z.strictObject({ by: z.literal('restrictedUnit').nullable() });
const contentKinds = z.enum(['users', 'classes']);
const groupProps = propsOf(groupResource, classResource);
const schoolProps = propsOf(schoolResource);

export function addGroupEdits(control: WireServer, directory: Directory): void {
  const { groups, schools } = directory;
  control.put<LinkParams>('/groups/:key/:relation/:user', async (request, reply) => {
    const { group, relation, user } = linkIn(directory, request.params);
    directory.addLink(group, relation, user);
    return reply.code(204).send();
  });
  control.delete<LinkParams>('/groups/:key/:relation/:user', async (request, reply) => {
    const { group, relation, user } = linkIn(directory, request.params);
    if (!group[relation].has(user)) throw notFound(user.id);
    directory.removeLink(group, relation, user);
    return reply.code(204).send();
  });
  control.patch<KeyParams>('/groups/:key', async (request, reply) => {
    groups.update(findGroup(directory, request.params.key), groupProps.parse(request.body));
    return reply.code(204).send();
  });
  control.put<KeyParams>('/groups/:key/protection', async (request, reply) => {
    findGroup(directory, request.params.key).protection = groupProtection.parse(request.body).by ?? undefined;
    return reply.code(204).send();
  });
  /** A teacher opens the class team: from now on the students are in it. */
  control.post<KeyParams>('/teams/:key/activate', async (request, reply) => {
    const group = findGroup(directory, request.params.key);
    if (!isTeam(group)) throw notFound(request.params.key);
    group.isLimitedToOwners = false;
    group.hasStudents = true;
    return reply.code(204).send();
  });
  control.delete<KeyParams>('/groups/:key', async (request, reply) => {
    directory.deleteGroup(findGroup(directory, request.params.key));
    return reply.code(204).send();
  });
  control.patch<KeyParams>('/schools/:key', async (request, reply) => {
    schools.update(findSchool(directory, request.params.key), schoolProps.parse(request.body));
    return reply.code(204).send();
  });
  control.put<ContentParams>('/schools/:key/:contents/:one', async (request, reply) => {
    directory.addToSchool(findSchool(directory, request.params.key), findContent(directory, request.params));
    return reply.code(204).send();
  });
  control.delete<ContentParams>('/schools/:key/:contents/:one', async (request, reply) => {
    const school = findSchool(directory, request.params.key);
    const one = findContent(directory, request.params);
    if (!one.schools.has(school)) throw notFound(one.id);
    directory.removeFromSchool(school, one);
    return reply.code(204).send();
  });
  control.delete<KeyParams>('/schools/:key', async (request, reply) => {
    directory.deleteSchool(findSchool(directory, request.params.key));
    return reply.code(204).send();
  });
}

function linkIn(directory: Directory, { key, relation, user }: LinkParams['Params']) {
  return {
    group: findGroup(directory, key),
    relation: relations.parse(relation),
    user: findUser(directory, user),
  };
}

function findContent(directory: Directory, { contents, one }: ContentParams['Params']): User | Group {
  return contentKinds.parse(contents) === 'users' ? findUser(directory, one) : findGroup(directory, one);
}

function findGroup({ groups }: Directory, key: string): Group {
  return groups.get(key.toLowerCase()) ?? groups.find('mailNickname', key)[0] ?? missing(key);
}

function findSchool({ schools }: Directory, key: string): School {
  return schools.get(key.toLowerCase()) ?? schools.find('externalId', key)[0] ?? missing(key);
}

function findUser({ users }: Directory, key: string): User {
  return users.get(key.toLowerCase()) ?? users.find('userPrincipalName', key)[0] ?? missing(key);
}

function missing(key: string): never {
  throw notFound(key);
}

function propsOf(...resources: Resource[]) {
  const isKnown = (name: string) => resources.some((resource) => propertyOf(resource, name) !== undefined);
  return z
    .record(z.string(), z.json())
    .refine((props) => Object.keys(props).every(isKnown), { error: 'a property that the object does not have' });
}
