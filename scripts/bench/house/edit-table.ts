/** Where the time of edits goes, as a table. */
import type { EditSteps } from '../../demo/edit-steps.ts';
import type { MadeEdit } from '../../demo/live-edits.ts';

const simulators = ['PowerSchool simulator', 'Microsoft simulator'];
const words: Record<keyof EditSteps, string> = {
  schedule: "until the agent's next cycle",
  agent: 'probe, reading, sending, intake',
  look: 'wake, changes of the directory',
  plan: 'plan',
  write: 'write to Graph, end the run',
  seen: "until somebody else sees it, Graph's lag",
};

/** By the nearest rank. @param seconds in any order */
export function ofEdits(seconds: readonly number[], share: number): number {
  const sorted = seconds.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Of every step the median, p95 and share; then the whole without the schedule, and without what the simulators took; by kind. */
export function stepTable(edits: readonly MadeEdit[]): string {
  const lines = [row('of an edit, s', 'median', 'p95', 'mean', 'share')];
  const total = mean(edits.map(({ seconds }) => seconds));
  const add = (name: string, of: (edit: MadeEdit) => number, those = edits) => {
    const seconds = those.map(of);
    const [half, most, all] = [ofEdits(seconds, 0.5), ofEdits(seconds, 0.95), mean(seconds)];
    lines.push(row(name, half.toFixed(2), most.toFixed(2), all.toFixed(2), `${((100 * all) / total).toFixed(0)} %`));
  };
  for (const [step, name] of Object.entries(words)) add(`  ${name}`, ({ steps }) => steps[step as keyof EditSteps]);
  const withoutSchedule = ({ seconds, steps }: MadeEdit) => seconds - steps.schedule;
  add('without the schedule', withoutSchedule);
  add('  and without what simulators took', (edit) => Math.max(0, withoutSchedule(edit) - simulated(edit)));
  for (const name of Object.keys(edits[0]?.processorSeconds ?? {})) {
    add(`  processor: ${name}`, ({ processorSeconds }) => processorSeconds[name] ?? 0);
  }
  for (const [kind, those] of Map.groupBy(edits, (edit) => edit.kind)) {
    add(`  ${those.length} × ${kind}, without the schedule`, withoutSchedule, those);
  }
  return lines.join('');
}

/** What they worked, one after the other while nothing else is asked of them, and the lag that Microsoft's shows on purpose. */
function simulated({ processorSeconds, steps }: MadeEdit): number {
  return simulators.reduce((sum, name) => sum + (processorSeconds[name] ?? 0), steps.seen);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function row(name: string, ...cells: string[]): string {
  return `${name.padEnd(46)}${cells.map((cell) => cell.padStart(8)).join('')}\n`;
}
