/** What an operation leaves behind: in the journal, in the ledger, and in the applied state of the run that goes on. */
import { randomUUID } from 'node:crypto';
import { recovered } from '../../model/account-link.ts';
import { type AppliedState, earlierRole, objectsOf, relationMaps, uncertainKey } from '../../model/applied-state.ts';
import type { Body } from '../../model/body.ts';
import { isAboutTeam, type Operation } from '../../model/operation.ts';
import { personKey } from '../../model/person.ts';
import { isSameSku, licenceKey } from '../../plan/licenses.ts';
import type { Applied } from '../../store/applied/applied.ts';
import type { JournalEntry } from '../../store/runs/journal.ts';

/**
 * @param objectId of the object that the operation made or changed; of no meaning for relations
 * @param state the applied state before the operation
 */
export function appliedBy(operation: Operation, objectId: string, state: AppliedState): Applied {
  switch (operation.kind) {
    case 'createSchool':
      return { object: { kind: 'school', key: operation.schoolId, objectId, body: operation.body } };
    case 'createClass':
      return { object: { kind: 'class', key: operation.sectionId, objectId, body: operation.body } };
    case 'createUser': {
      const { person, body } = operation.user;
      return {
        object: { kind: 'user', key: operation.personKey, objectId, body },
        link: { role: person.role, personId: person.id, objectId, rule: 'created' },
      };
    }
    case 'updateSchool':
      return updated('school', operation.schoolId, operation.body, objectId, state);
    case 'updateClass':
    case 'expireClass':
      return updated('class', operation.sectionId, operation.body, objectId, state);
    case 'updateUser':
      return withoutCleared(updated('user', operation.personKey, operation.body, objectId, state), operation);
    case 'assignLicence':
      return licensed(operation, state);
    case 'addToLicenceGroup':
      return {
        relations: {
          kind: 'licence',
          container: licenceKey({ group: operation.groupId }),
          items: operation.people,
        },
      };
    case 'addSchoolClass':
      return { relations: { kind: 'schoolClass', container: operation.schoolId, items: [operation.sectionId] } };
    case 'addSchoolUser':
      return { relations: { kind: 'schoolUser', container: operation.schoolId, items: [operation.personKey] } };
    case 'addOwners':
      return { relations: { kind: 'owner', container: operation.sectionId, items: operation.people } };
    case 'addMembers':
      return { relations: { kind: 'member', container: operation.sectionId, items: operation.people } };
    case 'removeOwner':
      return { unrelated: { kind: 'owner', container: operation.sectionId, items: [operation.personKey] } };
    case 'removeMember':
      return { unrelated: { kind: 'member', container: operation.sectionId, items: [operation.personKey] } };
    case 'disableUser':
      return { relations: { kind: 'retired', container: 'disabled', items: [operation.personKey] } };
    case 'enableUser':
      return { unrelated: { kind: 'retired', container: 'disabled', items: [operation.personKey] } };
    case 'archiveTeam':
      return { relations: { kind: 'retired', container: 'archived', items: [operation.sectionId] } };
    case 'unarchiveTeam':
      return { unrelated: { kind: 'retired', container: 'archived', items: [operation.sectionId] } };
    // What is known of a team says more than that it was asked for.
    case 'createTeam':
      return {};
  }
}

/** What was there before the operation: of its values nothing is known, and the account has the password that it had. */
export function asFound({ object, link, ...rest }: Applied): Applied {
  return {
    ...rest,
    ...(object === undefined ? {} : { object: { ...object, body: {} } }),
    ...(link === undefined ? {} : { link: { ...link, rule: recovered } }),
  };
}

