import t from 'tap';
import { tryHistories } from './model.ts';
import { chaosSettings } from './settings.ts';

t.test(
  "whatever happens, the next clean cycle brings everybody together, read through the plugin's queries",
  async (t) => {
    const { runs, seed, path } = chaosSettings(process.env);
    t.comment(`${runs.powerquery} histories, HALLPASS_CHAOS_SEED=${seed}`);
    t.equal(await tryHistories({ source: 'powerquery', runs: runs.powerquery, seed, path }), undefined);
  },
);
