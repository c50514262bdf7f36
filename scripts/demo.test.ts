import t from 'tap';
import { arrives } from './demo/testing/started.ts';

t.test('with accounts and teams that are made, a small district arrives in Microsoft 365, and so do five edits', (t) =>
  arrives(t, 'create'),
);
