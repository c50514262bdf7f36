/**
 * What was carried out within the last day without approval. The guard adds it to what a plan would do, so that no
 * change that is too much at once passes in slices: through several runs, replanning in the middle of one, or several
 * profiles.
 */
import type { HoldRecord } from '../model/hold.ts';
import type { SchoolId } from '../model/keys.ts';
import { type Operation, type OperationKind, weightOf } from '../model/operation.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How much an operation, or several of one kind, count for in a school. */
export interface Change {
  kind: OperationKind;
  schoolId: SchoolId;
  count: number;
}

/**
 * The changes of one hour. Someone who approves more in a school, or in the district, has taken the earlier ones into
 * account; the rest keeps counting.
 */
export interface ChangesOfHour {
  kind: OperationKind;
  schoolId: SchoolId;
  /** ISO 8601 in UTC, its beginning: its changes count until a day after its end. */
  hour: string;
  inSchool: number;
  inDistrict: number;
}

/** What a plan is added to. */
export interface Earlier {
  inSchool(kind: OperationKind, schoolId: SchoolId): number;
  /** In every school of the district. */
  inDistrict(kind: OperationKind): number;
}

export class RecentChanges {
  /** By kind, school and hour. */
  readonly #rows = new Map<string, ChangesOfHour>();

  constructor(rows: Iterable<ChangesOfHour> = []) {
    for (const row of rows) this.#put(row);
  }

  /** The remembered changes of a kind. */
  of(kind: OperationKind): ChangesOfHour[] {
    return [...this.#rows.values()].filter((row) => row.kind === kind);
  }

  add(changes: readonly Change[], now: string): void {
    const hour = hourOf(now);
    for (const { kind, schoolId, count } of changes) {
      this.#put({ kind, schoolId, hour, inSchool: count, inDistrict: count });
    }
  }

  /** Records that someone has approved more of the kind in the school, having seen these. @param until ISO 8601 */
  answerForSchool(kind: OperationKind, schoolId: SchoolId, until: string): void {
    for (const row of this.#rows.values()) {
      if (row.kind !== kind || row.schoolId !== schoolId || row.hour > until) continue;
      row.inSchool = 0;
      row.inDistrict = 0;
    }
  }

  /** The same, for all schools together. */
  answerForDistrict(kind: OperationKind, until: string): void {
    for (const row of this.#rows.values()) if (row.kind === kind && row.hour <= until) row.inDistrict = 0;
  }

  /** Whether it remembers an earlier hour. */
  hasBefore(hour: string): boolean {
    return this.#rows.values().some((row) => row.hour < hour);
  }

  /** Forgets hours before this one. @returns whether there were any */
  forget(before: string): boolean {
    const old = [...this.#rows].filter(([, { hour }]) => hour < before);
    for (const [key] of old) this.#rows.delete(key);
    return old.length > 0;
  }

  /**
   * Corrects changes dated in the future by a clock that has since been set back: they happened now at the latest.
   * @returns whether there were any
   */
  redate(now: string): boolean {
    const hour = hourOf(now);
    const ahead = [...this.#rows].filter(([, row]) => row.hour > hour);
    for (const [key, row] of ahead) {
      this.#rows.delete(key);
      this.#put({ ...row, hour });
    }
    return ahead.length > 0;
  }

  #put(row: ChangesOfHour): void {
    const key = `${row.kind}:${row.schoolId}:${row.hour}`;
    const known = this.#rows.get(key);
    if (known === undefined) this.#rows.set(key, { ...row });
    else {
      known.inSchool += row.inSchool;
      known.inDistrict += row.inDistrict;
    }
  }
}

/** The beginning of its hour. */
export function hourOf(iso: string): string {
  return new Date(Math.floor(Date.parse(iso) / hourMs) * hourMs).toISOString();
}

/** What these operations count for once they are done. */
export function changesBy(operations: readonly Operation[]): Change[] {
  return operations.flatMap((operation) =>
    operation.passedIn === undefined
      ? []
      : [{ kind: operation.kind, schoolId: operation.passedIn, count: weightOf(operation) }],
  );
}

/**
 * @param underWay operations that were allowed and are not recorded yet
 * @param holds of the profile: while something is held, earlier changes are not forgotten, because time alone approves
 *   nothing
 */
export function earlierThan(
  now: string,
  recent: RecentChanges,
  underWay: readonly Operation[],
  holds: readonly HoldRecord[],
): Earlier {
  const coming = Map.groupBy(changesBy(underWay), ({ kind }) => kind);
  const since = (isMeant: (hold: HoldRecord) => boolean) => hourOf(dayBefore(now, holds.filter(isMeant)));
  const known = new Map<OperationKind, ReadonlyMap<SchoolId, ChangesOfHour[]>>();
  // A plan asks for every school.
  const bySchool = (kind: OperationKind) => {
    const rows = known.get(kind) ?? Map.groupBy(recent.of(kind), ({ schoolId }) => schoolId);
    known.set(kind, rows);
    return rows;
  };
  return {
    inSchool(kind, schoolId) {
      const first = since((hold) => hold.kind === kind && hold.schoolId === schoolId && hold.rule !== 'total');
      const done = within(bySchool(kind).get(schoolId) ?? [], first);
      const there = coming.get(kind)?.filter((one) => one.schoolId === schoolId) ?? [];
      return sum([...done.map((row) => row.inSchool), ...there.map(({ count }) => count)]);
    },
    inDistrict(kind) {
      const first = since((hold) => hold.kind === kind && hold.rule === 'total');
      const done = within(recent.of(kind), first);
      return sum([...done.map((row) => row.inDistrict), ...(coming.get(kind) ?? []).map(({ count }) => count)]);
    },
  };
}

function within(rows: readonly ChangesOfHour[], first: string): ChangesOfHour[] {
  return rows.filter((row) => row.hour >= first);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** A day before now, or before the first of these holds began. */
export function dayBefore(now: string, holds: readonly Pick<HoldRecord, 'firstSeen'>[]): string {
  const first = [now, ...holds.map(({ firstSeen }) => firstSeen)].sort()[0] ?? now;
  return new Date(Date.parse(first) - dayMs).toISOString();
}
