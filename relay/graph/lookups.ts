/**
 * Finds out whether objects were created, twenty per request: Graph has no idempotency key, and blindly repeating a
 * creation creates a second school or class.
 */

import { HallpassError, passing } from '../../shared/errors.ts';
import type { Body } from '../model/body.ts';
import type { OperationKey } from '../model/keys.ts';
import type { OperationKind } from '../model/operation.ts';
import { specOf } from '../operations/registry.ts';
import { bodyIn, type GraphAnswer } from './answer.ts';
import { type BatchRequest, batchLimit, sendBatch } from './batch.ts';
import { type CreatedObject, createdObject } from './bodies/education.ts';
import { pageOf } from './bodies/object.ts';
import type { GraphClient } from './client.ts';

/** A creation with an unknown outcome. */
export interface Creation {
  kind: OperationKind;
  /** `school:1`, `class:77`, `students:123`. */
  key: OperationKey;
  /** As recorded in the journal. */
  body: Body;
}

/** What a look-up shows: objects with the stamp of this record, or an account of the name with a different stamp. */
export interface Seen {
  ours: string[];
  /** Object id of another person's account that has the name. */
  other: string | undefined;
}

/**
 * What exists of each. Missing entries could not be looked up just now: the request was throttled, or failed on the
 * way.
 *
 * @throws HallpassError of the class `fix`
 */
export async function lookUpCreations<C extends Creation>(
  client: GraphClient,
  creations: readonly C[],
): Promise<Map<C, Seen>> {
  const answers = await readAll(client, creations.map(requestOf));
  const seen = new Map<C, Seen>();
  for (const [index, creation] of creations.entries()) {
    const page = bodyIn(createdObjects, answers[index]);
    if (page !== undefined) seen.set(creation, seenIn(creation, page.value));
  }
  return seen;
}

/**
 * Reads twenty per request; undefined for one without an answer, or with a temporary failure. @throws as {@link
 * lookUpCreations}
 */
export async function readAll(client: GraphClient, urls: readonly string[]): Promise<(GraphAnswer | undefined)[]> {
  const answers: (GraphAnswer | undefined)[] = [];
  for (let at = 0; at < urls.length; at += batchLimit) {
    const part = urls.slice(at, at + batchLimit);
    const requests = part.map((url): BatchRequest => ({ method: 'GET', url }));
    const found = await sendBatch(client, requests).catch(passing);
    if (found instanceof HallpassError) answers.push(...part.map(() => undefined));
    else answers.push(...found.map((one) => (one !== undefined && isPassing(one) ? undefined : one)));
  }
  return answers;
}

function isPassing({ status }: GraphAnswer): boolean {
  return status === 429 || status >= 500;
}

function requestOf({ kind, body }: Creation): string {
  const { path, property, value, select } = makerOf(kind).search(body);
  return `${path}?$filter=${equals(property, value)}&$select=${select}`;
}

/** A filter, encoded. */
export function equals(property: string, value: string): string {
  return encodeURIComponent(`${property} eq '${value.replaceAll("'", "''")}'`);
}

const createdObjects = pageOf(createdObject);

function seenIn({ kind, key }: Creation, items: readonly CreatedObject[]): Seen {
  const ours = items.filter((item) => makerOf(kind).isOurs(item, key)).map(({ id }) => id);
  const other = makerOf(kind).hasUniqueName ? items.find(({ id }) => !ours.includes(id))?.id : undefined;
  return { ours, other };
}

function makerOf(kind: OperationKind) {
  const { makes } = specOf(kind);
  if (makes === undefined) throw new TypeError(`${kind} makes nothing`);
  return makes;
}
