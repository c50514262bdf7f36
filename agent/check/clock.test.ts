import t from 'tap';
import type { Check } from './check.ts';
import { clockCheck } from './clock.ts';

t.test("judges clocks by the relay's, with the limit at which the relay refuses tokens", async (t) => {
  const cases: [Parameters<typeof clockCheck>[0], Check['status'], RegExp][] = [
    [{}, 'warn', /No other clock/],
    [{ relay: 900, powerschool: -900 }, 'pass', /in step with the relay's/],
    [{ relay: 30_001 }, 'warn', /30 s behind the relay's/],
    [{ relay: 30_000 }, 'pass', /30 s behind/],
    [{ relay: -60_001 }, 'warn', /60 s ahead of the relay's.*uses the relay's clock/],
    [{ relay: -86_400_001 }, 'fail', /1440 min ahead/],
    [{ powerschool: 61_000 }, 'warn', /behind PowerSchool's\.$/],
    [{ relay: 0, powerschool: 3_600_000 }, 'warn', /PowerSchool's clock is 60 min ahead/],
  ];
  for (const [skews, status, fact] of cases) t.match(clockCheck(skews), { name: 'clock', status, fact });
});
