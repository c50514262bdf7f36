/** Authentication, and what it leaves in the log, in the database and in answers. */
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { createToken, listTokens, revokeToken, touchToken } from '../../store/tenants/api-tokens.ts';
import { addTenant, startTestRelay } from '../../testing/relay-double.ts';

const day = 86_400_000;

t.test('whatever is wrong with a token, the answer is the same', async (t) => {
  const relay = await startTestRelay(t.testdir());
  t.teardown(() => relay.close());
  const { id: tenantId } = await addTenant(relay, 'contoso');
  await addTenant(relay, 'fabrikam');
  const make = (now: Date) =>
    relay.store.withTenant(tenantId, (scope) => createToken(scope, { name: 'n', days: 90, by: 'kim' }, now));
  const [good, expired, revoked] = [
    await make(new Date()),
    await make(new Date(Date.now() - 91 * day)),
    await make(new Date()),
  ];
  await relay.store.system((scope) => revokeToken(scope, revoked.id, new Date()));
  const get = (path: string, authorization?: string) =>
    fetch(`${relay.url}/api/v1/${path}`, { headers: authorization === undefined ? {} : { authorization } });

  t.equal((await get('tenants/contoso/status', `Bearer ${good.token}`)).status, 200);
  const strange = `hallpass_${randomBytes(32).toString('base64url')}`;
  const wrong = [expired.token, revoked.token, strange, `${good.token}x`, '', good.id].map((one) => `Bearer ${one}`);
  const bodies = new Set<string>();
  for (const authorization of [...wrong, undefined, `Basic ${good.token}`]) {
    const answer = await get('tenants/contoso/status', authorization);
    t.equal(answer.status, 401);
    t.equal(answer.headers.get('www-authenticate'), 'Bearer');
    t.equal(answer.headers.get('cache-control'), 'no-store');
    bodies.add(await answer.text());
  }
  t.equal(bodies.size, 1, 'byte for byte');
  t.equal((await get(`tenants/contoso/status?token=${good.token}`)).status, 401, 'never from a URL');

  const other = await get('tenants/fabrikam/status', `Bearer ${good.token}`);
  const none = await get('tenants/nowhere/status', `Bearer ${good.token}`);
  t.same([other.status, none.status], [404, 404]);
  t.equal(
    (await other.text()).replaceAll('fabrikam', 'nowhere'),
    await none.text(),
    'the names of other districts stay secret',
  );

  const log = JSON.stringify(relay.events());
  t.notMatch(log, /hallpass_/, 'no token in the log, not even a wrong one');
  t.match(
    relay
      .events()
      .filter(({ event }) => event === 'api.request')
      .slice(0, 2),
    [
      { tenant: 'contoso', tokenId: good.id, route: '/api/v1/tenants/:slug/status', status: 200, ms: Number },
      { status: 401 },
    ],
  );
});

t.test('an address with too many refusals has to wait', async (t) => {
  const relay = await startTestRelay(t.testdir());
  t.teardown(() => relay.close());
  const get = () => fetch(`${relay.url}/api/v1/tenants/contoso/status`);
  for (let attempt = 0; attempt < 60; attempt += 1) await (await get()).text();
  const answer = await get();
  t.equal(answer.status, 429);
  t.match(answer.headers.get('retry-after'), /^\d+$/);
});

t.test('the last use is recorded once an hour', async (t) => {
  const relay = await startTestRelay(t.testdir());
  t.teardown(() => relay.close());
  const { id: tenantId } = await addTenant(relay, 'contoso');
  const { id, token } = await relay.store.withTenant(tenantId, (scope) =>
    createToken(scope, { name: 'n', days: 1, by: 'kim' }, new Date()),
  );
  const lastUse = async () => (await relay.store.withTenant(tenantId, listTokens))[0]?.lastUsedAt ?? '';
  const use = async () => {
    const headers = { authorization: `Bearer ${token}` };
    t.equal((await fetch(`${relay.url}/api/v1/tenants/contoso/holds`, { headers })).status, 200);
    return await lastUse();
  };
  const first = await use();
  t.match(first, /^2/);
  t.equal(await use(), first, 'not again within the hour');
  const longAgo = new Date(Date.now() - 3_600_001);
  await relay.store.withTenant(tenantId, (scope) => touchToken(scope, { id, lastUsedAt: first }, longAgo));
  t.ok((await use()) >= first, 'after an hour it is');
});
