/** Rows that cannot become records: when there are too many to be single mistakes, and how they are reported. Pure. */
import { complaintOf, pageOf, tableOf } from '../../plugin/where-to-fix.ts';
import { fail, type HallpassError } from '../../shared/errors.ts';
import { type LeftOut, type LeftOutRow, mostListed, type RowFinding } from '../../shared/left-out.ts';
import { type Bucket, bucketWords, type Kind, parseBucketKey } from '../../shared/roster.ts';

/** By bucket key. */
export type LeftOutRows = ReadonlyMap<string, readonly RowFinding[]>;

/** Up to this many bad rows are single mistakes, however small the bucket is. */
const fewRows = 10;
/** How many rows one sentence names. */
const mostNamed = 3;

/**
 * When more than half of a bucket is unusable, the query, the answer or a whole import is at fault, and the reading is
 * no basis for anything.
 *
 * @param records how many rows became records
 */
export function tooMany(bucket: Bucket, leftOut: readonly RowFinding[], records: number): HallpassError | undefined {
  const unusable = leftOut.filter(({ fault }) => fault !== 'two rows differ');
  const [first] = unusable;
  if (first === undefined || unusable.length < fewRows || unusable.length <= records) return undefined;
  return fail('ROWS_UNUSABLE', {
    bucket: bucketWords(bucket),
    count: unusable.length,
    rows: unusable.length + records,
    reason: complaintOf({ ...first, kind: bucket.kind }),
    example: `${tableOf(bucket.kind)} ${first.id || 'without a key'}`,
    page: pageOf(bucket.kind, first.field),
  });
}

/**
 * What is left out after a cycle.
 *
 * @param before what was left out before it
 * @param found in the buckets that were compared now
 * @param isRead whether a bucket still has rows that are read
 */
export function mergeLeftOut(
  before: LeftOutRows,
  found: LeftOutRows,
  isRead: (key: string) => boolean,
): Map<string, readonly RowFinding[]> {
  const kept = [...before].filter(([key]) => !found.has(key) && isRead(key));
  return new Map([...kept, ...found].filter(([, rows]) => rows.length > 0));
}

/** The ids of a kind that are left out in any school: such a record is not gone, whichever school it was in before. */
export function idsLeftOut(leftOut: LeftOutRows, kind: Kind): Set<string> {
  const ofKind = [...leftOut].filter(([key]) => parseBucketKey(key)?.kind === kind);
  return new Set(ofKind.flatMap(([, rows]) => rows.map(({ id }) => id)));
}

/** As reported to the relay and the administrator: all counted, the first ones listed. */
export function toLeftOut(leftOut: LeftOutRows): LeftOut {
  const rows: LeftOutRow[] = [];
  let count = 0;
  for (const [key, findings] of [...leftOut].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const bucket = parseBucketKey(key);
    if (bucket === undefined) continue;
    count += findings.length;
    for (const finding of findings.slice(0, mostListed - rows.length)) rows.push({ ...bucket, ...finding });
  }
  return { count, rows };
}

/** A row as a line: `section 980 of school 12: sectionNumber (SECTIONS.Section_Number) is empty`. */
export function leftOutLine(row: LeftOutRow): string {
  const school = row.kind === 'school' ? '' : ` of school ${row.schoolId}`;
  return `${tableOf(row.kind)} ${row.id || 'without a key'}${school}: ${complaintOf(row)}`;
}

/** Reports them all to the administrator; undefined when there are none. */
export function leftOutProblem({ count, rows }: LeftOut): HallpassError | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  const named = rows.slice(0, mostNamed).map(leftOutLine).join('; ');
  const page = pageOf(first.kind, first.field);
  return fail('ROWS_LEFT_OUT', {
    count: count === 1 ? 'One row of PowerSchool is' : `${count} rows of PowerSchool are`,
    rows: count > mostNamed ? `${named}; …` : named,
    page,
  });
}
