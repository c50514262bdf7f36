/** Changes of a bucket cut into batches that fit the link. */
import { limits } from '../shared/link.ts';
import type { RosterRecord } from '../shared/roster.ts';

/** Characters of JSON in one batch, roughly; a frame is an eighth of that after compression. */
const batchCharacters = 256 * 1024;

export function* recordBatches(records: readonly RosterRecord[]): Generator<RosterRecord[]> {
  let start = 0;
  let size = 0;
  for (const [index, record] of records.entries()) {
    const own = characters(record);
    if (index > start && (index - start >= limits.maxBatchRecords || size + own > batchCharacters)) {
      yield records.slice(start, index);
      start = index;
      size = 0;
    }
    size += own;
  }
  if (start < records.length) yield records.slice(start);
}

export function* idBatches(ids: readonly string[]): Generator<string[]> {
  for (let start = 0; start < ids.length; start += limits.maxBatchRecords) {
    yield ids.slice(start, start + limits.maxBatchRecords);
  }
}

function characters(record: RosterRecord): number {
  let sum = 2;
  for (const [name, value] of Object.entries(record)) sum += name.length + String(value).length + 6;
  return sum;
}
