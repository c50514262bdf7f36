/** What blocks of the page say, without a browser. */
import t from 'tap';
import type { Check } from '../../check/finding.ts';
import { notTried } from '../../check/step.ts';
import { modelOf } from '../model.ts';
import { minute, type Scene } from '../testing/scene.ts';
import { scenes } from '../testing/scenes.ts';
import { bucketSummaryBlock } from './buckets.ts';
import { checksBlock } from './checks.ts';
import { leftOutBlock } from './left-out.ts';
import { pathBlock } from './verdict.ts';

function made(name: string): Scene {
  const make = scenes[name];
  if (make === undefined) throw new TypeError(name);
  return make();
}

t.test('counts name their unit, and an old answer is not shown beside "connected"', async (t) => {
  const blocks = (name: string) => {
    const { parts } = made(name);
    const model = modelOf(parts, undefined, { work: true, bundle: false });
    return { summary: bucketSummaryBlock(model), path: pathBlock(model) };
  };
  const { summary } = blocks('working');
  t.match(summary, /37 lists in step/, 'six schools with six kinds each, and the list of schools');
  t.match(summary, /<li>6 schools<\/li>/);
  t.match(summary, /Each school has one list of each kind of record/);
  t.match(blocks('working').path, /31 ms &middot; answered/, 'shows a fresh answer');
  const stale = blocks('unreachable').path;
  t.notMatch(stale, /passed|answered .*9 minutes.*Relay/s, 'hides a stale answer while the connection is open');
  t.match(stale, /kept open by pings/);
  t.match(stale, /answered <time/, 'shows the last success of what is broken');
  t.notMatch(blocks('paused').path, /\banswers\b/, 'nobody is asked during a pause');
});

t.test('shows when checks ran, and marks those not run as neither good nor bad', async (t) => {
  const results: Check[] = [
    { name: 'powerschool.dns', status: 'fail', fact: 'Not found.', action: 'Check the name.' },
    notTried('powerschool.tls', 'powerschool.dns'),
    notTried('powerschool.token', 'powerschool.dns'),
  ];
  const { parts } = made('working');
  const model = modelOf(parts, undefined, { work: true, bundle: false });
  const shown = checksBlock({ ...model, checks: { running: false, at: model.now - 5 * minute, results } });
  t.match(shown, /1 failure and 0 warnings in 3 steps; 2 not tried because of them, <time datetime="20\d\d-/);
  t.match(shown, /<li class="is-quiet">.*not tried/s);
  t.notMatch(shown, /is-troubled|>warning</);
  t.match(
    checksBlock({ ...model, checks: { running: true, at: model.now, results } }),
    /Running since <time datetime=/,
  );
});

t.test('lists left-out rows with the page on which each is corrected', async (t) => {
  const shown = leftOutBlock(modelOf(made('leftOut').parts, undefined, { work: true, bundle: false }));
  t.match(shown, /3 rows cannot become a record/);
  t.match(shown, /SECTIONS 980|section 980/i);
  t.notMatch(shown, /class="hint"/, 'for eyes, too');
});
