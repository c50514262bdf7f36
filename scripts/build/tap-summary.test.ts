import t from 'tap';
import { notableLines, summaryOf, summed } from './tap-summary.ts';

const output = `TAP version 14
# Subtest: a.test.ts
    ok 1 - works
    not ok 2 - should be equal
      ---
      diff: |
        -1
        +2
      ...
    ok 3 - later # SKIP Chromium is not installed
    1..3
not ok 1 - a.test.ts
# { total: 3, pass: 1, fail: 1, skip: 1 }
# time=12ms
`;

t.test('the count is the one that tap gives', async (t) => {
  t.same(summaryOf(output), { passed: 1, failed: 1, skipped: 1 });
  t.same(summaryOf('# { total: 3, pass: 3 }'), { passed: 3, failed: 0, skipped: 0 });
  t.equal(summaryOf('TAP version 14\nok 1 - a'), undefined, 'a run that was cut short has none');
});

t.test('failures are shown with their diagnosis, and skips with their reason', async (t) => {
  const lines = notableLines(output);
  t.ok(lines.some((line) => line.includes('+2')));
  t.ok(lines.some((line) => line.includes('# SKIP Chromium')));
  t.notOk(lines.some((line) => line.includes('works')));
});

t.test('runs are summed, and one that did not finish or tested nothing is a failure', async (t) => {
  const good = '# { total: 3, pass: 3 }';
  t.same(summed([output, good]), { passed: 4, failed: 1, skipped: 1 });
  t.same(summed([good, 'TAP version 14\nok 1 - a']), { passed: 3, failed: 1, skipped: 0 });
  t.same(summed([good, '# { total: 0, pass: 0 }']), { passed: 3, failed: 1, skipped: 0 });
});
