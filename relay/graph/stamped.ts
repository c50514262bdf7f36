/**
 * Reads a tenant's stamped objects, in pages as large as Graph returns them: two requests for every 1,000 people and
 * every 1,000 classes, two for every school and 1,000 people in it, and a delta over all groups for the memberships.
 */
import type { z } from 'zod';
import {
  classStamp,
  groupAttributes,
  type SdsAttributes,
  schoolStamp,
  sdsPrefix,
  userAttributes,
  userStamp,
} from '../adoption/stamp.ts';
import { bodyOf } from '../model/body.ts';
import type { Found, Related } from '../model/found.ts';
import { licenseKey } from '../operations/license-relation.ts';
import { bodyIn } from './answer.ts';
import { type PersonBody, person, school, schoolClass } from './bodies/education.ts';
import { wholeEntity } from './bodies/object.ts';
import type { GraphClient } from './client.ts';
import { educationProperties } from './education-properties.ts';
import { type LinkChanges, readGroupChanges } from './group-delta.ts';
import { readAll as readEach } from './lookups.ts';
import { readSchool } from './school-contents.ts';

/** Other marks by which classes of School Data Sync are recognized. */
const classProperties = ['mailNickname', ...educationProperties.classes];

/** Stamped schools, classes and accounts, with their values and relations. @throws as {@link GraphClient.get} */
export async function readStamped(client: GraphClient): Promise<Found[]> {
  const { schools, schoolsOf } = await readSchools(client);
  return [...schools, ...(await readClasses(client, schoolsOf)), ...(await readUsers(client))];
}

/** @returns also the schools of each class */
async function readSchools(client: GraphClient): Promise<{ schools: Found[]; schoolsOf: Map<string, string[]> }> {
  const schools: Found[] = [];
  const schoolsOf = new Map<string, string[]>();
  for (const item of await readAll(client, '/education/schools', school, educationProperties.schools)) {
    const body = bodyOf(item, educationProperties.schools);
    const stamp = schoolStamp(item);
    if (stamp === undefined) continue;
    const { users = [], classes = [] } = (await readSchool(client, item.id)) ?? {};
    schools.push({ kind: 'school', objectId: item.id, stamp, body, related: { users: [...users] } });
    for (const id of classes) schoolsOf.set(id, [...(schoolsOf.get(id) ?? []), item.id]);
  }
  return { schools, schoolsOf };
}

async function readClasses(client: GraphClient, schoolsOf: ReadonlyMap<string, string[]>): Promise<Found[]> {
  const isSection = `${sdsPrefix}ObjectType eq 'Section'`;
  const attributes = await readAttributes(client, '/groups', groupAttributes, isSection);
  const found: Found[] = [];
  for (const item of await readAll(client, '/education/classes', schoolClass, classProperties)) {
    const body = bodyOf(item, classProperties);
    const marks = { ...item, courseNumber: item.course?.courseNumber };
    const stamp = classStamp(marks, attributes.get(item.id) ?? {});
    if (stamp === undefined) continue;
    found.push({ kind: 'class', objectId: item.id, stamp, body, related: { schools: schoolsOf.get(item.id) ?? [] } });
  }
  if (found.length > 0) await addPeople(client, new Map(found.map((one) => [one.objectId, one.related])));
  return found;
}

/**
 * Members and owners of all classes from one delta over the tenant's groups: a request for 200 of them, not two for
 * each.
 */
async function addPeople(client: GraphClient, classes: ReadonlyMap<string, Related>): Promise<void> {
  const { groups } = await readGroupChanges(client, undefined, (id) => classes.has(id));
  for (const [id, related] of classes) {
    const { members = new Map(), owners = new Map() } = groups.get(id) ?? {};
    related.members = present(members);
    related.owners = present(owners);
  }
}

function present(links: LinkChanges): string[] {
  return [...links].flatMap(([id, isThere]) => (isThere ? [id] : []));
}

