/**
 * Finding out what is true in Microsoft 365 when an answer was lost or ambiguous, before anything is repeated. There is
 * no idempotency key in Graph: a creation that is repeated blindly makes a second school, class or account.
 */
import type { Clock } from '../../../shared/clock.ts';
import { fail, type HallpassError } from '../../../shared/errors.ts';
import type { GraphClient } from '../../graph/client.ts';
import { findAccount, findStamped, readGroup } from '../../graph/directory.ts';
import { accountOf } from '../../identity/people.ts';
import type { AppliedState } from '../../plan/applied-state.ts';
import type { Operation, OperationKind } from '../../plan/operation.ts';
import type { Role } from '../../profile.ts';

/** Pauses between look-ups that find nothing: a new object may stay invisible to filters for seconds. */
const patienceMs = [1000, 3000, 8000];

/** A creation whose outcome is not known. */
export interface Creation {
  kind: OperationKind;
  /** `school:1`, `class:77`, `students:123`. */
  key: string;
  body: { externalId?: unknown; userPrincipalName?: unknown; displayName?: string };
}

export type Found = { objectId: string } | { taken: string };

export interface VerifyContext {
  client: GraphClient;
  applied: AppliedState;
  accounts: ReadonlyMap<string, string>;
  clock: Clock;
  signal: AbortSignal;
}

/** Looks for the objects of these creations; what is missing from the answer does not exist. */
export async function findCreated(
  creations: readonly Creation[],
  { client, clock, signal }: Pick<VerifyContext, 'client' | 'clock' | 'signal'>,
): Promise<Map<Creation, Found>> {
  const found = new Map<Creation, Found>();
  for (const pause of [0, ...patienceMs]) {
    const open = creations.filter((creation) => !found.has(creation));
    if (open.length === 0) break;
    if (pause > 0) await clock.sleep(pause, signal);
    for (const creation of open) {
      const object = await lookUp(creation, client);
      if (object !== undefined) found.set(creation, object);
    }
  }
  return found;
}

export type Verified =
  | { kind: 'done'; objectId?: string }
  | { kind: 'again'; waitMs: number | undefined; error: HallpassError }
  | { kind: 'failed'; error: HallpassError }
  /** Some of the people are in the group already; the rest goes again. */
  | { kind: 'partly'; done: Operation; rest: Operation };

/** @param error why the answer could not be taken as it was */
export async function verify(operation: Operation, error: HallpassError, context: VerifyContext): Promise<Verified> {
  const again: Verified = { kind: 'again', waitMs: undefined, error };
  switch (operation.kind) {
    case 'createSchool':
    case 'createClass':
      return verifyCreation({ kind: operation.kind, key: operation.key, body: operation.body }, again, context);
    case 'createUser':
      return verifyCreation(
        { kind: operation.kind, key: operation.key, body: operation.user.creation ?? {} },
        again,
        context,
      );
    case 'addOwners':
    case 'addMembers':
    case 'addToLicenceGroup': {
      const relation = operation.kind === 'addOwners' ? 'owners' : 'members';
      const there =
        operation.kind === 'addToLicenceGroup'
          ? await readGroup(context.client, operation.groupId, relation)
          : await groupOf(operation.sectionId, relation, context);
      if (there === undefined) return again;
      const isThere = (person: string) => there.has(context.accounts.get(person) ?? '');
      const rest = operation.people.filter((person) => !isThere(person));
      if (rest.length === 0) return { kind: 'done' };
      if (rest.length === operation.people.length) return again;
      const done = { ...operation, people: operation.people.filter(isThere) };
      return { kind: 'partly', done, rest: { ...operation, people: rest } };
    }
    case 'removeOwner':
    case 'removeMember': {
      const relation = operation.kind === 'removeOwner' ? 'owners' : 'members';
      const there = await groupOf(operation.sectionId, relation, context);
      const gone = there !== undefined && !there.has(accountOf(operation.personKey, context.accounts) ?? '');
      return gone ? { kind: 'done' } : again;
    }
    default:
      return again;
  }
}

async function verifyCreation(creation: Creation, again: Verified, context: VerifyContext): Promise<Verified> {
  const found = (await findCreated([creation], context)).get(creation);
  if (found === undefined) return again;
  if ('objectId' in found) return { kind: 'done', objectId: found.objectId };
  return { kind: 'failed', error: fail('UserNameTaken', { value: found.taken }) };
}

async function lookUp({ kind, key, body }: Creation, client: GraphClient): Promise<Found | undefined> {
  if (kind === 'createUser') {
    const [role, personId = ''] = key.split(':');
    const name = String(body.userPrincipalName);
    const account = await findAccount(client, name, role as Role, personId);
    if (account === undefined) return undefined;
    return account.isTheirs ? { objectId: account.objectId } : { taken: name };
  }
  const collection = kind === 'createSchool' ? 'schools' : 'classes';
  const objectId = await findStamped(client, collection, String(body.externalId));
  return objectId === undefined ? undefined : { objectId };
}

async function groupOf(sectionId: string, relation: 'members' | 'owners', { client, applied }: VerifyContext) {
  const groupId = applied.classes.get(sectionId)?.objectId;
  return groupId === undefined ? undefined : readGroup(client, groupId, relation);
}
