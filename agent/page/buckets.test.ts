/** The lists on the page, and the names of their schools. */
import t from 'tap';
import type { Problem } from '../model/watch.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { matrixOf } from './buckets.ts';
import { SchoolNames } from './school-names.ts';
import { ended, minute, type Scene, scene } from './testing/scene.ts';
import { scenes } from './testing/scenes.ts';

function made(name: string): Scene {
  const make = scenes[name];
  if (make === undefined) throw new TypeError(name);
  return make();
}

const some: Problem = { code: 'POWERSCHOOL_FAILED', message: 'It failed.', action: 'Wait.' };

t.test('shows what is held first, and includes what was never sent', async (t) => {
  const { board, parts } = made('held');
  const names = new Map([['1035', { name: 'Aspen', number: '1' }]]);
  const matrix = matrixOf(parts.buckets(), board.state, names);
  t.same(
    matrix.rows.slice(0, 3).map(({ schoolId, name, state }) => [schoolId, name, state]),
    [
      ['1021', undefined, 'stale'],
      ['1035', 'Aspen', 'stale'],
      ['1000', undefined, 'in step'],
    ],
  );
  t.same(matrix.states, { stale: 2, comparing: 1, unknown: 0, 'in step': 46 });
  t.equal(matrix.totals.school, 8);
  t.equal(matrix.rows.find(({ schoolId }) => schoolId === '1042')?.cells.teacher?.state, 'comparing');

  const fresh = scene(2);
  const of = () => matrixOf(fresh.parts.buckets(), fresh.board.state, new Map());
  t.equal(of().states.unknown, 13, 'claims nothing before the first comparison');
  fresh.board.watch({ moment: 'cycle.planned', buckets: ['student:1000', 'student:9'] });
  t.equal(of().states.comparing, 2);
  t.equal(of().rows.find(({ schoolId }) => schoolId === '9')?.cells.student?.records, 0);
  fresh.board.watch(ended({ outcome: 'failed', complete: false, problem: some }));
  t.equal(of().states.stale, 2, 'a broken-off cycle settles nothing');
  fresh.board.watch(ended());
  t.same(of().states, { stale: 0, comparing: 0, unknown: 0, 'in step': 13 });
});

t.test('reads names of schools when they are missing, but not over and over', async (t) => {
  const clock = new ManualClock();
  let reads = 0;
  let fails = true;
  const names = new SchoolNames(async () => {
    reads += 1;
    if (fails) throw new Error('no');
    return [{ kind: 'school', schoolId: 'district', id: '1', name: 'North', schoolNumber: '100' }];
  }, clock);
  t.equal(await names.learn(['district']), false, 'the district is not a school');
  t.equal(await names.learn(['1']), false);
  t.equal(await names.learn(['1']), false);
  t.equal(reads, 1);
  fails = false;
  clock.advance(10 * minute);
  t.equal(await names.learn(['1']), true);
  t.same(names.known.get('1'), { name: 'North', number: '100' });
  t.equal(await names.learn(['1', 'district']), false);
  t.equal(reads, 2);
});
