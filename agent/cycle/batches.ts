/** Cuts the changes of a bucket into batches that fit the connection. */
import { limits } from '../../shared/link.ts';
import type { RosterRecord } from '../../shared/roster.ts';

/** Approximate characters of JSON in one batch; compression makes the frame about an eighth of that. */
const batchCharacters = 256 * 1024;

export interface Upsert {
  record: RosterRecord;
  /** The length of its JSON. */
  characters: number;
}

export function* recordBatches(upserts: readonly Upsert[]): Generator<Upsert[]> {
  let start = 0;
  let sum = 0;
  for (const [index, { characters }] of upserts.entries()) {
    if (index > start && (index - start >= limits.maxBatchRecords || sum + characters > batchCharacters)) {
      yield upserts.slice(start, index);
      start = index;
      sum = 0;
    }
    sum += characters;
  }
  if (start < upserts.length) yield upserts.slice(start);
}

export function* idBatches(ids: readonly string[]): Generator<string[]> {
  for (let start = 0; start < ids.length; start += limits.maxBatchRecords) {
    yield ids.slice(start, start + limits.maxBatchRecords);
  }
}
