/** Applies answers to the applied state of a run in progress, and opens journal entries. */

import { randomUUID } from 'node:crypto';
import { recovered } from '../../model/account-link.ts';
import {
  type Applied,
  type AppliedState,
  type DoubtfulKind,
  type LostAnswer,
  marksOfMembers,
  objectsOf,
  onTopOf,
  relationMaps,
  uncertainKey,
} from '../../model/applied-state.ts';
import type { Body } from '../../model/body.ts';
import { asSectionId, type ObjectParts, objectKey } from '../../model/keys.ts';
import type { Operation } from '../../model/operation.ts';
import { type PersonKey, personKey } from '../../model/person-key.ts';
import { specOf } from '../../operations/registry.ts';
import type { JournalEntry } from '../../store/runs/journal.ts';

/** The effect if the object existed before: its values are unknown, and the account keeps its password. */
export function asFound({ object, link, ...rest }: Applied): Applied {
  return {
    ...rest,
    ...(object === undefined ? {} : { object: { ...object, body: {} } }),
    ...(link === undefined ? {} : { link: { ...link, rule: recovered } }),
  };
}

/** Applies what has just been recorded to the state of the run. */
export function updateApplied(
  run: { applied: AppliedState; accounts: Map<PersonKey, string> },
  { object, link, relations, unrelated = [], doubted = [], team, lost }: Applied,
): void {
  if (object !== undefined) {
    objectsOf(run.applied, object.kind).set(object.key, { objectId: object.objectId, body: object.body });
    run.applied.drifted.delete(objectKey(object.kind, object.key));
    if (object.kind === 'class') run.applied.renamed.delete(object.key);
  }
  if (link !== undefined) run.accounts.set(personKey(link.role, link.personId), link.objectId);
  const maps = relationMaps(run.applied);
  for (const { kind, container, items } of [...(relations === undefined ? [] : [relations]), ...unrelated]) {
    for (const item of items) {
      run.applied.uncertain.delete(uncertainKey(kind, container, item));
      run.applied.drifted.delete(uncertainKey(kind, container, item));
    }
  }
  if (relations !== undefined) {
    const items = maps[relations.kind].get(relations.container) ?? new Set();
    for (const item of relations.items) items.add(item);
    maps[relations.kind].set(relations.container, items);
  }
  if (team?.team !== undefined) run.applied.teams.set(team.sectionId, team.team);
  else if (team !== undefined) run.applied.teams.delete(team.sectionId);
  for (const { kind, container, items } of unrelated) {
    for (const item of items) {
      maps[kind].get(container)?.delete(item);
      if (kind !== 'member') continue;
      for (const mark of marksOfMembers(asSectionId(container))) run.applied.retired.get(mark)?.delete(item);
    }
  }
  doubt(run.applied, doubted);
  if (lost !== undefined) noteLost(run.applied, lost);
}

function doubt(applied: AppliedState, doubted: NonNullable<Applied['doubted']>): void {
  const maps = relationMaps(applied);
  for (const { kind, container, items } of doubted) {
    for (const item of items) {
      if (maps[kind].get(container)?.has(item)) applied.uncertain.add(uncertainKey(kind, container, item));
    }
  }
}

function noteLost(applied: AppliedState, lost: LostAnswer): void {
  switch (lost.what) {
    case 'uncertain':
      markUncertain(applied, lost.kind, lost.container, lost.items);
      doubt(applied, lost.doubted ?? []);
      return;
    case 'forget':
      changeBody(applied, lost, (body) =>
        Object.fromEntries(Object.entries(body).filter(([name]) => !lost.names.includes(name))),
      );
      return;
    case 'keep':
      markUncertain(applied, 'retired', 'expired', [lost.key]);
      changeBody(applied, lost, (body) => ({ ...body, ...lost.values }));
      return;
    case 'again':
    case 'look':
  }
}

function markUncertain(applied: AppliedState, kind: DoubtfulKind, container: string, added: readonly string[]): void {
  const relations = relationMaps(applied)[kind];
  const items = relations.get(container) ?? new Set();
  for (const item of added) {
    items.add(item);
    applied.uncertain.add(uncertainKey(kind, container, item));
  }
  relations.set(container, items);
}

function changeBody(
  applied: AppliedState,
  { kind, key }: { kind: ObjectParts['kind']; key: string },
  change: (body: Body) => Body,
): void {
  const objects = objectsOf(applied, kind);
  const known = objects.get(key);
  if (known !== undefined) objects.set(key, { ...known, body: change(known.body) });
}

/** A copy of the state with this recorded. */
export function withApplied(applied: AppliedState, recorded: readonly Applied[]): AppliedState {
  if (recorded.length === 0) return applied;
  const copy = onTopOf(applied);
  for (const one of recorded) updateApplied({ applied: copy, accounts: new Map() }, one);
  return copy;
}

/** The journal entry for an operation that is about to be sent. */
export function journalEntry(operation: Operation, runId: string): JournalEntry {
  const before = 'before' in operation ? operation.before : undefined;
  return {
    id: randomUUID(),
    runId,
    kind: operation.kind,
    key: operation.key,
    reason: operation.reason,
    before,
    after: specOf(operation.kind).journal(operation),
    state: 'intent',
    ...(operation.passedIn === undefined ? {} : { passedIn: operation.passedIn }),
  };
}
