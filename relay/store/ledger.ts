/**
 * The ledger of one tenant: who is who, what has been applied to Microsoft 365, and the journal of how it came about.
 * Applied state and journal move in one transaction, so a kill between two calls to Graph loses neither.
 */
import { randomUUID } from 'node:crypto';
import { personKey } from '../identity/people.ts';
import type { Problem } from '../identity/problem.ts';
import type { Body } from '../plan/desired.ts';
import type { AppliedObject, AppliedState, OperationKind } from '../plan/plan.ts';
import type { Role } from '../plan/profile.ts';
import type { TenantScope } from './store.ts';

/** SQLite takes up to 32,766 parameters in a statement; a row has at most eleven. */
const rowsAtOnce = 1000;

export interface Link {
  role: Role;
  personId: string;
  objectId: string;
  /** The identity rule in words, `created`, or `adopted`. */
  rule: string;
}

/** What one answered operation leaves in the applied state. */
export interface Applied {
  object?: { kind: 'school' | 'class' | 'user'; key: string; objectId: string; body: Body };
  link?: Link;
  relations?: { kind: RelationKind; container: string; items: string[] };
  /** Relations that are no more. */
  unrelated?: { kind: RelationKind; container: string; items: string[] };
}

export type RelationKind = 'member' | 'owner' | 'schoolClass' | 'schoolUser' | 'licence';

export interface JournalEntry {
  id: string;
  runId: string;
  kind: OperationKind;
  key: string;
  reason: string;
  before: Body | undefined;
  after: unknown;
  state: 'intent' | 'done' | 'failed';
  error?: { code: string; message: string };
}

export async function readLinks(scope: TenantScope): Promise<Link[]> {
  const rows = await scope.db.selectFrom('link').selectAll().where('tenant_id', '=', scope.tenantId).execute();
  return rows.map((row) => ({ role: row.role, personId: row.person_id, objectId: row.object_id, rule: row.rule }));
}

export async function addLinks(scope: TenantScope, links: readonly Link[], now: string): Promise<void> {
  const rows = links.map((link) => ({
    tenant_id: scope.tenantId,
    role: link.role,
    person_id: link.personId,
    object_id: link.objectId,
    rule: link.rule,
    linked_at: now,
  }));
  for (const part of slices(rows)) {
    await scope.db
      .insertInto('link')
      .values(part)
      .onConflict((conflict) =>
        conflict
          .columns(['tenant_id', 'role', 'person_id'])
          .doUpdateSet((eb) => ({ object_id: eb.ref('excluded.object_id'), rule: eb.ref('excluded.rule') })),
      )
      .execute();
  }
}

/** The account is gone from the directory: the person is matched, or given an account, anew. */
export async function removeLinks(scope: TenantScope, links: readonly Link[]): Promise<void> {
  for (const { role, personId } of links) {
    const key = personKey(role, personId);
    await scope.db
      .deleteFrom('link')
      .where('tenant_id', '=', scope.tenantId)
      .where('role', '=', role)
      .where('person_id', '=', personId)
      .execute();
    await scope.db
      .deleteFrom('applied')
      .where('tenant_id', '=', scope.tenantId)
      .where('kind', '=', 'user')
      .where('key', '=', key)
      .execute();
    await scope.db
      .deleteFrom('applied_relation')
      .where('tenant_id', '=', scope.tenantId)
      .where('kind', 'in', ['member', 'owner', 'schoolUser', 'licence'])
      .where('item', '=', key)
      .execute();
  }
}

export async function readApplied(scope: TenantScope): Promise<AppliedState> {
  const state: AppliedState = {
    schools: new Map(),
    classes: new Map(),
    users: new Map(),
    members: new Map(),
    owners: new Map(),
    schoolClasses: new Map(),
    schoolUsers: new Map(),
    licences: new Map(),
  };
  const objects = { school: state.schools, class: state.classes, user: state.users };
  const relations = relationMaps(state);
  const rows = await scope.db.selectFrom('applied').selectAll().where('tenant_id', '=', scope.tenantId).execute();
  for (const row of rows) objects[row.kind].set(row.key, toObject(row.object_id, row.body));
  const pairs = await scope.db
    .selectFrom('applied_relation')
    .select(['kind', 'container', 'item'])
    .where('tenant_id', '=', scope.tenantId)
    .execute();
  for (const { kind, container, item } of pairs) {
    const items = relations[kind].get(container);
    if (items === undefined) relations[kind].set(container, new Set([item]));
    else items.add(item);
  }
  return state;
}

/** Where the relations of a kind are in the applied state. */
export function relationMaps(state: AppliedState): Record<RelationKind, Map<string, Set<string>>> {
  return {
    member: state.members,
    owner: state.owners,
    schoolClass: state.schoolClasses,
    schoolUser: state.schoolUsers,
    licence: state.licences,
  };
}

