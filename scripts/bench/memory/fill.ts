/** A database with a district in which nearly everything has been done, in the tables that all builds have. */
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { nothingApplied } from '../../../relay/model/applied-state.ts';
import type { PersonKey } from '../../../relay/model/person-key.ts';
import { personIn } from '../../../relay/model/person-key.ts';
import { licenseKey } from '../../../relay/operations/license-relation.ts';
import { type DesiredState, desiredState } from '../../../relay/plan/desired.ts';
import { RosterIndex } from '../../../relay/plan/roster-index.ts';
import { parseProfile } from '../../../relay/profile/profile.ts';
import { scopeOf } from '../../../relay/profile/scope.ts';
import { objectIdOf, profileDocument, recordsOf, today } from './district.ts';

export const tenantId = 'tenant';
const then = '2026-11-23T08:00:00.000Z';
/** Of so many classes and people, one has something left to do. */
const undone = 50;

/** @param build whose tables the database has @param file of the database to make */
export async function fill(build: string, file: string, students: number): Promise<void> {
  const { openStore } = await import(join(build, 'relay/store/store.ts'));
  await (await openStore(file)).close();
  const db = new DatabaseSync(file);
  db.exec('PRAGMA synchronous = OFF; begin');
  const desired = fillRoster(db, students);
  fillAccounts(db, desired);
  fillApplied(db, desired);
  db.exec('commit; PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
}

function insert(db: DatabaseSync, table: string, columns: string): (...values: SQLInputValue[]) => void {
  const places = columns.split(',').map(() => '?');
  const statement = db.prepare(`insert into ${table} (tenant_id, ${columns}) values (?, ${places.join()})`);
  return (...values) => {
    statement.run(tenantId, ...values);
  };
}

function fillRoster(db: DatabaseSync, students: number): DesiredState {
  db.prepare(
    'insert into tenant (id, slug, name, graph_tenant_id, salt, roster_version, committed_at, created_at) values (?, ?, ?, ?, ?, ?, ?, ?)',
  ).run(tenantId, 'bench', 'Bench', objectIdOf('tenant'), '00', 1, then, then);
  const addRecord = insert(db, 'record', 'kind, school_id, id, hash, data, version, deleted');
  const roster = new RosterIndex();
  const counts = new Map<string, number>();
  for (const record of recordsOf(students)) {
    const { kind, schoolId, id } = record;
    addRecord(kind, schoolId, id, '0'.repeat(32), JSON.stringify(record), 1, 0);
    roster.apply([{ kind, schoolId, id, record }]);
    counts.set(`${kind} ${schoolId}`, (counts.get(`${kind} ${schoolId}`) ?? 0) + 1);
  }
  const addBucket = insert(db, 'bucket', 'kind, school_id, count, sum');
  for (const [bucket, size] of counts) addBucket(...(bucket.split(' ') as [string, string]), size, '0'.repeat(32));
  const profile = parseProfile(profileDocument, 'bench');
  const people = [...roster.people.keys()];
  const accounts = {
    linked: new Map(people.map((key) => [key, objectIdOf(key)])),
    createdByUs: new Set(people),
    toCreate: new Map(),
    onPremises: () => false,
  };
  const scope = scopeOf(profile, [profile]);
  return desiredState({ roster, accounts, profile, scope, made: nothingApplied(), today }, roster.allKeys());
}

function nameOf(key: PersonKey, person: { username?: string | undefined }): string {
  return `${person.username}@${personIn(key).role === 'students' ? 'students.' : ''}contoso.edu`;
}

function fillAccounts(db: DatabaseSync, { users }: DesiredState): void {
  const addUser = insert(db, 'directory_user', 'id, user_principal_name, mail, mail_nickname, on_premises');
  const addLink = insert(db, 'link', 'role, person_id, object_id, rule, linked_at');
  const addName = insert(db, 'given_name', 'user_principal_name, role, person_id, given_at');
  for (const [key, { person }] of users) {
    const name = nameOf(key, person);
    const { role, id } = personIn(key);
    addUser(objectIdOf(key), name, name, name.split('@')[0] ?? '', 0);
    addLink(role, id, objectIdOf(key), 'created', then);
    addName(name, role, id, then);
  }
  insert(db, 'directory_state', 'users_delta_link, refreshed_at, adopted_at')('link', then, then);
}

function fillApplied(db: DatabaseSync, desired: DesiredState): void {
  const addObject = insert(db, 'applied', 'kind, key, object_id, body');
  const addRelation = insert(db, 'applied_relation', 'kind, container, item');
  for (const [id, body] of desired.schools) addObject('school', id, objectIdOf(`school:${id}`), JSON.stringify(body));
  for (const [id, { schoolId, body, creation }] of desired.classes) {
    addObject('class', id, objectIdOf(`class:${id}`), JSON.stringify({ ...creation, ...body }));
    addRelation('schoolClass', schoolId, id);
  }
  for (const [key, { body, person }] of desired.users) {
    const isChanged = Number(person.id) % undone === 0;
    const written = isChanged ? { ...body, surname: 'of before' } : body;
    addObject('user', key, objectIdOf(key), JSON.stringify(written));
    const license = desired.licenses.get(key);
    if (license !== undefined) addRelation('licence', licenseKey(license), key);
  }
  for (const [kind, sets] of [
    ['member', desired.members],
    ['owner', desired.owners],
    ['schoolUser', desired.schoolUsers],
  ] as const) {
    for (const [container, people] of sets) {
      if (kind === 'member' && Number(container) % undone === 0) continue;
      for (const key of people) addRelation(kind, container, key);
    }
  }
}
