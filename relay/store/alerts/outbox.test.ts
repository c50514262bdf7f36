/** The outbox: one message for all districts of a cause, and the same message again for whoever was killed while sending. */
import t from 'tap';
import type { Alert } from '../../model/alert.ts';
import { openFreshStore } from '../../testing/fresh-store.ts';
import { addTenant } from '../../testing/relay-double.ts';
import { ofTheRelay } from '../audit/audit.ts';
import { removeTenant } from '../tenants/tenants.ts';
import { unresolvedAlerts, writeAlerts } from './alerts.ts';
import { addChannel, removeChannel } from './channels.ts';
import { nextDue, noteSent, noteUnsent, takeDue } from './outbox.ts';

const nowMs = Date.parse('2026-12-01T12:00:00Z');
const now = new Date(nowMs).toISOString();
const minuteMs = 60_000;

t.test('messages are taken once, and again when nobody said what became of them', async (t) => {
  const store = await openFreshStore(':memory:');
  t.teardown(() => store.close());
  const tenants = [await addTenant({ store }, 'contoso'), await addTenant({ store }, 'fabrikam')];
  const channel = {
    ...({ id: 'c', name: 'on-call', kind: 'webhook', target: 'x', sealed: 'y', by: 'kim' } as const),
    ...({ readers: ['operator'], causes: null, quiet: [], timeZone: null } as const),
  };
  await store.withTenant(ofTheRelay, (scope) => addChannel(scope, channel, new Date(nowMs)));
  for (const { id, slug } of tenants) {
    const alert: Alert = {
      ...{ id: `of ${slug}`, key: 'held', cause: 'held', count: 3, sentence: 'Three.', action: 'Look.' },
      ...{ readers: ['operator'], since: now, openedAt: now, toldAt: now, toldCount: 3, repeats: 0 },
      ...{ goneSince: null, resolvedAt: null },
    };
    const notice = {
      alertId: alert.id,
      channelId: 'c',
      event: 'opened',
      number: 0,
      dueAt: now,
      state: 'waiting',
    } as const;
    await store.withTenant(id, (scope) =>
      writeAlerts(scope, { kept: [alert], dropped: [], add: [notice], cancel: [] }),
    );
    await t.rejects(
      store.withTenant(id, (scope) => {
        const twin = { ...alert, id: 'another' };
        return writeAlerts(scope, { kept: [twin], dropped: [], add: [], cancel: [] });
      }),
      /unique/i,
      'a cause has one open alert, whoever looks at once with another',
    );
    t.same(await store.readTenant(id, unresolvedAlerts), [alert]);
  }
  const take = (ms: number) => store.system((scope) => takeDue(scope, ms));
  t.equal(await store.readSystem(nextDue), now);
  t.same(await take(nowMs - 1), [], 'not due yet');
  const [first, ...more] = await take(nowMs);
  if (first === undefined) return t.fail('nothing was taken');
  t.same(more, []);
  t.same(first.message.alerts.map(({ district }) => district?.slug).sort(), ['contoso', 'fabrikam']);
  t.same(await take(nowMs + minuteMs), [], 'somebody sends it');
  const [again] = await take(nowMs + 4 * minuteMs);
  t.match(again, { attempts: 2, firstAt: now, message: { id: first.message.id } }, 'it was killed');

  const later = new Date(nowMs + 10 * minuteMs).toISOString();
  await store.system((scope) => noteUnsent(scope, first.message.id, later));
  t.equal(await store.readSystem(nextDue), later);
  t.same(await take(nowMs + 9 * minuteMs), []);
  t.match(await take(nowMs + 10 * minuteMs), [{ attempts: 3, message: { id: first.message.id } }]);
  const [contoso] = tenants;
  await store.withTenant(contoso?.id ?? '', removeTenant);
  await store.system((scope) => noteUnsent(scope, first.message.id, later));
  const [rest] = await take(nowMs + 10 * minuteMs);
  t.same(
    rest?.message.alerts.map(({ district }) => district?.slug),
    ['fabrikam'],
    'nothing is told of a district that is gone',
  );
  await store.system((scope) => noteSent(scope, first.message.id, later));
  t.same(await take(nowMs + 99 * minuteMs), []);
  t.equal(await store.readSystem(nextDue), undefined);
  await store.withTenant(ofTheRelay, (scope) => removeChannel(scope, 'c'));
});
