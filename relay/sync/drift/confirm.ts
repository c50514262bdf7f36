/**
 * Asking for the objects themselves before anything is repaired: a delta may be behind, and where a permission is
 * missing it leaves members out, while a direct read says so.
 */
import { isDeepStrictEqual } from 'node:util';
import { partsLike } from '../../drift/compare.ts';
import { type Drift, linkOf, objectOf } from '../../drift/ledger.ts';
import { batchLimit, sendBatch } from '../../graph/batch.ts';
import type { GraphAnswer, GraphClient } from '../../graph/client.ts';
import { accountOf } from '../../identity/people.ts';
import { objectsOf } from '../../plan/applied-state.ts';
import type { TenantState } from '../state/tenant-state.ts';

export interface Confirmation {
  /** It differs in a direct read too. */
  confirmed: Set<Drift>;
  /** It does not differ. What is in neither could not be told now. */
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
      for (const drift of byPath.get(path) ?? []) {
        const differs = await stillDiffers(drift, answers[index], client, known);
        if (differs === true) result.confirmed.add(drift);
        else if (differs === false) result.over.push(drift);
      }
    }
  }
  return result;
}

function pathOf({ kind, object, item }: Drift, { applied, accounts }: What): string | undefined {
  const { kind: what, key } = objectOf(object);
  if (kind === 'missing' || kind === 'foreign') {
    const group = applied.classes.get(key)?.objectId;
    return group && `/groups/${group}/${linkOf(item).relation}s?$select=id&$top=999`;
  }
  if (kind === 'deleted')
    return what === 'school' ? `/education/schools/${item}?$select=id` : `/groups/${item}?$select=id`;
  const objectId = objectsOf(applied, what).get(key)?.objectId;
  const collection = { school: 'schools', class: 'classes', user: 'users' }[what];
  const id = what === 'user' ? accounts.get(key) : objectId;
  return id && `/education/${collection}/${id}`;
}

/** Undefined when the answer does not tell. */
async function stillDiffers(
  drift: Drift,
  answer: GraphAnswer | undefined,
  client: GraphClient,
  known: What,
): Promise<boolean | undefined> {
  if (answer === undefined) return undefined;
  if (drift.kind === 'deleted') return answer.status === 404 ? true : answer.status === 200 ? false : undefined;
  if (answer.status !== 200) return undefined;
  if (drift.kind === 'changed') {
    const seen = (answer.body as Record<string, unknown>)[drift.item];
    return drift.ours === undefined ? undefined : !isDeepStrictEqual(partsLike(drift.ours, seen), drift.ours);
  }
  const account = accountOf(linkOf(drift.item).person, known.accounts);
  if (account === undefined) return undefined;
  const isThere = (await allIds(client, answer)).has(account);
  return isThere === (drift.kind === 'foreign');
}

async function allIds(client: GraphClient, first: GraphAnswer): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const page of client.pages<{ id: string }>('', { units: 2, writes: 0 }, first))
    for (const { id } of page.items) ids.add(id);
  return ids;
}
