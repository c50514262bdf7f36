import t from 'tap';
import { guardSchema } from './guards.ts';
import { quarantineFor, type RunOutcome, type StandingFacts, standingOf } from './standing.ts';

t.test("a profile's standing matches Microsoft's article", (t) => {
  const good = { state: 'success', held: 0, failed: 0, problems: 0 };
  const facts: StandingFacts = { state: 'enabled', quarantined: false, hasRoster: true, lastRun: good };
  const cases: [Partial<StandingFacts>, string][] = [
    [{}, 'success'],
    [{ hasRoster: false }, 'setting up'],
    [{ lastRun: undefined }, 'setting up'],
    [{ state: 'preview' }, 'preview'],
    [{ lastRun: { ...good, state: 'running' } }, 'in progress'],
    [{ lastRun: { ...good, state: 'cancelled' } }, 'in progress'],
    [{ lastRun: { ...good, state: 'preview' } }, 'in progress'],
    [{ lastRun: { ...good, state: 'failed' } }, 'failing'],
    [{ lastRun: { ...good, state: 'errors', problems: 3 } }, 'success with errors'],
    [{ lastRun: { ...good, state: 'errors', problems: 3, held: 1 } }, 'held'],
    [{ quarantined: true, lastRun: { ...good, state: 'failed' } }, 'quarantined'],
    [{ quarantined: true, state: 'paused' }, 'paused'],
    [{ quarantined: true, state: 'preview' }, 'preview'],
  ];
  for (const [change, standing] of cases)
    t.equal(standingOf({ ...facts, ...change }), standing, JSON.stringify(change));
  t.end();
});

t.test('too many problems, or failures that only a person can fix, cause a quarantine', (t) => {
  const limits = guardSchema.parse({ quarantine: { problems: 10, failures: 3, hours: 6 } });
  const where = { tenant: 'contoso', profile: 'p', now: '2026-09-01T08:00:00Z' };
  const judge = (last: RunOutcome | undefined, count = 0, since?: string) =>
    quarantineFor(limits, last, { count, since }, where);
  const failed: RunOutcome = { state: 'failed', problems: 0, error: { message: 'No consent.', retry: 'fix' } };
  const ended = (problems: number): RunOutcome => ({ state: 'errors', problems, error: undefined });
  t.equal(judge(undefined), undefined);
  t.equal(judge(ended(10)), undefined);
  t.match(judge(ended(11)), { code: 'QUARANTINED_BY_PROBLEMS', message: /found 11 problems, more than 10/ });
  t.equal(judge(failed, 500, '2026-09-01T02:00:01Z'), undefined, 'edits alone cause many runs');
  t.equal(judge(failed, 2, '2026-08-01T02:00:00Z'), undefined, 'a relay that was off for a long time has tried little');
  t.match(judge(failed, 3, '2026-09-01T02:00:00Z'), {
    code: 'QUARANTINED_BY_FAILURES',
    message: /last 3 runs failed, since 2026-09-01T02:00:00Z\. No consent\.$/,
    action: /ends on its own/,
    since: where.now,
  });
  t.equal(guardSchema.parse(undefined).quarantine.problems, 15_000);
  t.end();
});
