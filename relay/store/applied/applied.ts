/**
 * The applied state of one tenant: what Microsoft 365 has because Hallpass created or found it. It changes with the
 * journal in one transaction, so a kill between two calls to Graph loses neither.
 */

import type { Selectable } from 'kysely';
import {
  type Applied,
  marksOfMembers,
  nothingApplied,
  objectsOf,
  type PackedApplied,
  type RelationKind,
  relationMaps,
  uncertainKey,
} from '../../model/applied-state.ts';
import { asGroupingId, asSchoolId, asSectionId, objectKey, objectOf } from '../../model/keys.ts';
import { asMemberKey, asPersonKey } from '../../model/person-key.ts';
import { addLinks } from '../accounts/links.ts';
import { pages } from '../engine/pages.ts';
import type { Database } from '../engine/schema.ts';
import { slices } from '../engine/slices.ts';
import { oneOf, readKey } from '../engine/stored-json.ts';
import { type JournalEntry, writeJournal } from '../runs/journal.ts';
import type { TenantScope } from '../store.ts';
import { readTeams, writeTeams } from '../teams/teams.ts';
import { doubtRecorded, recordLost } from './lost-answers.ts';
import { toObject } from './objects.ts';

/** Reads all of it, in pages, into a state that has nothing yet. @returns the state */
export async function readApplied(scope: TenantScope, into = nothingApplied()): Promise<PackedApplied> {
  for (const [sectionId, team] of await readTeams(scope)) into.teams.set(sectionId, team);
  for await (const page of objectPages(scope)) {
    for (const row of page) {
      const { kind, key } = readKey(
        (text) => objectOf(objectKey(asObjectKind(row.kind), text)),
        row.key,
        'applied',
        row.object_id,
      );
      objectsOf(into, kind).set(key, toObject(row));
    }
  }
  const relations = relationMaps(into);
  for await (const page of relationPages(scope)) {
    for (const { kind, container, item: stored, uncertain } of page) {
      readKey((text) => containerIn[kind](text), container, 'applied_relation', kind);
      const item = readKey((text) => itemIn[kind](text), stored, 'applied_relation', container);
      if (uncertain === 1) into.uncertain.add(uncertainKey(kind, container, item));
      relations[kind].relate(container, item);
    }
  }
  return into;
}

type ObjectRow = Pick<Selectable<Database['applied']>, 'kind' | 'key' | 'object_id' | 'body'>;

function objectPages({ db, tenantId }: TenantScope): AsyncIterable<ObjectRow[]> {
  const rows = db.selectFrom('applied').select(['kind', 'key', 'object_id', 'body']).where('tenant_id', '=', tenantId);
  return pages(rows, ['kind', 'key']);
}

type RelationRow = Pick<Selectable<Database['applied_relation']>, 'kind' | 'container' | 'item' | 'uncertain'>;

function relationPages({ db, tenantId }: TenantScope): AsyncIterable<RelationRow[]> {
  const rows = db
    .selectFrom('applied_relation')
    .select(['kind', 'container', 'item', 'uncertain'])
    .where('tenant_id', '=', tenantId);
  return pages(rows, ['kind', 'container', 'item']);
}

/** What the items of a relation name; those of `retired` are people or classes. */
const itemIn: Record<RelationKind, (stored: string) => string> = {
  member: asMemberKey,
  owner: asMemberKey,
  schoolUser: asMemberKey,
  groupMember: asMemberKey,
  licence: asPersonKey,
  schoolClass: asSectionId,
  retired: (item) => item,
};

const containerIn: Record<RelationKind, (stored: string) => string> = {
  member: asSectionId,
  owner: asSectionId,
  schoolUser: asSchoolId,
  groupMember: asGroupingId,
  schoolClass: asSchoolId,
  licence: (license) => license,
  retired: (how) => how,
};

