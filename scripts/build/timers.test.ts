import { fileURLToPath } from 'node:url';
import t from 'tap';
import { complaints, programSources, timersIn, waits } from './timers.ts';

const sources = programSources(fileURLToPath(new URL('../..', import.meta.url)));

t.test('what repeats in the background is a loop of shared/service.ts', async (t) => {
  t.same(complaints(sources), []);
  t.ok(sources.size > 400, `${sources.size} files are looked at`);
  t.same(
    Object.keys(waits).filter((file) => !sources.has(file)),
    [],
    'every place of the list is there',
  );
});

t.test('another timer is found, wherever it is written', async (t) => {
  const found = (file: string, source: string) => complaints(new Map([[file, source]]));
  t.match(found('relay/new.ts', 'setInterval(() => look(), 1000);'), [/repeats by setInterval/]);
  t.match(found('relay/new.ts', "import { setInterval as every } from 'node:timers/promises';"), [/repeats/]);
  for (const source of [
    'for (;;) await clock.sleep(1000);',
    'function look() { setTimeout(look, 1000); }',
    "import { setTimeout as wait } from 'node:timers/promises';",
    'while (true) await scheduler.wait(1000);',
  ])
    t.match(found('relay/new.ts', source), [/startLoop/], source);
  const file = 'relay/graph/token-bucket.ts';
  t.match(
    found(file, `${sources.get(file)}\nfor (;;) await clock.sleep(1);`),
    [/has 2 timers/],
    'one more in a known place',
  );
  t.same(timersIn('/** setInterval(1) */\n  // setTimeout(1)\n'), { repeating: 0, single: 0 });
});
