/** The report of `--json`. */
import type { AgentCounts } from './agent.ts';
import type { Inspection } from './inspect.ts';
import type { MadeEdit } from './live-edits.ts';
import type { GraphCounts } from './microsoft.ts';
import type { DemoOptions } from './options.ts';
import { actualTotals, expectedTotals, type Totals } from './oracle/totals.ts';

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

export function makeReport(facts: {
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
