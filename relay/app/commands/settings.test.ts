/** Settings are in a file and their log is in the database: neither changes without the other. */
import t, { type Test } from 'tap';
import { systemClock } from '../../../shared/clock.ts';
import { loadSettings, type RelaySettings, saveSettings, storeFile } from '../../settings/settings.ts';
import { ofTheRelay, readAudit } from '../../store/audit/audit.ts';
import { openStore, type Store } from '../../store/store.ts';
import { addTenant } from '../../testing/relay-double.ts';
import type { Actor } from '../actor.ts';
import { changeSettings } from './settings.ts';

const kim: Actor = { kind: 'terminal', user: 'kim', note: 'Ticket 4711' };

const keepFor = (keepDays: number) => (before: RelaySettings) => ({ ...before, journal: { keepDays } });

async function setUp(t: Test) {
  const home = t.testdir();
  const store = await openStore(storeFile(home));
  t.teardown(() => store.close());
  return { home, store, clock: systemClock };
}

t.test("a change is in the relay's own log and in every district's", async (t) => {
  const context = await setUp(t);
  const { store, home, clock } = context;
  const { id } = await addTenant({ store }, 'contoso');
  await changeSettings(context, kim, keepFor(30));
  await changeSettings({ home, clock }, kim, keepFor(31));
  await changeSettings({ home, clock }, kim, keepFor(31));
  for (const tenantId of [ofTheRelay, id]) {
    const entries = await store.readTenant(tenantId, (scope) => readAudit(scope, { limit: 9 }));
    t.match(entries, [
      {
        action: 'settings.change',
        detail: { changes: { journal: { before: { keepDays: 30 }, after: { keepDays: 31 } } } },
      },
      { action: 'settings.change', who: 'kim', note: 'Ticket 4711', detail: { changes: { journal: {} } } },
    ]);
    t.equal(entries.length, 2, 'a change without effect does not count');
  }
});

t.test('when two people change settings at once, one of them is told', async (t) => {
  const context = await setUp(t);
  const { store, home } = context;
  const slow: Store = {
    ...store,
    async system(fn) {
      await saveSettings(home, keepFor(50)(await loadSettings(home)));
      return await store.system(fn);
    },
  };
  await t.rejects(changeSettings({ ...context, store: slow }, kim, keepFor(30)), {
    code: 'PRECONDITION_FAILED',
    message: /^The settings are not in the version/,
  });
  t.equal((await loadSettings(home)).journal.keepDays, 50);
});

t.test('does not change what it cannot log', async (t) => {
  const context = await setUp(t);
  const store: Store = {
    ...context.store,
    system: () => Promise.reject(new Error('the disk is full')),
  };
  await t.rejects(changeSettings({ ...context, store }, kim, keepFor(30)), { message: 'the disk is full' });
  t.equal((await loadSettings(context.home)).journal.keepDays, 400);
});
