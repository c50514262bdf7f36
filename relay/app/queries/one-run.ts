/** One run as a page shows it: how far each kind of operation is, what waits, and some operations as sentences. */
import { tenantWrites } from '../../graph/budget.ts';
import { isOperationKind, operationKinds, specOf } from '../../operations/registry.ts';
import { describeChanges } from '../../plan/listing.ts';
import { readNamesOf } from '../../store/roster/names-of.ts';
import { type KindCount, readRunCounts } from '../../store/runs/run-counts.ts';
import { findRun, type JournaledOperation, operationsOf, type PastRun } from '../../store/runs/run-history.ts';
import type { TenantScope } from '../../store/store.ts';
import { sentenceOf } from './sentences.ts';
import { type Turn, turnNow, type Waiting, waitingIn } from './waiting.ts';

/** One kind of operation in a run. */
export interface KindProgress extends KindCount {
  /** `new account` */
  noun: string;
  planned: number;
  /** Neither done nor failed: still to be done, held, waiting, or left. */
  open: number;
}

export interface Told<T> {
  operation: T;
  /** `Ada Lovelace joins Biology 1 (section 42)` */
  sentence: string;
}

/** @property changes `grade: 8 → 9` */
export type ToldOperation = Told<JournaledOperation> & { changes: string[] };

export interface ShownRun {
  run: PastRun;
  kinds: KindProgress[];
  /** Null once it is over. */
  turn: Turn | null;
  waiting: Told<Waiting>[];
  operations: ToldOperation[];
  /** What Graph accepts of one Microsoft 365 tenant in a second. */
  writesPerSecond: number;
  /** Where the next operations begin; null at the end. */
  next: number | null;
}

export interface WantedOperations {
  failed: boolean;
  kind?: string | undefined;
  after?: number | undefined;
  limit: number;
}

/** @param name its number or its id @throws HallpassError RUN_UNKNOWN */
export async function oneRunNow(scope: TenantScope, name: string, wanted: WantedOperations): Promise<ShownRun> {
  const run = await findRun(scope, name);
  const { limit } = wanted;
  const found = await operationsOf(scope, run.id, { ...wanted, limit: limit + 1 });
  const shown = found.slice(0, limit);
  const waiting = await waitingIn(scope, run.id, 'known');
  const counts = await readRunCounts(scope, run.id);
  const names = await readNamesOf(scope, [
    ...shown.flatMap((one) => [one.key, ...peopleIn(one)]),
    ...waiting.flatMap(({ key, people }) => [key, ...people]),
  ]);
  return {
    run: run.finishedAt === null ? { ...run, ...sumOf(counts) } : run,
    kinds: kindsOf(run.planned, counts),
    turn: run.finishedAt === null ? await turnNow(scope) : null,
    waiting: waiting.map((operation) => ({ operation, sentence: sentenceOf(operation, names) })),
    operations: shown.map((operation) => ({
      operation,
      sentence: sentenceOf({ ...operation, people: peopleIn(operation) }, names),
      changes: changesIn(operation),
    })),
    writesPerSecond: tenantWrites.amount / tenantWrites.perSeconds,
    next: found.length > limit ? (shown.at(-1)?.seq ?? null) : null,
  };
}

/** A journaled relation has the keys of its people as values. */
function peopleIn({ after }: JournaledOperation): string[] {
  return Array.isArray(after) ? after.filter((one) => typeof one === 'string') : [];
}

/** Of an object's properties; empty for relations. */
function changesIn({ before, after }: JournaledOperation): string[] {
  return isObject(after) ? describeChanges({ after, ...(isObject(before) && { before }) }) : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sumOf(counts: readonly KindCount[]): Pick<PastRun, 'done' | 'failed'> {
  const sum = (of: 'done' | 'failed') => counts.reduce((total, one) => total + one[of], 0);
  return { done: sum('done'), failed: sum('failed') };
}

/** In the order in which people see operations. */
export function kindsOf(planned: Readonly<Record<string, number>>, counts: readonly KindCount[]): KindProgress[] {
  const byKind = new Map(counts.map((one) => [one.kind, one]));
  const all = new Set<string>([...operationKinds, ...Object.keys(planned), ...byKind.keys()]);
  return [...all].flatMap((kind) => {
    const { done = 0, failed = 0 } = byKind.get(kind) ?? {};
    // What was announced by an earlier run, and found done by this one, was planned there.
    const most = Math.max(planned[kind] ?? 0, done + failed);
    if (most === 0) return [];
    const noun = isOperationKind(kind) ? specOf(kind).noun : kind;
    return [{ kind, noun, planned: most, done, failed, open: most - done - failed }];
  });
}