async function readUsers(client: GraphClient): Promise<Found[]> {
  const type = `${sdsPrefix}ObjectType`;
  const attributes = await readAttributes(
    client,
    '/users',
    userAttributes,
    `${type} eq 'Student' or ${type} eq 'Teacher'`,
  );
  const found: Found[] = [];
  const properties = [...educationProperties.users, 'userPrincipalName', 'assignedLicenses'];
  for (const item of await readAll(client, '/education/users', person, properties)) {
    const one = foundAccount(item, attributes.get(item.id) ?? {});
    if (one !== undefined) found.push(one);
  }
  return found;
}

function foundAccount(item: PersonBody, attributes: SdsAttributes): Found | undefined {
  const body = bodyOf(item, educationProperties.users);
  const stamp = userStamp(item, attributes);
  if (stamp === undefined) return undefined;
  const related = { licenses: licensesOf(item.assignedLicenses) };
  return { kind: 'user', objectId: item.id, stamp, body, related };
}

/**
 * The stamped ones among these accounts. @param ids some accounts, read one by one @throws as {@link GraphClient.get}
 */
export async function readStampedAccounts(client: GraphClient, ids: readonly string[]): Promise<Found[]> {
  const properties = ['id', ...educationProperties.users, 'userPrincipalName', 'assignedLicenses'].join(',');
  const names = ['id', ...userAttributes.map((name) => `${sdsPrefix}${name}`)].join(',');
  const items = await readAllAnswers(
    client,
    person,
    ids.map((id) => `/education/users/${id}?$select=${properties}`),
  );
  const attributes = await readAllAnswers(
    client,
    wholeEntity,
    ids.map((id) => `/users/${id}?$select=${names}`),
  );
  return ids.flatMap((_, index) => {
    const item = items[index];
    return item === undefined ? [] : (foundAccount(item, attributesOf(attributes[index], userAttributes)) ?? []);
  });
}

async function readAllAnswers<T>(
  client: GraphClient,
  schema: z.ZodType<T>,
  urls: readonly string[],
): Promise<(T | undefined)[]> {
  return (await readEach(client, urls)).map((answer) => bodyIn(schema, answer));
}

function attributesOf(item: Readonly<Record<string, unknown>> | undefined, names: readonly string[]): SdsAttributes {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = item?.[`${sdsPrefix}${name}`];
      return typeof value === 'string' && value !== '' ? [[name, value] as const] : [];
    }),
  );
}

/** A whole collection. */
async function readAll<Item extends z.ZodType>(
  client: GraphClient,
  path: string,
  item: Item,
  properties: readonly string[],
): Promise<z.output<Item>[]> {
  return await collect(client, `${path}?$select=${['id', ...properties].join(',')}&$top=999`, item);
}

/** School Data Sync's attributes, by object id and without the prefix, of the objects that match the filter. */
async function readAttributes(
  client: GraphClient,
  path: string,
  names: readonly string[],
  filter: string,
): Promise<Map<string, SdsAttributes>> {
  const select = ['id', ...names.map((name) => `${sdsPrefix}${name}`)].join(',');
  const items = await collect(
    client,
    `${path}?$select=${select}&$filter=${encodeURIComponent(filter)}&$top=999`,
    wholeEntity,
  );
  return new Map(items.map((item) => [item.id, attributesOf(item, names)]));
}

async function collect<Item extends z.ZodType>(
  client: GraphClient,
  path: string,
  item: Item,
): Promise<z.output<Item>[]> {
  const all: z.output<Item>[] = [];
  for await (const { items } of client.pages(path, item)) all.push(...items);
  return all;
}

function licensesOf(assigned: PersonBody['assignedLicenses']): string[] {
  return assigned.map(({ skuId, disabledPlans }) => {
    return licenseKey({
      skuId: skuId.toLowerCase(),
      disabledPlans: (disabledPlans ?? []).map((id) => id.toLowerCase()),
    });
  });
}
