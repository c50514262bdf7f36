/** Changes of a bucket cut into batches that fit the link. */
import { limits } from '../../shared/link.ts';
import type { RosterRecord } from '../../shared/roster.ts';

/** Characters of JSON in one batch, roughly; a frame is an eighth of that after compression. */
const batchCharacters = 256 * 1024;

export interface Upsert {
  record: RosterRecord;
  /** Length of its JSON. */
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