/** A SKU that is assigned again with other plans takes the place of the one before. */
function licensed(
  { personKey: key, skuId, disabledPlans }: Extract<Operation, { kind: 'assignLicence' }>,
  { licenses }: AppliedState,
): Applied {
  const container = licenceKey({ skuId, disabledPlans });
  const before = [...licenses].find(([other, people]) => isSameSku(other, container) && people.has(key))?.[0];
  return {
    relations: { kind: 'licence', container, items: [key] },
    ...(before !== undefined && before !== container
      ? { unrelated: { kind: 'licence', container: before, items: [key] } }
      : {}),
  };
}

/** Whose problem a failed operation is. */
export function subjectOf(operation: Operation): string {
  if (isAboutTeam(operation)) return `${operation.key}/team`;
  return operation.kind === 'removeMember' || operation.kind === 'removeOwner'
    ? `${operation.key}/${operation.personKey}`
    : operation.key;
}

/** Brings the state of the run up to what has just been recorded. */
export function updateApplied(
  run: { applied: AppliedState; accounts: Map<string, string> },
  { object, link, relations, unrelated, team }: Applied,
): void {
  if (object !== undefined) {
    objectsOf(run.applied, object.kind).set(object.key, { objectId: object.objectId, body: object.body });
    run.applied.drifted.delete(object.kind === 'user' ? object.key : `${object.kind}:${object.key}`);
    if (object.kind === 'class') run.applied.renamed.delete(object.key);
  }
  if (link !== undefined) run.accounts.set(personKey(link.role, link.personId), link.objectId);
  const maps = relationMaps(run.applied);
  for (const { kind, container, items } of [relations, unrelated].filter((one) => one !== undefined)) {
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
  for (const item of unrelated?.items ?? []) {
    maps[unrelated?.kind ?? 'member'].get(unrelated?.container ?? '')?.delete(item);
    if (unrelated?.kind === 'member') run.applied.retired.get(earlierRole(unrelated.container))?.delete(item);
  }
}

/**
 * Nothing is known any more of what was to be cleared: Graph clears it, keeps it, or refuses that, after which it is not asked for
 * again.
 */
function withoutCleared(applied: Applied, { before, body }: Extract<Operation, { kind: 'updateUser' }>): Applied {
  if (applied.object === undefined) return applied;
  const isCleared = (name: string) => name in before && (body[name] ?? null) === null;
  const kept = Object.entries(applied.object.body).filter(([name]) => !isCleared(name));
  return { ...applied, object: { ...applied.object, body: Object.fromEntries(kept) as Body } };
}

function updated(
  kind: 'school' | 'class' | 'user',
  key: string,
  changes: Body,
  objectId: string,
  state: AppliedState,
): Applied {
  const before = objectsOf(state, kind).get(key)?.body;
  return { object: { kind, key, objectId, body: { ...before, ...changes } } };
}

/** The journal's entry for an operation that is about to be sent. */
export function journalEntry(operation: Operation, runId: string): JournalEntry {
  const before = 'before' in operation ? operation.before : undefined;
  return {
    id: randomUUID(),
    runId,
    kind: operation.kind,
    key: operation.key,
    reason: operation.reason,
    before,
    after: journalled(operation),
    state: 'intent',
  };
}

/** The values that an operation writes, as the journal keeps them: no password is among them. */
function journalled(operation: Operation): unknown {
  switch (operation.kind) {
    case 'createUser':
      return { ...operation.user.body, ...operation.user.creation };
    case 'addOwners':
    case 'addMembers':
    case 'addToLicenceGroup':
      return operation.people;
    case 'removeOwner':
    case 'removeMember':
    case 'addSchoolUser':
      return [operation.personKey];
    case 'addSchoolClass':
      return [operation.sectionId];
    case 'assignLicence':
      return { skuId: operation.skuId, disabledPlans: operation.disabledPlans };
    case 'disableUser':
    case 'enableUser':
      return { accountEnabled: operation.kind === 'enableUser' };
    case 'createTeam':
    case 'archiveTeam':
    case 'unarchiveTeam':
      return undefined;
    default:
      return operation.body;
  }
}
