/** The way to the provider: by the proxy for every request, and with what it last said of itself while it does not answer. */
import { once } from 'node:events';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { startSignInSimulator } from '../../scripts/simulators/sign-in/provider.ts';
import { systemClock } from '../../shared/clock.ts';
import { TestBrowser } from '../testing/browser.ts';
import { openProvider } from './provider.ts';

const callback = 'http://127.0.0.1:9/console/sign-in/callback';
const client = { clientId: 'hallpass', secret: 'kept-to-itself', authorities: null, document: null };
const simulator = await startSignInSimulator({
  ...{ port: 0, clientId: client.clientId, clientSecret: client.secret, redirectUris: [callback] },
  accounts: [{ id: 'sam', name: 'Sam Reed', email: 'sam@contoso.edu' }],
});
t.teardown(() => simulator.close());

t.test('description, token and keys all go by the proxy', async (t) => {
  const passed: string[] = [];
  const proxy = createServer((request, response) => {
    passed.push(`${request.method} ${new URL(request.url ?? '').pathname}`);
    const { method, headers } = request;
    const onward = forward(request.url ?? '', { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.teardown(() => proxy.close());
  const { port } = proxy.address() as AddressInfo;

  const seen: string[] = [];
  const provider = await openProvider(
    { ...client, issuer: simulator.issuer },
    {
      clock: systemClock,
      proxies: { HTTP_PROXY: `http://127.0.0.1:${port}` },
      seen: async (document) => void seen.push(document),
    },
  );
  const { address, verifier } = await provider.start({ state: 's', nonce: 'n', callback, isFresh: false });
  const browser = new TestBrowser(simulator.issuer);
  const page = await browser.follow(await browser.get(address));
  const back = await browser.follow(await browser.submit(page, '/interaction/', { account: 'sam' }), /callback/);
  const code = new URL(back.location).searchParams.get('code') ?? '';
  const who = await provider.finish({ code, verifier, callback, nonce: 'n', now: new Date() });
  t.strictSame(who, { authority: simulator.issuer, subject: 'sam', name: 'Sam Reed', email: 'sam@contoso.edu' });
  t.strictSame(passed, ['GET /.well-known/openid-configuration', 'POST /token', 'GET /jwks']);
  t.equal(seen.length, 1, 'is kept once');

  // Another relay, or this one after a restart, while the provider is behind a proxy that is down.
  const down = { HTTP_PROXY: 'http://127.0.0.1:9' };
  const settings = { ...client, issuer: simulator.issuer, document: seen[0] ?? null };
  const again = await openProvider(settings, { clock: systemClock, proxies: down, seen: async () => undefined });
  t.equal((await again.document()).issuer, simulator.issuer);
  const finishing = again.finish({ code, verifier, callback, nonce: 'n', now: new Date() });
  await t.rejects(finishing, { code: 'SIGN_IN_PROVIDER_UNREACHABLE', message: /nothing listens there/ });
  const fresh = await openProvider(
    { ...settings, document: null },
    { clock: systemClock, proxies: down, seen: async () => undefined },
  );
  await t.rejects(fresh.document(), { code: 'SIGN_IN_PROVIDER_UNREACHABLE' });
});
