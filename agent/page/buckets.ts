/** The buckets as a matrix of schools and kinds, as the page shows it. Pure. */
import type { BucketDigest } from '../../shared/link.ts';
import { type Bucket, bucketKey, districtBucket, type Kind, kinds, parseBucketKey } from '../../shared/roster.ts';
import type { BoardState } from './board.ts';
import type { SchoolName } from './school-names.ts';

/** `unknown`: not compared since the agent started. */
export type BucketState = 'in step' | 'comparing' | 'stale' | 'unknown';

export interface Cell {
  records: number;
  state: BucketState;
}

export interface SchoolRow {
  schoolId: string;
  name: string | undefined;
  cells: Partial<Record<Kind, Cell>>;
  /** The most important state of the row. */
  state: BucketState;
}

/** The kinds that every school has; the schools themselves are one bucket of the district. */
export const schoolKinds = kinds.filter((kind) => kind !== 'school');

export interface Matrix {
  rows: SchoolRow[];
  totals: Record<Kind, number>;
  states: Record<BucketState, number>;
  /** The bucket that holds the list of schools. */
  schools: Cell | undefined;
}

const urgency: readonly BucketState[] = ['stale', 'comparing', 'unknown', 'in step'];

/**
 * @param acknowledged what the relay has acknowledged, per bucket
 * @param state what is known of the comparison of each
 */
export function matrixOf(
  acknowledged: readonly BucketDigest[],
  { buckets }: Pick<BoardState, 'buckets'>,
  names: ReadonlyMap<string, SchoolName>,
): Matrix {
  const matrix: Matrix = {
    rows: [],
    totals: zero(kinds),
    states: zero(urgency),
    schools: undefined,
  };
  const rows = new Map<string, SchoolRow>();
  const add = (bucket: Bucket, records: number) => {
    const cell: Cell = { records, state: stateOf(bucketKey(bucket), buckets) };
    matrix.totals[bucket.kind] += records;
    matrix.states[cell.state] += 1;
    if (bucket.schoolId === districtBucket) {
      matrix.schools = cell;
      return;
    }
    const { schoolId } = bucket;
    const row = rows.get(schoolId) ?? { schoolId, name: names.get(schoolId)?.name, cells: {}, state: cell.state };
    row.cells[bucket.kind] = cell;
    if (urgency.indexOf(cell.state) < urgency.indexOf(row.state)) row.state = cell.state;
    rows.set(schoolId, row);
  };
  for (const { digest, ...bucket } of acknowledged) add(bucket, digest.count);
  // A bucket that was never sent has no digest, but may still be waiting.
  const known = new Set(acknowledged.map(bucketKey));
  for (const key of new Set([...buckets.planned, ...buckets.held, ...buckets.differing])) {
    const bucket = parseBucketKey(key);
    if (bucket !== undefined && !known.has(key)) add(bucket, 0);
  }
  matrix.rows = [...rows.values()].sort(byUrgencyThenName);
  return matrix;
}

function stateOf(key: string, { compared, planned, held, differing }: BoardState['buckets']): BucketState {
  if (planned.has(key) || differing.has(key)) return 'comparing';
  if (held.has(key)) return 'stale';
  return compared ? 'in step' : 'unknown';
}

/** Stale rows come first. Rows being compared keep their place: moving rows cannot be read. */
function byUrgencyThenName(a: SchoolRow, b: SchoolRow): number {
  const stale = Number(b.state === 'stale') - Number(a.state === 'stale');
  return stale !== 0 ? stale : (a.name ?? a.schoolId).localeCompare(b.name ?? b.schoolId, 'en', { numeric: true });
}

function zero<K extends string>(keys: readonly K[]): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
}