/** Records answered operations: applied state and journal together. */
export async function record(
  scope: TenantScope,
  applied: readonly Applied[],
  journal: readonly JournalEntry[],
  now: string,
): Promise<void> {
  const tenant_id = scope.tenantId;
  const objects = applied.flatMap(({ object }) => (object === undefined ? [] : [object]));
  for (const part of slices(objects)) {
    await scope.db
      .insertInto('applied')
      .values(
        part.map(({ kind, key, objectId, body }) => ({
          tenant_id,
          kind,
          key,
          object_id: objectId,
          body: JSON.stringify(body),
        })),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['tenant_id', 'kind', 'key'])
          .doUpdateSet((eb) => ({ object_id: eb.ref('excluded.object_id'), body: eb.ref('excluded.body') })),
      )
      .execute();
  }
  const links = applied.flatMap(({ link }) => (link === undefined ? [] : [link]));
  await addLinks(scope, links, now);
  const related = applied.flatMap(({ relations }) => relations?.items.map((item) => ({ ...relations, item })) ?? []);
  for (const part of slices(related)) {
    await scope.db
      .insertInto('applied_relation')
      .values(part.map(({ kind, container, item }) => ({ tenant_id, kind, container, item })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  for (const { unrelated } of applied) {
    if (unrelated === undefined) continue;
    await scope.db
      .deleteFrom('applied_relation')
      .where('tenant_id', '=', tenant_id)
      .where('kind', '=', unrelated.kind)
      .where('container', '=', unrelated.container)
      .where('item', 'in', unrelated.items)
      .execute();
  }
  await writeJournal(scope, journal, now);
}

/** Writes journal entries; an entry that is there already (its intent) receives the outcome. */
export async function writeJournal(scope: TenantScope, journal: readonly JournalEntry[], now: string): Promise<void> {
  const rows = journal.map((entry) => ({
    tenant_id: scope.tenantId,
    id: entry.id,
    run_id: entry.runId,
    kind: entry.kind,
    key: entry.key,
    reason: entry.reason,
    before: entry.before === undefined ? null : JSON.stringify(entry.before),
    after: entry.after === undefined ? null : JSON.stringify(entry.after),
    state: entry.state,
    error_code: entry.error?.code ?? null,
    error_message: entry.error?.message ?? null,
    at: now,
  }));
  for (const part of slices(rows)) {
    await scope.db
      .insertInto('operation')
      .values(part)
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'id']).doUpdateSet((eb) => ({
          state: eb.ref('excluded.state'),
          error_code: eb.ref('excluded.error_code'),
          error_message: eb.ref('excluded.error_message'),
          at: eb.ref('excluded.at'),
        })),
      )
      .execute();
  }
}

export interface Intent {
  id: string;
  kind: OperationKind;
  key: string;
  /** The body of the creation, as it was planned. */
  after: unknown;
}

/** Creations whose answer never came, in an earlier run or process. */
export async function readIntents(scope: TenantScope): Promise<Intent[]> {
  const rows = await scope.db
    .selectFrom('operation')
    .select(['id', 'kind', 'key', 'after'])
    .where('tenant_id', '=', scope.tenantId)
    .where('state', '=', 'intent')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind as OperationKind,
    key: row.key,
    after: row.after === null ? undefined : JSON.parse(row.after),
  }));
}

/** An intent that turned out never to have happened. */
export async function dropIntent(scope: TenantScope, id: string): Promise<void> {
  await scope.db.deleteFrom('operation').where('tenant_id', '=', scope.tenantId).where('id', '=', id).execute();
}

/** Opens a run; one that is still open belongs to a process that was killed. Returns the run's id. */
export async function beginRun(scope: TenantScope, planned: object, now: string): Promise<string> {
  await scope.db
    .updateTable('run')
    .set({ state: 'failed', finished_at: now })
    .where('tenant_id', '=', scope.tenantId)
    .where('state', '=', 'running')
    .execute();
  const id = randomUUID();
  const row = { tenant_id: scope.tenantId, id, started_at: now, finished_at: null, done: 0, failed: 0 };
  await scope.db
    .insertInto('run')
    .values({ ...row, state: 'running', planned: JSON.stringify(planned) })
    .execute();
  return id;
}

export async function finishRun(
  scope: TenantScope,
  id: string,
  result: { state: 'success' | 'errors' | 'failed'; done: number; failed: number },
  now: string,
): Promise<void> {
  await scope.db
    .updateTable('run')
    .set({ ...result, finished_at: now })
    .where('tenant_id', '=', scope.tenantId)
    .where('id', '=', id)
    .execute();
}

/** Replaces the problems: those that are still there keep their first time, those that are gone vanish. */
export async function replaceProblems(scope: TenantScope, problems: readonly Problem[], now: string): Promise<void> {
  const rows = problems.map((problem) => ({ tenant_id: scope.tenantId, ...problem, first_at: now, last_at: now }));
  for (const part of slices(rows)) {
    await scope.db
      .insertInto('problem')
      .values(part)
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'subject', 'code']).doUpdateSet((eb) => ({
          message: eb.ref('excluded.message'),
          action: eb.ref('excluded.action'),
          last_at: eb.ref('excluded.last_at'),
        })),
      )
      .execute();
  }
  await scope.db.deleteFrom('problem').where('tenant_id', '=', scope.tenantId).where('last_at', '<', now).execute();
}

function toObject(objectId: string, body: string): AppliedObject {
  return { objectId, body: JSON.parse(body) as Body };
}

function* slices<T>(rows: readonly T[]): Iterable<readonly T[]> {
  for (let at = 0; at < rows.length; at += rowsAtOnce) yield rows.slice(at, at + rowsAtOnce);
}
