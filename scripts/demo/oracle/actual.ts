/** The actual side: the Microsoft simulator's dump, and the problems in the relay's database. */
import { DatabaseSync } from 'node:sqlite';
import { licenseName } from './users.ts';

export type Bag = { [property: string]: unknown };

export interface ActualUser {
  id: string;
  userPrincipalName: string;
  properties: Bag;
  /** `students:<DCID>` when the account says whose it is. */
  stamp: string | undefined;
  /** School object ids. */
  schools: string[];
  /** See licenseName. */
  licenses: string[];
}

export interface ActualSchool {
  id: string;
  properties: Bag;
}

export interface ActualClass {
  id: string;
  properties: Bag;
  /** Object ids. */
  members: string[];
  owners: string[];
  schools: string[];
  team: boolean;
  archived: boolean;
}

export interface ActualGroup {
  id: string;
  name: string;
  /** Object ids. */
  members: string[];
}

export interface ReportedProblem {
  subject: string;
  code: string;
  message: string;
}

export interface Actual {
  users: ActualUser[];
  schools: ActualSchool[];
  classes: ActualClass[];
  /** Groups that are not classes. */
  groups: ActualGroup[];
  /** Deleted objects: a roster sync must not delete anything. */
  strangers: { type: string; id: string; name: string }[];
  problems: ReportedProblem[];
}

/** @param lines of the dump, NDJSON; read one by one, because 20,000 students make 30 MB */
export async function readDump(lines: AsyncIterable<string>): Promise<Omit<Actual, 'problems'>> {
  const actual: Omit<Actual, 'problems'> = { users: [], schools: [], classes: [], groups: [], strangers: [] };
  for await (const line of lines) {
    if (line === '') continue;
    const { type, ...properties } = JSON.parse(line) as Bag;
    const id = text(properties.id) ?? '';
    switch (type) {
      case 'user':
        actual.users.push(userOf(id, properties));
        break;
      case 'school':
        actual.schools.push({ id, properties });
        break;
      case 'class': {
        const { members, owners, schools } = properties;
        const team = ids(properties.resourceProvisioningOptions).includes('Team');
        const relations = { members: ids(members), owners: ids(owners), schools: ids(schools) };
        actual.classes.push({ id, properties, ...relations, team, archived: properties.isArchived === true });
        break;
      }
      case 'group':
        actual.groups.push({ id, name: text(properties.displayName) ?? id, members: ids(properties.members) });
        break;
      case 'deletedUser':
      case 'deletedGroup':
        actual.strangers.push({ type, id, name: text(properties.displayName) ?? id });
        break;
    }
  }
  return actual;
}

function userOf(id: string, properties: Bag): ActualUser {
  return {
    id,
    userPrincipalName: text(properties.userPrincipalName) ?? '',
    properties,
    stamp: stampOf(properties),
    schools: ids(properties.schools),
    licenses: licensesOf(properties),
  };
}

function licensesOf({ assignedLicenses, licenses }: Bag): string[] {
  if (!Array.isArray(assignedLicenses)) return ids(licenses);
  return assignedLicenses.map(({ skuId, disabledPlans }: Bag) => licenseName(String(skuId), ids(disabledPlans)));
}

function stampOf(properties: Bag): string | undefined {
  for (const [role, facet] of [
    ['students', properties.student],
    ['teachers', properties.teacher],
  ] as const) {
    const externalId = typeof facet === 'object' && facet !== null ? text((facet as Bag).externalId) : undefined;
    if (externalId !== undefined) return `${role}:${externalId}`;
  }
  return properties.externalSource === 'sis' ? 'nobody' : undefined;
}

/** The problems that the relay reports now. @param file its database, which may be in use */
export function readProblems(file: string, slug: string): ReportedProblem[] {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  try {
    return db
      .prepare(
        `SELECT subject, code, message FROM problem WHERE tenant_id = (SELECT id FROM tenant WHERE slug = ?)
          ORDER BY subject, code`,
      )
      .all(slug)
      .map((row) => ({ subject: String(row.subject), code: String(row.code), message: String(row.message) }));
  } finally {
    db.close();
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function ids(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
