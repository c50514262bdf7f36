/**
 * One extraction cycle: probe PowerSchool; read, normalize, hash and compare each changed bucket; push upserts, then
 * deletes; commit; and remember only what the relay has acknowledged.
 */
import { randomUUID } from 'node:crypto';
import type { HallpassError } from '../../shared/errors.ts';
import { toWire } from '../../shared/frames.ts';
import type { RowFinding } from '../../shared/left-out.ts';
import type { BucketDigest } from '../../shared/link.ts';
import { type Bucket, bucketKey, type Kind } from '../../shared/roster.ts';
import type { Baselines } from '../baseline/baselines.ts';
import { fingerprintOf, type ProbeMemory } from '../baseline/probe-memory.ts';
import { idsLeftOut, type LeftOutRows, mergeLeftOut } from '../model/left-out.ts';
import type { ProbeEntry } from '../model/probe.ts';
import type { Source, SourceKind } from '../model/source.ts';
import type { Session } from '../uplink/session.ts';
import { idBatches, recordBatches } from './batches.ts';
import { type Comparison, compareBucket, concernsBucketOnly, readOptions } from './compare.ts';
import { InFlight } from './in-flight.ts';
import { type Change, emptiedKind, planCycle } from './plan.ts';
import { ReadAhead } from './read-ahead.ts';
import { isContradicted, type Shown, withEntries, without } from './remember.ts';

export interface CycleParts {
  source: Source;
  link: Session;
  baselines: Baselines;
  memory: ProbeMemory;
  /** The number of records at the relay, for buckets where our baseline does not match it; settled ones are removed. */
  suspects: Map<string, number>;
  /** By bucket, the probe that its last reading contradicted; kept from one cycle to the next. */
  contradicted: Map<string, ProbeEntry>;
  acceptEmpty: ReadonlySet<Kind>;
  /** See {@link ProbeOptions}. */
  thorough: boolean;
  /** True when the cycle should end in good order: it reads no further bucket and commits the rest. */
  shouldFinish: () => boolean;
  /** Aborted when the cycle cannot continue. */
  signal: AbortSignal;
  onProbed: () => void;
  /** Called with the keys of the buckets that will be compared. */
  onPlanned: (buckets: string[]) => void;
  /** Called for records as they are sent. */
  onSent: (kind: Kind, records: number) => void;
  onProgress: (bucketsDone: number, bucketsTotal: number, records: number) => void;
}

export interface CycleReport {
  /** Undefined when nothing had changed and nothing was sent. */
  cycle: string | undefined;
  bucketsChanged: number;
  bucketsRead: number;
  upserts: number;
  deletes: number;
  /** Failures of single buckets, which are left as they were. */
  failures: HallpassError[];
  /** Keys of buckets that stay as they were: not read, or with deletions that wait. */
  held: string[];
  /** Buckets for which the relay has something else than we do: the next cycle compares them. */
  repairs: Bucket[];
  /** Rows that cannot become records, in all buckets, including those not read now. */
  leftOut: LeftOutRows;
  /** True when every changed bucket was read and everything found was acknowledged. */
  complete: boolean;
}

const nothingToDo: Omit<CycleReport, 'leftOut'> = {
  cycle: undefined,
  bucketsChanged: 0,
  bucketsRead: 0,
  upserts: 0,
  deletes: 0,
  failures: [],
  held: [],
  repairs: [],
  complete: true,
};

/**
 * Limit for records of buckets that are compared but not stored yet. Storing a bucket waits 5 to 15 ms for the disk.
 */
const recordsInFlight = 10_000;

/** After this many unreadable buckets the failure is general: the rest waits for the next cycle. */
const mostFailures = 10;

/**
 * @throws HallpassError SOURCE_KIND_EMPTY, the POWERSCHOOL_ codes that concern the whole server, STATE_UNWRITABLE, and
 *   the reason of `signal`. Then the cycle is not committed; what was acknowledged stays acknowledged.
 */
