/** More of the chaos than fits into the tests of every change, with histories that nobody has seen before. */
import { randomInt } from 'node:crypto';
import t from 'tap';
import type { SourceKind } from '../../agent/model/source.ts';
import { tryHistories } from './model.ts';
import { chaosSettings, long } from './settings.ts';
import { sweep } from './sweep.ts';

const { share, runs, seed, path } = chaosSettings(process.env, { ...long, seed: randomInt(1, 1_000_000_000) });
const sources = ['powerquery', 'rest'] as const satisfies SourceKind[];

for (const source of sources) {
  t.test(`faults of PowerSchool on requests of ${source}`, async (t) => {
    const { failures, cases, troubled } = await sweep(source, share[source]);
    t.comment(`${cases} faults, ${troubled} cycles in trouble`);
    t.same(failures, []);
    t.ok(troubled > cases / 4, 'the faults are faults');
  });

  t.test(`histories of ${source}`, async (t) => {
    t.comment(`${runs[source]} histories, HALLPASS_CHAOS_SEED=${seed}`);
    t.equal(await tryHistories({ source, runs: runs[source], seed, path }), undefined);
  });
}
