/** Whose turn it is, and how much of PowerSchool's time may be used. */
import fc from 'fast-check';
import t from 'tap';
import type { Probe } from '../../model/probe.ts';
import { Allowance, type Candidate, lastTurnOf, readAtOf, takeTurns, turnEntry } from './turns.ts';

t.test('the school that has waited longest comes first, as far as the allowance reaches', async (t) => {
  const allowance = new Allowance(0.01);
  allowance.advance(1_000_000);
  const schools = [
    { schoolId: 'new', readAt: 900, costMs: 400 },
    { schoolId: 'old', readAt: 100, costMs: 400 },
    { schoolId: 'older', readAt: 50, costMs: 400 },
  ];
  t.same([...takeTurns(schools, allowance)], [], 'nothing is saved up before the first time');
  allowance.advance(1_000_000 + 60_000);
  t.same([...takeTurns(schools, allowance)], ['older'], '600 ms of a minute are enough for one');
  allowance.advance(1_000_000 + 120_000);
  t.same([...takeTurns(schools, allowance)], ['older', 'old']);
  allowance.spend(5000);
  allowance.advance(1_000_000 + 300_000);
  t.same([...takeTurns(schools, allowance)], [], 'the others pay for an urgent turn');
});

t.test('turns never take more than their share of the time, and every school gets its turn', async (t) => {
  const cost = fc.integer({ min: 1, max: 60_000 });
  const steps = fc.array(fc.integer({ min: 1000, max: 7_200_000 }), { minLength: 1, maxLength: 60 });
  const property = fc.property(fc.array(cost, { minLength: 1, maxLength: 12 }), steps, (costs, waits) => {
    const share = 0.01;
    const allowance = new Allowance(share);
    const readAt = new Map<string, number>();
    let now = 0;
    let spent = 0;
    allowance.advance(now);
    for (const wait of waits) {
      now += wait;
      allowance.advance(now);
      const candidates: Candidate[] = costs.map((costMs, index) => ({
        ...{ schoolId: String(index), readAt: readAt.get(String(index)), costMs },
      }));
      for (const schoolId of takeTurns(candidates, allowance)) {
        spent += costs[Number(schoolId)] ?? 0;
        readAt.set(schoolId, now);
      }
      // A school that costs more than can be saved up goes into debt.
      if (spent > now * share + Math.max(...costs)) return false;
    }
    return true;
  });
  t.doesNotThrow(() => fc.assert(property));

  const allowance = new Allowance(0.01);
  const turns = new Set<string>();
  for (let now = 0; now < 40 * 3_600_000; now += 60_000) {
    allowance.advance(now);
    const candidates = ['1', '2', '3'].map((schoolId) => ({
      schoolId,
      readAt: turns.has(schoolId) ? now : 0,
      costMs: 90_000,
    }));
    for (const schoolId of takeTurns(candidates, allowance)) turns.add(schoolId);
  }
  t.same([...turns].sort(), ['1', '2', '3'], 'even schools that cost more than an hour saves');
});

t.test("a bucket's entry says when it was read", async (t) => {
  t.equal(readAtOf(turnEntry(5, 1_700_000_000)), 1_700_000_000);
  const again = turnEntry(5, 1_700_000_000, turnEntry(5, 1_700_000_000));
  t.equal(readAtOf(again), 1_700_000_001, 'never the same twice, however fast');
  t.equal(readAtOf({ records: 5, hash: '123456' }), undefined, "a PowerQuery's hash is not a time");
  t.equal(readAtOf(undefined), undefined);
  const probe: Probe = new Map([
    ['student:1', turnEntry(5, 20)],
    ['section:1', turnEntry(5, 10)],
    ['section:2', turnEntry(5, 5)],
  ]);
  t.equal(lastTurnOf('1', probe), 10);
  t.equal(lastTurnOf('3', probe), undefined);
});