export async function runCycle(parts: CycleParts): Promise<CycleReport> {
  const { source, link, baselines, memory, suspects, signal } = parts;
  const { schools, fields } = link.welcome.wanted;
  const remembers = (kind: SourceKind) => memory.of(fingerprintOf(link.welcome, kind));
  const probe = await source.probe({
    remembered: remembers,
    schools,
    wanted: fields,
    thorough: parts.thorough,
    signal,
  });
  parts.onProbed();

  takeRepairs(parts);
  const known = knownRecords(baselines, suspects);
  const emptied = emptiedKind({ probe, known, schools, accepted: parts.acceptEmpty });
  if (emptied !== undefined) throw emptied;

  const fingerprint = fingerprintOf(link.welcome, source.kind);
  const remembered = memory.of(fingerprint);
  const changes = planCycle({ probe, remembered, known, suspects, schools });
  const cycle = randomUUID();
  parts.onPlanned(changes.map(({ key }) => key));
  const isRead = (key: string) => probe.has(key);
  const before = mergeLeftOut(memory.leftOut(fingerprint), new Map(), isRead);
  if (changes.length === 0) return { ...nothingToDo, leftOut: before, repairs: takeRepairs(parts) };

  // Forgotten before anything is sent: a change that is undone in PowerSchool after a crash must not look unchanged.
  await memory.save(fingerprint, without(remembered, changes), before);
  await link.begin(cycle);
  const outcome = await sendUpserts(parts, cycle, changes);
  const leftOut = mergeLeftOut(before, outcome.leftOut, isRead);
  const { deletes, held, kept } = await sendDeletes(parts, cycle, changes, outcome, leftOut);
  await link.commit(cycle, digestsOf(baselines, outcome.compared));

  for (const { key } of outcome.compared) suspects.delete(key);
  const repairs = takeRepairs(parts);
  const settled = outcome.compared.filter(({ key }) => !held.has(key) && !suspects.has(key));
  // A bucket with records kept only until a row elsewhere is fixed must be looked at again.
  const remember = settled.filter(({ key, entry }) => {
    const shown = source.kind === 'powerquery' ? outcome.shown.get(key) : undefined;
    return !kept.has(key) && !isContradicted(parts.contradicted, { key, entry, shown, isChange: remembered.has(key) });
  });
  await memory.save(fingerprint, withEntries(without(remembered, changes), remember), leftOut);
  return {
    cycle,
    bucketsChanged: changes.length,
    bucketsRead: outcome.compared.filter(({ unwanted }) => !unwanted).length,
    upserts: outcome.upserts,
    deletes,
    failures: outcome.failures,
    held: changes.filter((change) => !settled.includes(change) && !suspects.has(change.key)).map(({ key }) => key),
    repairs,
    leftOut,
    complete: settled.length === changes.length,
  };
}

interface Outcome {
  compared: Change[];
  /** Compared buckets with records that are missing now. */
  shrunk: Change[];
  /** What the reading showed of each. */
  shown: Map<string, Shown>;
  failures: HallpassError[];
  upserts: number;
  leftOut: Map<string, RowFinding[]>;
}

/** While buckets are read, earlier ones are sent, acknowledged and stored, so that only a few are in memory. */
async function sendUpserts(parts: CycleParts, cycle: string, changes: Change[]): Promise<Outcome> {
  const outcome: Outcome = { compared: [], shrunk: [], shown: new Map(), failures: [], upserts: 0, leftOut: new Map() };
  let records = 0;
  const onRecords = (count: number) => {
    records += count;
    parts.onProgress(outcome.compared.length, changes.length, records);
  };
  const readings = new ReadAhead(changes, (change) => parts.source.read(change.bucket, readOptions(parts, change)));
  const storing = new InFlight(recordsInFlight);
  for (const [index, change] of changes.entries()) {
    if (parts.shouldFinish() || outcome.failures.length >= mostFailures) break;
    const onLastPage = () => readings.beginAfter(index);
    try {
      const comparison = await compareBucket({ ...parts, onRecords, onLastPage }, change, readings.take(change));
      await storing.begin(comparison.hashes.size, () => store(parts, cycle, comparison));
      outcome.compared.push(change);
      outcome.leftOut.set(change.key, comparison.leftOut);
      outcome.upserts += comparison.upserts.length;
      outcome.shown.set(change.key, {
        rows: comparison.rows,
        differs: comparison.upserts.length + comparison.gone.length > 0 || comparison.rebuilt,
      });
      if (comparison.gone.length > 0) outcome.shrunk.push(change);
      onRecords(0);
    } catch (error) {
      if (!concernsBucketOnly(error)) {
        // Nothing from this cycle may still be running when the next one begins.
        if (!parts.signal.aborted) await storing.done().catch(() => undefined);
        throw error;
      }
      outcome.failures.push(error);
    }
  }
  await storing.done();
  return outcome;
}

