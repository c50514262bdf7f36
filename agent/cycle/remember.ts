/** Which probes are remembered after a cycle: a probe that is remembered hides its bucket until another one comes. Pure. */
import type { Probe, ProbeEntry } from '../model/probe.ts';
import { type Change, sameEntry } from './plan.ts';

/** What the reading of a bucket has shown. */
export interface Shown {
  rows: number;
  /** Whether it differs from what the relay has. */
  differs: boolean;
}

interface Probed {
  key: string;
  entry: ProbeEntry | undefined;
  /** Undefined where it was not read, or where probes cannot hide anything: where lists take turns, no two are the same. */
  shown: Shown | undefined;
  /** Whether a probe was remembered, which this one differs from. */
  isChange: boolean;
}

/**
 * Whether the bucket was another one when it was probed: it had other rows, or nothing of what the probe reported is
 * there. If that probe were remembered, the same change would not be noticed when it comes again.
 *
 * @param contradicted the probe that each bucket's last reading contradicted, which is brought up to date: the same once
 *   more is what the probe makes of these rows
 */
export function isContradicted(
  contradicted: Map<string, ProbeEntry>,
  { key, entry, shown, isChange }: Probed,
): boolean {
  if (entry === undefined || shown === undefined) return false;
  const fits = shown.rows === entry.records && (shown.differs || !isChange);
  const isSo = !fits && !sameEntry(entry, contradicted.get(key));
  if (isSo) contradicted.set(key, entry);
  else contradicted.delete(key);
  return isSo;
}

export function without(probe: Probe, changes: readonly Change[]): Map<string, ProbeEntry> {
  const kept = new Map(probe);
  for (const { key } of changes) kept.delete(key);
  return kept;
}

export function withEntries(probe: Map<string, ProbeEntry>, changes: readonly Change[]): Map<string, ProbeEntry> {
  for (const { key, entry } of changes) if (entry !== undefined) probe.set(key, entry);
  return probe;
}
