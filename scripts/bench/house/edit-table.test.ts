import t from 'tap';
import type { MadeEdit } from '../../demo/live-edits.ts';
import { ofEdits, stepTable } from './edit-table.ts';

function edit(kind: string, seconds: number, schedule: number): MadeEdit {
  const steps = { schedule, agent: 0.5, look: 0, plan: 0, write: seconds - schedule - 0.5, seen: 0 };
  const processorSeconds = { 'PowerSchool simulator': 0.25, 'Microsoft simulator': 0.25, relay: 0.1 };
  return { kind, title: kind, seconds, steps, processorSeconds };
}

t.test('the schedule and what simulators took are set apart', async (t) => {
  const table = stepTable([edit('enroll', 2, 1), edit('drop', 4, 1)]);
  t.match(table, /without the schedule +1\.00 +3\.00 +2\.00 +67 %/);
  t.match(table, /and without what simulators took +0\.50 +2\.50 +1\.50 +50 %/);
  t.match(table, /1 × drop, without the schedule +3\.00/);
  t.match(table, /processor: relay +0\.10/);
});

t.test('of twenty edits one may be slower than p95', async (t) => {
  const seconds = Array.from({ length: 20 }, (_, at) => 20 - at);
  t.equal(ofEdits(seconds, 0.95), 19);
  t.equal(ofEdits(seconds, 0.5), 10);
});
