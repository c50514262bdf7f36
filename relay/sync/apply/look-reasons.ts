/** Looks up why Graph refused: who has the name, what no longer exists, what is not allowed. */
import { fail, type HallpassError } from '../../../shared/errors.ts';
import { bodyIn } from '../../graph/answer.ts';
import { createdObject } from '../../graph/bodies/education.ts';
import { findHolders, type HolderLook, nameHolder, type Wanted } from '../../graph/holders.ts';
import { readAll } from '../../graph/lookups.ts';
import { denialOf, groupDenialOf, lackingFor } from '../../graph/protection.ts';
import type { Operation } from '../../model/operation.ts';
import { objectIdAt, objectIds, referencedObjects } from '../../operations/needs.ts';
import { describe, specOf } from '../../operations/registry.ts';
import type { Applying } from './applying.ts';
import type { Step } from './step.ts';
import type { Doubtful, Task } from './task.ts';

/** An operation that asks for a name that something else has. */
export interface Taken {
  task: Doubtful;
  /** Object id of the account with the user name, if known. */
  other: string | undefined;
}

/** @property holderIsUnseen whether the look-up found no holder */
type TakenStep = Step & { holderIsUnseen: boolean };

/**
 * The next step of each, looked up together; `unanswered` if Graph did not say who has the name, or whose object it is.
 */
export async function takenBy(
  all: readonly Taken[],
  context: Applying,
): Promise<Map<Doubtful, TakenStep | 'unanswered'>> {
  const wanted = all.map(({ task: { operation, doubt }, other }) => {
    return wantedBy(operation, doubt?.conflict?.property, other ?? doubt?.conflict?.holder);
  });
  const holders = await findHolders(context.client, wanted, context.deleted);
  const own = await ownAmong(
    all.map(({ task }, index) => ({ operation: task.operation, id: idOf(holders[index]) })),
    context,
  );
  return new Map(
    all.map(({ task, other }, index): [Doubtful, TakenStep | 'unanswered'] => {
      const holder = holders[index];
      const isOwn = own[index];
      if (holder === 'unanswered' || isOwn === 'unanswered') return [task, 'unanswered'];
      if (holder !== undefined && isOwn === true) {
        return [task, { kind: 'done', objectId: holder.id, isFound: task.wasLost !== true, holderIsUnseen: false }];
      }
      const { operation } = task;
      const asked = wanted[index] ?? wantedBy(operation, undefined, other);
      const named = nameHolder(holder, holder && context.owners.of(holder.id));
      const value = asked.userPrincipalName;
      const isName = value !== undefined && (other !== undefined || asked.property === 'userPrincipalName');
      const error = isName
        ? fail('UserNameTaken', { value, holder: named })
        : fail('AliasTaken', { what: describe(operation), property: wordsFor(asked), holder: named });
      return [task, { kind: 'failed', error, holderIsUnseen: holder === undefined }];
    }),
  );
}

function idOf(holder: HolderLook): string | undefined {
  return holder === 'unanswered' ? undefined : holder?.id;
}

function wantedBy(operation: Operation, property: string | undefined, holder: string | undefined): Wanted {
  const { userPrincipalName, mailNickname } = specOf(operation.kind).makes?.claims(operation) ?? {};
  // Usually the user name is taken, and Graph means it if it names no property.
  const first = userPrincipalName === undefined ? mailNickname && 'mailNickname' : 'userPrincipalName';
  return { property: property ?? first, userPrincipalName, mailNickname, holder };
}

function wordsFor({ property, mailNickname, userPrincipalName }: Wanted): string {
  if (property === 'mailNickname') return `alias ${mailNickname ?? ''}`.trim();
  if (property === 'proxyAddresses') return `address ${userPrincipalName ?? `${mailNickname ?? ''}@…`}`;
  return property ?? 'name';
}

