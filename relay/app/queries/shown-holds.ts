/** Holds as a page shows them: with names, and with what is usual. */
import type { HoldSample } from '../../model/hold.ts';
import { isOpen, otherSchools } from '../../model/hold.ts';
import { specOf } from '../../operations/registry.ts';
import { readHolds, type StoredHold } from '../../store/guard/holds.ts';
import type { Names } from '../../store/roster/names.ts';
import { readNamesOf } from '../../store/roster/names-of.ts';
import type { TenantScope } from '../../store/store.ts';
import { sentenceOf } from './sentences.ts';
import { usualNow, usualWords } from './usual.ts';

export interface ShownHold extends StoredHold {
  /** `person to remove from a class` */
  noun: string;
  /** The school's name, or that it is about several. */
  where: string;
  /** How unusual it is, as a sentence. */
  usual: string;
  /** Some of the operations, as sentences, with the reason of each. */
  examples: { sentence: string; reason: string }[];
}

export interface ShownHolds {
  /** Undecided, those with the most operations first. */
  open: ShownHold[];
  decided: ShownHold[];
}

/** @param nowMs milliseconds since the epoch */
export async function holdsShown(scope: TenantScope, nowMs: number): Promise<ShownHolds> {
  const holds = await readHolds(scope);
  const usualOf = await usualNow(scope, nowMs);
  const keys = holds.flatMap(({ schoolId, sample }) => [
    `school:${schoolId}`,
    ...sample.flatMap(({ key, person }) => [key, ...(person === undefined ? [] : [person])]),
  ]);
  const names = await readNamesOf(scope, keys);
  const shown = holds.map((hold) => ({
    ...hold,
    noun: specOf(hold.kind).noun,
    where: whereOf(hold, names),
    usual: usualWords(hold.count, usualOf(hold.kind)),
    examples: hold.sample.map((one) => ({ sentence: exampleOf(hold.kind, one, names), reason: one.reason })),
  }));
  const { open = [], decided = [] } = Object.groupBy(shown, (hold) => (isOpen(hold) ? 'open' : 'decided'));
  return { open: open.sort((a, b) => b.count - a.count), decided };
}

function whereOf({ schoolId }: StoredHold, { schools }: Names): string {
  if (schoolId === otherSchools) return 'several schools';
  const name = schools.get(schoolId);
  return name === undefined ? `school ${schoolId}` : `${name} (school ${schoolId})`;
}

function exampleOf(kind: StoredHold['kind'], { key, person }: HoldSample, names: Names): string {
  return sentenceOf({ kind, key, people: person === undefined ? [] : [person] }, names);
}
