import t from 'tap';
import { tryHistories } from './model.ts';
import { chaosSettings } from './settings.ts';

t.test('whatever happens, the next clean cycle brings everybody together, read through /ws/v1', async (t) => {
  const { runs, seed, path } = chaosSettings(process.env);
  t.comment(`${runs.rest} histories, HALLPASS_CHAOS_SEED=${seed}`);
  t.equal(await tryHistories({ source: 'rest', runs: runs.rest, seed, path }), undefined);
});