/** Sends the upserts of a bucket, and advances its baseline once the relay has stored them. */
async function store({ link, baselines, onSent }: CycleParts, cycle: string, comparison: Comparison): Promise<void> {
  const { change, upserts, gone, hashes, rebuilt } = comparison;
  let seq = 0;
  for (const batch of recordBatches(upserts)) {
    seq = await link.push(change.bucket, { upserts: batch.map(({ record }) => toWire(record)), deletes: [] });
    onSent(change.bucket.kind, batch.length);
  }
  await link.acknowledged(seq);
  if (seq > 0 || rebuilt || gone.length > 0) {
    await baselines.save(change.bucket, hashes, gone.length > 0 ? { cycle, ids: gone } : undefined);
  }
}

/**
 * Sends the deletions of the kinds that were read completely. A student who moved to a school that could not be read
 * must not disappear from the old one, and neither must one whose row there is unusable.
 *
 * @returns how many records were deleted, the keys of the buckets whose deletions wait for a later cycle, and those of
 *   buckets that keep records because a row elsewhere is left out
 */
async function sendDeletes(
  { link, baselines, shouldFinish }: CycleParts,
  cycle: string,
  changes: Change[],
  { compared, shrunk }: Outcome,
  leftOut: LeftOutRows,
): Promise<{ deletes: number; held: Set<string>; kept: Set<string> }> {
  const incomplete = new Set(changes.filter((change) => !compared.includes(change)).map(({ bucket }) => bucket.kind));
  const held = new Set<string>();
  const kept = new Set<string>();
  let deletes = 0;
  for (const { bucket, key } of shrunk) {
    const hashes = await baselines.load(bucket);
    if (incomplete.has(bucket.kind) || hashes === undefined || shouldFinish()) {
      held.add(key);
      continue;
    }
    let seq = 0;
    const gone = await baselines.goneIn(bucket, cycle);
    const elsewhere = idsLeftOut(leftOut, bucket.kind);
    if (gone.some((id) => elsewhere.has(id))) kept.add(key);
    for (const ids of idBatches(gone.filter((id) => !elsewhere.has(id)))) {
      seq = await link.push(bucket, { upserts: [], deletes: ids });
      for (const id of ids) hashes.delete(id);
      deletes += ids.length;
    }
    await link.acknowledged(seq);
    await baselines.save(bucket, hashes);
  }
  return { deletes, held, kept };
}

/** Marks the buckets that the relay wants compared as suspects. */
function takeRepairs({ link, baselines, suspects }: CycleParts): Bucket[] {
  const repairs = link.takeRepairs();
  for (const bucket of repairs) suspects.set(bucketKey(bucket), baselines.digest(bucketKey(bucket)).count);
  return repairs;
}

/** What the relay has, as far as we know: our baseline, except where the two did not match. */
function knownRecords(baselines: Baselines, suspects: ReadonlyMap<string, number>): Map<string, number> {
  const known = new Map(baselines.keys().map((key) => [key, baselines.digest(key).count]));
  for (const [key, count] of suspects) known.set(key, Math.max(count, known.get(key) ?? 0));
  return known;
}

function digestsOf(baselines: Baselines, changes: readonly Change[]): BucketDigest[] {
  return changes.map(({ bucket, key }) => ({ ...bucket, digest: baselines.digest(key) }));
}