/** Whether each is the record's own object, which filters may not show yet. */
async function ownAmong(
  held: readonly { operation: Operation; id: string | undefined }[],
  { client }: Applying,
): Promise<(boolean | 'unanswered')[]> {
  const urls = held.map(({ operation: { kind }, id }) => {
    const read = specOf(kind).makes?.read;
    return id === undefined || read === undefined ? [] : [read(id)];
  });
  const answers = await readAll(client, urls.flat());
  let at = 0;
  return held.map(({ operation: { kind, key } }, index) => {
    if (urls[index]?.length !== 1) return false;
    const answer = answers[at];
    at += 1;
    if (answer === undefined) return 'unanswered';
    const item = bodyIn(createdObject, answer);
    return item !== undefined && specOf(kind).makes?.isOurs(item, key) === true;
  });
}

/** The objects that it refers to and that Microsoft 365 no longer knows. */
export async function missingObjects(task: Task, context: Applying): Promise<Step> {
  const { operation } = task;
  const error = task.doubt?.error ?? fail('ObjectMissing', { what: describe(operation), reason: 'status 404' });
  const objects = referencedObjects(operation, objectIds(context));
  const answers = await readAll(
    context.client,
    objects.map(({ path }) => `${path}?$select=id`),
  );
  const isGone = (index: number) => answers[index]?.status === 404;
  const gone = objects.filter((_, index) => isGone(index));
  const people = gone.flatMap(({ person }) => person ?? []);
  // All exist: some servers do not know them yet.
  if (gone.length === 0) return { kind: 'again', waitMs: undefined, attempts: task.attempts + 3, error };
  if (gone.length > people.length || !('people' in operation))
    return { kind: 'failed', error: missing(operation, gone) };
  const rest = operation.people.filter((person) => !people.includes(person));
  return {
    kind: 'without',
    people,
    rest: rest.length === 0 ? undefined : { ...operation, people: rest },
    error: missing(operation, gone),
  };
}

function missing(operation: Operation, gone: readonly { path: string }[]): HallpassError {
  const reason = `nothing is at ${gone.map(({ path }) => path).join(', ')}`;
  return fail('ObjectMissing', { what: describe(operation), reason });
}

/** Which permission is missing, or how the object is protected. */
export async function denial(task: Task, context: Applying): Promise<Step> {
  const { operation, doubt } = task;
  const what = describe(operation);
  const words = doubt?.words ?? '';
  const known = doubt?.error ?? fail('GRAPH_DENIED', { what, reason: words, requestId: 'none' });
  const account = accountIn(operation, context);
  const isOpen = known.code === 'GRAPH_DENIED' || known.code === 'AccountProtected';
  const groupId = groupIn(operation, context);
  const ofGroup = isOpen && groupId && (await groupDenialOf(context.client, groupId, { kind: operation.kind, what }));
  if (ofGroup) return { kind: 'failed', error: ofGroup };
  if (account === undefined || !isOpen) return { kind: 'failed', error: await denied(operation, known, context) };
  const error = await denialOf(context.client, account, { kind: operation.kind, what, words });
  return { kind: 'failed', error };
}

/** The error, or the missing permission that causes it. */
export async function denied(operation: Operation, error: HallpassError, { client }: Applying): Promise<HallpassError> {
  if (error.code !== 'GRAPH_DENIED') return error;
  const lacking = lackingFor(operation.kind, await client.roles());
  if (lacking.length === 0) return error;
  return fail('PermissionMissing', { what: describe(operation), permissions: lacking.join(', ') });
}

/** The group whose people the operation changes. */
function groupIn(operation: Operation, context: Applying): string | undefined {
  const where = specOf(operation.kind).group(operation)?.where;
  return where === undefined || where.what === 'otherGroup' ? where?.id : objectIdAt(where, context);
}

/** The one account that the operation changes. */
function accountIn(operation: Operation, context: Applying): string | undefined {
  const target = specOf(operation.kind).changes(operation);
  return target?.what === 'person' ? objectIdAt(target, context) : undefined;
}
