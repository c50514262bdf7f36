/** Which buckets a cycle must look at. Pure: probe, memory and digests in, decisions out. */
import { fail, type HallpassError } from '../../shared/errors.ts';
import { type Bucket, bucketKey, type Kind, kinds, kindWords, parseBucketKey } from '../../shared/roster.ts';
import type { Probe, ProbeEntry } from '../model/probe.ts';

export interface Change {
  bucket: Bucket;
  key: string;
  /** The bucket's probe; undefined when it has no rows, or none that are wanted. */
  entry: ProbeEntry | undefined;
  /** Our baseline is missing or differs, so the relay's manifest decides what the relay has. */
  rebuild: boolean;
  /** No profile includes this school: the relay's records are removed without reading. */
  unwanted: boolean;
}

export interface PlanInput {
  probe: Probe;
  /** The probe at the last commit; empty when it no longer applies. */
  remembered: Probe;
  /** How many records the relay has, by bucket key. */
  known: ReadonlyMap<string, number>;
  /** Buckets whose digests differ between baseline and mirror. */
  suspects: { has(key: string): boolean };
  /** Ids of the schools to send, or null for all. */
  schools: readonly string[] | null;
}

/**
 * The buckets to read, kind by kind in the order of references (schools first), so that a record is sent after those it
 * refers to.
 */
export function planCycle({ probe, remembered, known, suspects, schools }: PlanInput): Change[] {
  const wanted = schools === null ? undefined : new Set(schools);
  const changes: Change[] = [];
  for (const key of new Set([...probe.keys(), ...known.keys()])) {
    const bucket = parseBucketKey(key);
    if (bucket === undefined) continue;
    const entry = probe.get(key);
    const rebuild = suspects.has(key);
    if (!isWanted(bucket, wanted)) {
      if (known.has(key)) changes.push({ bucket, key, entry: undefined, rebuild, unwanted: true });
      continue;
    }
    const same = entry !== undefined && sameEntry(entry, remembered.get(key));
    if (!same || rebuild) changes.push({ bucket, key, entry, rebuild, unwanted: false });
  }
  return changes.sort(byKindThenSchool);
}

/** The first kind for which PowerSchool has nothing left in any wanted school although the relay has records there. */
export function emptiedKind({
  probe,
  known,
  schools,
  accepted,
}: Pick<PlanInput, 'probe' | 'known' | 'schools'> & { accepted: ReadonlySet<Kind> }): HallpassError | undefined {
  const wanted = schools === null ? undefined : new Set(schools);
  const bucketsOf = (kind: Kind, keys: Iterable<string>) =>
    [...keys].filter((key) => {
      const bucket = parseBucketKey(key);
      return bucket?.kind === kind && isWanted(bucket, wanted);
    });
  for (const kind of kinds) {
    if (accepted.has(kind) || bucketsOf(kind, probe.keys()).length > 0) continue;
    const before = bucketsOf(kind, known.keys()).reduce((sum, key) => sum + (known.get(key) ?? 0), 0);
    if (before > 0) return fail('SOURCE_KIND_EMPTY', { kind, kinds: kindWords[kind], before });
  }
  return undefined;
}

/** All schools are sent so that they can be chosen at the relay, but their contents only once they are chosen. */
function isWanted(bucket: Bucket, schools: ReadonlySet<string> | undefined): boolean {
  return bucket.kind === 'school' || schools === undefined || schools.has(bucket.schoolId);
}

/** Whether nothing has changed between two probes. */
export function sameEntry(a: ProbeEntry, b: ProbeEntry | undefined): boolean {
  return b !== undefined && a.records === b.records && a.hash === b.hash;
}

function byKindThenSchool(a: Change, b: Change): number {
  const order = kinds.indexOf(a.bucket.kind) - kinds.indexOf(b.bucket.kind);
  return order !== 0 ? order : bucketKey(a.bucket) < bucketKey(b.bucket) ? -1 : 1;
}
