/**
 * Confirms differences by direct reads before anything is repaired: a delta may lag, and if a permission is missing it
 * omits members, whereas a direct read reports it.
 */
import { isDeepStrictEqual } from 'node:util';
import { partsLike } from '../../drift/compare.ts';
import { type Drift, isOfMembership, membershipOf } from '../../drift/ledger.ts';
import { bodyIn, type GraphAnswer } from '../../graph/answer.ts';
import { batchLimit, sendBatch } from '../../graph/batch.ts';
import { wholeEntity } from '../../graph/bodies/object.ts';
import type { GraphClient } from '../../graph/client.ts';
import { readIds } from '../../graph/ids.ts';
import { contentsPath } from '../../graph/school-contents.ts';
import { objectsOf } from '../../model/applied-state.ts';
import { objectOf } from '../../model/keys.ts';
import { accountOf } from '../../model/person-key.ts';
import type { TenantState } from '../state/tenant-state.ts';

export interface Confirmation {
  /** Confirmed by a direct read. */
  confirmed: Set<Drift>;
  /** No difference. What is in neither list is undecided for now. */
  over: Drift[];
}

type What = Pick<TenantState, 'applied' | 'accounts'>;

/** @throws HallpassError when a batch as a whole had no answer, or the objects may not be read */
export async function confirm(client: GraphClient, drifts: readonly Drift[], known: What): Promise<Confirmation> {
  const result: Confirmation = { confirmed: new Set(), over: [] };
  const byPath = Map.groupBy(drifts, (drift) => pathOf(drift, known));
  byPath.delete(undefined);
  const paths = [...byPath.keys()].filter((path) => path !== undefined);
  for (let at = 0; at < paths.length; at += batchLimit) {
    const some = paths.slice(at, at + batchLimit);
    const answers = await sendBatch(
      client,
      some.map((url) => ({ method: 'GET', url })),
    );
    for (const [index, path] of some.entries()) {
      const [those, answer] = [byPath.get(path) ?? [], answers[index]];
      if (answer === undefined) continue;
      const ids =
        those.some(isOfMembership) && answer.status === 200
          ? await readIds(client, path, undefined, answer)
          : undefined;
      for (const drift of those) {
        const differs = isOfMembership(drift)
          ? ids && membershipDiffers(drift, ids, known)
          : objectDiffers(drift, answer);
        if (differs === true) result.confirmed.add(drift);
        else if (differs === false) result.over.push(drift);
      }
    }
  }
  return result;
}

function pathOf({ kind, object, item }: Drift, { applied, accounts }: What): string | undefined {
  const { kind: what, key } = objectOf(object);
  if (isOfMembership({ kind })) {
    const { relation } = membershipOf(item);
    const container = objectsOf(applied, what).get(key)?.objectId;
    if (container === undefined) return undefined;
    if (relation === 'groupMember') return `/groups/${container}/members?$select=id&$top=999`;
    if (relation === 'member' || relation === 'owner') return `/groups/${container}/${relation}s?$select=id&$top=999`;
    return contentsPath(container, relation === 'schoolUser' ? 'users' : 'classes');
  }
  if (kind === 'deleted')
    return what === 'school' ? `/education/schools/${item}?$select=id` : `/groups/${item}?$select=id`;
  const objectId = objectsOf(applied, what).get(key)?.objectId;
  if (what === 'group') return objectId && `/groups/${objectId}?$select=id,${item}`;
  const collection = { school: 'schools', class: 'classes', user: 'users' }[what];
  const id = what === 'user' ? accounts.get(key) : objectId;
  return id && `/education/${collection}/${id}`;
}

/** @param ids the existing objects @returns undefined if the object id to look for is unknown */
function membershipDiffers(
  { kind, item }: Drift,
  ids: ReadonlySet<string>,
  { applied, accounts }: What,
): boolean | undefined {
  const { relation, target } = membershipOf(item);
  const objectId = relation === 'schoolClass' ? applied.classes.get(target)?.objectId : accountOf(target, accounts);
  return objectId === undefined ? undefined : ids.has(objectId) === (kind === 'foreign');
}

/** Undefined if the answer does not say. */
function objectDiffers({ kind, item, ours }: Drift, answer: GraphAnswer): boolean | undefined {
  const { status } = answer;
  if (kind === 'deleted') return status === 404 ? true : status === 200 ? false : undefined;
  const there = bodyIn(wholeEntity, answer);
  if (there === undefined || ours === undefined) return undefined;
  return !isDeepStrictEqual(partsLike(ours, there[item]), ours);
}
