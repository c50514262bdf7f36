import t from 'tap';
import { openFreshStore } from '../../testing/fresh-store.ts';
import { createTenant } from '../tenants/system.ts';
import { applyDirectoryChanges, putAccounts, readDirectory, readDirectoryState } from './mirror.ts';

const now = '2026-12-01T08:00:00.000Z';

async function open(t: Pick<typeof import('tap').default, 'teardown'>) {
  const store = await openFreshStore(':memory:');
  t.teardown(() => store.close());
  const contoso = { slug: 'contoso', name: 'Contoso', graphTenantId: '11111111-1111-4111-8111-111111111111' };
  const { id } = await store.system((scope) => createTenant(scope, contoso, new Date(now)));
  return { store, id };
}

function account(id: number) {
  return {
    id: `object ${id}`,
    userPrincipalName: `u${id}@contoso.com`,
    mail: `m${id}@contoso.com`,
    mailNickname: `u${id}`,
  };
}

t.test('a delta keeps what it does not name, of more accounts than fit one statement', async (t) => {
  const { store, id } = await open(t);
  const all = Array.from({ length: 1500 }, (_, at) => account(at));
  const position = { deltaLink: 'first', selected: 'id' };
  await store.withTenant(id, (scope) =>
    applyDirectoryChanges(scope, { ...position, full: true, upserts: all, deletes: [] }, now),
  );
  const upserts = all.map(({ id }) => ({ id, mail: null }));
  const deletes = ['object 7'];
  await store.withTenant(id, (scope) =>
    applyDirectoryChanges(
      scope,
      { deltaLink: 'next', selected: 'id', full: false, upserts: upserts.slice(8), deletes },
      now,
    ),
  );
  const users = await store.withTenant(id, readDirectory);
  t.equal(users.length, 1499);
  t.match(
    users.find((user) => user.id === 'object 1499'),
    { userPrincipalName: 'u1499@contoso.com', mail: null },
  );
  t.match(
    users.find((user) => user.id === 'object 6'),
    { mail: 'm6@contoso.com' },
  );
});

t.test('accounts that were put before the link moved are read once more after a kill', async (t) => {
  const { store, id } = await open(t);
  await store.withTenant(id, (scope) => putAccounts(scope, [account(1)], true));
  t.equal((await store.withTenant(id, readDirectory)).length, 1);
  t.equal((await store.withTenant(id, readDirectoryState)).position, undefined);
});
