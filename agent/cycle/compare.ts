/**
 * Reads and compares one bucket: what must be sent, and which records are missing from a reading that is proven
 * complete.
 */
import { setImmediate } from 'node:timers/promises';
import { canonicalHash, canonicalJson } from '../../shared/digest.ts';
import { type ErrorCode, fail, HallpassError } from '../../shared/errors.ts';
import type { RowFinding } from '../../shared/left-out.ts';
import { bucketWords } from '../../shared/roster.ts';
import type { Baselines } from '../baseline/baselines.ts';
import { BucketDiff, type Hashes } from '../baseline/diff.ts';
import { tooMany } from '../model/left-out.ts';
import type { Page, ReadOptions, Source } from '../model/source.ts';
import type { Session } from '../uplink/session.ts';
import type { Upsert } from './batches.ts';
import type { Change } from './plan.ts';

/** A bucket that changes while it is read is read twice in the same cycle, not three times. */
const readings = 2;

export interface CompareParts {
  source: Source;
  link: Pick<Session, 'manifest' | 'welcome'>;
  baselines: Baselines;
  signal: AbortSignal;
  /** Called with the number of records of each page. */
  onRecords: (count: number) => void;
  /** Called when PowerSchool has nothing left to do for this bucket. */
  onLastPage: () => void;
}

export interface Comparison {
  change: Change;
  upserts: Upsert[];
  /** Ids to delete once all upserts of the cycle are sent. */
  gone: string[];
  /** The bucket once the upserts are acknowledged. */
  hashes: Hashes;
  /** True when the baseline on disk differs from the one used for the comparison. */
  rebuilt: boolean;
  /** Rows that cannot become records; the relay keeps the records that it has of them. */
  leftOut: RowFinding[];
  /** How many rows were read; the probe may have counted others before. */
  rows: number;
}

/**
 * @param first the reading of the bucket, possibly already begun
 * @throws HallpassError SOURCE_INCOMPLETE, ROWS_UNUSABLE, POWERSCHOOL_MALFORMED and the other POWERSCHOOL_ codes; then
 *   nothing of the bucket has been sent
 */
export async function compareBucket(
  parts: CompareParts,
  change: Change,
  first: AsyncIterable<Page>,
): Promise<Comparison> {
  const { bucket, entry } = change;
  const own = change.rebuild ? undefined : await parts.baselines.load(bucket);
  const baseline = own ?? (await parts.link.manifest(bucket));
  const rebuilt = own === undefined;
  if (change.unwanted) {
    return { change, upserts: [], gone: [...baseline.keys()], hashes: baseline, rebuilt, leftOut: [], rows: 0 };
  }
  for (let reading = 1; ; reading += 1) {
    const expected = entry?.records ?? 0;
    const pages = reading === 1 ? first : parts.source.read(bucket, readOptions(parts, change));
    const { diff, upserts, rows, records, leftOut } = await readBucket(parts, pages, baseline);
    // A probe without the bucket and a reading without rows prove nothing: both may have been cut short.
    const proven = rows === expected && (rows > 0 || baseline.size === 0);
    const counted = proven ? rows : await parts.source.count(bucket, parts.signal);
    if (rows === counted) {
      const unusable = tooMany(bucket, leftOut, records);
      if (unusable !== undefined) throw unusable;
      for (const { id } of leftOut) diff.keep(id);
      // A row without an id could belong to any record, so no record may be deleted.
      const gone = leftOut.some(({ id }) => id === '') ? [] : diff.gone();
      return { change, upserts, gone, hashes: diff.withGone(), rebuilt, leftOut, rows };
    }
    if (reading === readings) throw fail('SOURCE_INCOMPLETE', { bucket: bucketWords(bucket), read: rows, counted });
  }
}

async function readBucket(parts: CompareParts, pages: AsyncIterable<Page>, baseline: Hashes) {
  const { salt } = parts.link.welcome;
  const diff = new BucketDiff(baseline);
  const upserts: Upsert[] = [];
  const leftOut: RowFinding[] = [];
  let rows = 0;
  let read = 0;
  for await (const page of pages) {
    if (page.last) parts.onLastPage();
    // Sends the next request before this page is processed, so that PowerSchool does not have to wait.
    await setImmediate();
    rows += page.rows;
    const { records, leftOut: unusable } = page.content();
    leftOut.push(...unusable);
    read += records.length;
    for (const record of records) {
      const json = canonicalJson(record);
      if (diff.take(record.id, canonicalHash(salt, json))) upserts.push({ record, characters: json.length });
    }
    parts.onRecords(records.length);
  }
  return { diff, upserts, rows, records: read, leftOut };
}

/** How a changed bucket is read. */
export function readOptions({ link, signal }: Pick<CompareParts, 'link' | 'signal'>, { entry }: Change): ReadOptions {
  return { expectedRows: entry?.records ?? 0, wanted: link.welcome.wanted.fields, signal };
}

/** Failures that may concern a single bucket; any other would only repeat with the next one. */
const bucketCodes: ReadonlySet<ErrorCode> = new Set([
  'POWERSCHOOL_MALFORMED',
  'POWERSCHOOL_FAILED',
  'POWERSCHOOL_ACCESS_DENIED',
  'POWERSCHOOL_QUERY_MISSING',
  'SOURCE_INCOMPLETE',
  'ROWS_UNUSABLE',
]);

/** True when the cycle may continue without the bucket. */
export function concernsBucketOnly(error: unknown): error is HallpassError {
  return error instanceof HallpassError && bucketCodes.has(error.code);
}
