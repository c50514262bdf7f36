import t from 'tap';
import { didYouMean, nearest } from './nearest.ts';

t.test('finds what was meant despite typos, case and dashes, and nothing when nothing is near', async (t) => {
  const commands = ['status', 'schools', 'problems', 'profile', 'plan', 'domains', 'licenses'];
  for (const [given, meant] of [
    ['statsu', 'status'],
    ['Schols', 'schools'],
    ['problem', 'problems'],
    ['licences', 'licenses'],
    ['prof', 'profile'],
    ['PLAN', 'plan'],
  ] as const) {
    t.equal(nearest(given, commands), meant, given);
  }
  t.equal(nearest('frobnicate', commands), undefined);
  t.equal(nearest('xy', commands), undefined);
  t.equal(nearest('', commands), undefined);
  t.equal(nearest('student number', ['studentNumber', 'surname']), 'studentNumber');
  t.equal(nearest('maple school', ['Oak School', 'Maple School']), 'Maple School');
  t.equal(nearest('x'.repeat(100_000), commands), undefined, 'and takes little time for a page of text');
  t.equal(didYouMean('statu', commands), ' Did you mean "status"?');
  t.equal(didYouMean('zzz', commands), '');
});
