/** The report of `--json`. */
import { writeFile } from 'node:fs/promises';
import type { AgentCounts, RunningAgent } from './agent.ts';
import type { Edit } from './edits.ts';
import type { FirstSync } from './first-sync.ts';
import type { Inspection } from './inspect.ts';
import type { MadeEdit } from './live-edits.ts';
import { type GraphCounts, graphCounts } from './microsoft.ts';
import type { DemoOptions } from './options.ts';
import { writesSaved } from './oracle/before.ts';
import { actualTotals, expectedTotals, minimumWrites, type Totals } from './oracle/totals.ts';
import type { Place } from './set-up.ts';
import type { Stages } from './stages.ts';

const differencesShown = 200;

export interface Report {
  expected: Totals;
  actual: Totals;
  /** The first 200, in words; empty when everything is right. */
  differences: string[];
  differenceCount: number;
  /** From the start of the agent's first cycle until everything was provisioned. */
  seconds: number;
  editLatencySeconds: number[];
  edits: MadeEdit[];
  graph: GraphCounts & { minimumWrites: number };
  agent: AgentCounts;
  options: DemoOptions;
  /** Seconds per stage. */
  timings: Record<string, number>;
}

export interface MadeEdits {
  made: MadeEdit[];
  /** Edits that have not arrived, in words. */
  missing: string[];
}

export interface Facts {
  place: Place;
  agent: RunningAgent;
  sync: FirstSync;
  stages: Stages;
  first: Inspection;
  /** With --once: what happened after the first sync. */
  second?: MadeEdits & { last: Inspection; edits: readonly Edit[]; ownReads: number };
}

/** Nothing without `--json`. */
export async function writeReport(options: DemoOptions, facts: Facts): Promise<void> {
  if (options.json === undefined) return;
  const { place, agent, sync, stages, first, second } = facts;
  const graph = await graphCounts(place.microsoft);
  const early = first.differences.map((difference) => (second ? `after the first sync: ${difference}` : difference));
  const report = makeReport({
    inspection: second?.last ?? first,
    differences: [...early, ...(second?.missing ?? []), ...(second?.last.differences ?? [])],
    seconds: sync.provisionedAfter,
    made: second?.made ?? [],
    graph: { ...graph, requests: graph.requests - (second?.ownReads ?? 0) },
    minimumWrites: (second?.edits ?? []).reduce(
      (sum, edit) => sum + edit.writes,
      minimumWrites(first.expected) - writesSaved(place.before, first.expected),
    ),
    agent: agent.counts(),
    options,
    timings: stages.seconds,
  });
  await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
}

function makeReport(facts: {
  inspection: Inspection;
  differences: readonly string[];
  seconds: number;
  made: readonly MadeEdit[];
  graph: GraphCounts;
  minimumWrites: number;
  agent: AgentCounts;
  options: DemoOptions;
  timings: Record<string, number>;
}): Report {
  const { inspection, differences, made, graph, minimumWrites, timings } = facts;
  return {
    expected: expectedTotals(inspection.expected),
    actual: actualTotals(inspection.actual),
    differences: differences.slice(0, differencesShown),
    differenceCount: differences.length,
    seconds: rounded(facts.seconds),
    editLatencySeconds: made.map(({ seconds }) => rounded(seconds)),
    edits: made.map(roundedTimes),
    graph: { ...graph, minimumWrites },
    agent: facts.agent,
    options: facts.options,
    timings: allRounded(timings),
  };
}

function roundedTimes({ seconds, steps, processorSeconds, ...edit }: MadeEdit): MadeEdit {
  const times = { seconds: rounded(seconds), steps: allRounded(steps), processorSeconds: allRounded(processorSeconds) };
  return { ...edit, ...times };
}

function allRounded<K extends string>(seconds: Record<K, number>): Record<K, number> {
  const entries = Object.entries<number>(seconds).map(([name, value]) => [name, rounded(value)]);
  return Object.fromEntries(entries) as Record<K, number>;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