const asObjectKind = oneOf(['school', 'class', 'user', 'group']);

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
      .values(part.map(({ kind, container, item }) => ({ tenant_id, kind, container, item, uncertain: 0 })))
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'kind', 'container', 'item']).doUpdateSet({ uncertain: 0 }),
      )
      .execute();
  }
  for (const unrelated of applied.flatMap((one) => one.unrelated ?? [])) {
    await scope.db
      .deleteFrom('applied_relation')
      .where('tenant_id', '=', tenant_id)
      .where('kind', '=', unrelated.kind)
      .where('container', '=', unrelated.container)
      .where('item', 'in', unrelated.items)
      .execute();
    if (unrelated.kind !== 'member') continue;
    // Somebody who is in the class again is there in the role that they have now.
    await scope.db
      .deleteFrom('applied_relation')
      .where('tenant_id', '=', tenant_id)
      .where('kind', '=', 'retired')
      .where('container', 'in', marksOfMembers(asSectionId(unrelated.container)))
      .where('item', 'in', unrelated.items)
      .execute();
  }
  for (const { doubted, lost } of applied) {
    await doubtRecorded(scope, doubted);
    if (lost !== undefined) await recordLost(scope, lost);
  }
  await writeTeams(
    scope,
    applied.flatMap(({ team }) => (team === undefined ? [] : [team])),
  );
  await writeJournal(scope, journal, now);
}

/** The object is gone, and what was in it with it. */
export async function forgetObject(
  { db, tenantId }: TenantScope,
  kind: 'school' | 'class' | 'group',
  key: string,
): Promise<void> {
  await db
    .deleteFrom('applied')
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', kind)
    .where('key', '=', key)
    .execute();
  const inside = relationsIn[kind];
  await db
    .deleteFrom('applied_relation')
    .where('tenant_id', '=', tenantId)
    .where('kind', 'in', inside)
    .where('container', '=', key)
    .execute();
  if (kind !== 'class') return;
  await db
    .deleteFrom('applied_relation')
    .where('tenant_id', '=', tenantId)
    .where('kind', 'in', ['schoolClass', 'retired'])
    .where('item', '=', key)
    .execute();
}

const relationsIn = {
  class: ['member', 'owner'],
  school: ['schoolClass', 'schoolUser'],
  group: ['groupMember'],
} as const satisfies Record<string, readonly RelationKind[]>;

/** Of every school, class and account that we made, changed or took over. */
export async function appliedObjectIds({ db, tenantId }: TenantScope): Promise<Set<string>> {
  const rows = await db.selectFrom('applied').select('object_id').where('tenant_id', '=', tenantId).execute();
  return new Set(rows.map((row) => row.object_id));
}

/** How many objects and relations of each kind Microsoft 365 has of this tenant. */
export async function countApplied(scope: TenantScope): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of ['applied', 'applied_relation'] as const) {
    const rows = await scope.db
      .selectFrom(table)
      .select(({ fn }) => ['kind', fn.countAll<number>().as('count')])
      .where('tenant_id', '=', scope.tenantId)
      .groupBy('kind')
      .execute();
    for (const row of rows) counts[row.kind] = Number(row.count);
  }
  return counts;
}

/** The containers of an item, such as the schools of a person or class. */
export async function containersOf(scope: TenantScope, kind: RelationKind, item: string): Promise<string[]> {
  const rows = await scope.db
    .selectFrom('applied_relation')
    .select('container')
    .where('tenant_id', '=', scope.tenantId)
    .where('kind', '=', kind)
    .where('item', '=', item)
    .orderBy('container')
    .execute();
  return rows.map(({ container }) => container);
}

/** The items of a container. */
export async function relatedTo(scope: TenantScope, kind: RelationKind, container: string): Promise<string[]> {
  const rows = await scope.db
    .selectFrom('applied_relation')
    .select('item')
    .where('tenant_id', '=', scope.tenantId)
    .where('kind', '=', kind)
    .where('container', '=', container)
    .orderBy('item')
    .execute();
  return rows.map(({ item }) => item);
}

export async function isRelated(
  scope: TenantScope,
  kind: RelationKind,
  container: string,
  item: string,
): Promise<boolean> {
  const row = await scope.db
    .selectFrom('applied_relation')
    .select('item')
    .where('tenant_id', '=', scope.tenantId)
    .where('kind', '=', kind)
    .where('container', '=', container)
    .where('item', '=', item)
    .executeTakeFirst();
  return row !== undefined;
}
