import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { Problem } from '../model/watch.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { addCycle, type History, lastDay, noHistory, plotOf, todayOf } from './history.ts';
import { HistoryFile } from './history-file.ts';
import { ended, minute } from './testing/scene.ts';

const day = 24 * 60 * minute;

const some: Problem = { code: 'POWERSCHOOL_FAILED', message: 'It failed.', action: 'Wait.' };

t.test('the history covers a day, whatever the pace', async (t) => {
  let history: History = noHistory;
  const start = Date.parse('2025-03-01T00:00:00');
  for (let second = 0; second < 3 * 24 * 3600; second += 30) {
    const failed = second % 7200 === 0;
    const change =
      second % 600 === 0 ? { outcome: 'changed' as const, sent: { student: 2, section: 1 }, deletes: 1 } : {};
    const end = failed
      ? ended({ outcome: 'failed', complete: false, problem: some })
      : ended({ ...change, seconds: 2 });
    if (end.moment === 'cycle.ended') history = addCycle(history, end, start + second * 1000);
  }
  const now = start + (3 * 24 * 3600 - 30) * 1000;
  t.equal(history.minutes.length, 1440);
  t.equal(history.cycles.length, 50);
  t.same(lastDay(history, now), { checks: 2880, failures: 12, records: 396, deletes: 132 });
  t.match(todayOf(history, now), { day: '2025-03-03', sent: { student: 264, section: 132 }, deletes: 132 });
  t.same(todayOf(history, now + day), { day: '2025-03-04', sent: {}, deletes: 0 });
  t.ok(
    history.cycles.every(
      ({ outcome }, index) => outcome !== 'unchanged' || history.cycles[index + 1]?.outcome !== 'unchanged',
    ),
    'a quiet period is one line',
  );
  const plot = plotOf(history, now);
  t.equal(plot.times.length, 288);
  t.equal((plot.times.at(-1) ?? 0) * 1000 <= now && now < (plot.times.at(-1) ?? 0) * 1000 + 5 * minute, true);
  t.equal(
    plot.records.reduce((sum: number, value) => sum + (value ?? 0), 0),
    396 + 132,
  );
  t.same(
    lastDay(history, start - day),
    { checks: 0, failures: 0, records: 0, deletes: 0 },
    'a clock that was set back',
  );
});

t.test('the history survives a restart, and is written to disk no more often than needed', async (t) => {
  const path = join(t.testdir({}), 'history.json');
  const clock = new ManualClock();
  const file = new HistoryFile(path, clock);
  t.same(await file.load(), noHistory);
  const end = ended({ outcome: 'changed', sent: { student: 5 } });
  if (end.moment !== 'cycle.ended') throw new TypeError('it is one');
  const history = addCycle(noHistory, end, clock.now());
  await file.keep(history);
  t.same(await new HistoryFile(path, clock).load(), noHistory, 'too early');
  clock.advance(5 * minute);
  await file.keep(history);
  t.same(await new HistoryFile(path, clock).load(), history);
  await writeFile(path, '{"minutes":');
  t.same(await new HistoryFile(path, clock).load(), noHistory, 'a broken file is an empty one');
});
