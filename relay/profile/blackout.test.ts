/** Blackouts: their days are whole and inclusive, in the district's time zone. */
import t from 'tap';
import { blackoutOn } from './blackout.ts';
import { districtTime, noDates, reasonToRest, scheduleSchema } from './life.ts';

const exams = { id: 'exams', from: '2026-12-14', to: '2026-12-18', reason: 'Final exams' };
const move = { id: 'move', from: '2026-12-17', to: '2026-12-22', reason: 'New servers' };

t.test('the first and the last day belong to it; of two the longer one is named', async (t) => {
  const on = (date: string) => blackoutOn(date, [exams, move])?.id;
  t.same(['2026-12-13', '2026-12-14', '2026-12-18', '2026-12-22', '2026-12-23'].map(on), [
    ...[undefined, 'exams', 'move', 'move', undefined],
  ]);
});

t.test('an enabled profile rests in it, whatever its own dates and hours say', async (t) => {
  const profile = { dates: noDates, schedule: scheduleSchema.parse(undefined) };
  // 23:59 and midnight in Chicago.
  const at = (utc: string) => reasonToRest(profile, districtTime(Date.parse(utc), 'America/Chicago'), [exams]);
  t.equal(at('2026-12-14T05:59:00Z'), undefined);
  t.equal(at('2026-12-14T06:00:00Z'), 'there is a blackout through 2026-12-18 (Final exams)');
  t.equal(at('2026-12-19T05:59:00Z'), 'there is a blackout through 2026-12-18 (Final exams)');
  t.equal(at('2026-12-19T06:00:00Z'), undefined);
});
