/** The other half of demo.test.ts, which takes as long again. */
import t from 'tap';
import { arrives } from './demo/testing/started.ts';

t.test('with accounts that are there, a small district arrives in Microsoft 365, and so do five edits', (t) =>
  arrives(t, 'match'),
);
