/** The provider, and what it last said of itself, while it does not answer. The way by a proxy: network/proxy.test.ts. */
import t from 'tap';
import { startSignInSimulator } from '../../scripts/simulators/sign-in/provider.ts';
import { systemClock } from '../../shared/clock.ts';
import { TestBrowser } from '../testing/browser.ts';
import { openProvider } from './provider.ts';

const callback = 'http://127.0.0.1:9/console/sign-in/callback';
const client = { clientId: 'hallpass', secret: 'kept-to-itself', authorities: null, document: null };

t.test('a description that was read once is enough until the provider answers again', async (t) => {
  const simulator = await startSignInSimulator({
    ...{ port: 0, clientId: client.clientId, clientSecret: client.secret, redirectUris: [callback] },
    accounts: [{ id: 'sam', name: 'Sam Reed', email: 'sam@contoso.edu' }],
  });
  const { issuer } = simulator;
  const seen: string[] = [];
  const provider = await openProvider(
    { ...client, issuer },
    { clock: systemClock, proxies: {}, seen: async (document) => void seen.push(document) },
  );
  const { address, verifier } = await provider.start({ state: 's', nonce: 'n', callback, isFresh: false });
  const browser = new TestBrowser(issuer);
  const page = await browser.follow(await browser.get(address));
  const back = await browser.follow(await browser.submit(page, '/interaction/', { account: 'sam' }), /callback/);
  const code = new URL(back.location).searchParams.get('code') ?? '';
  const who = await provider.finish({ code, verifier, callback, nonce: 'n', now: new Date() });
  t.strictSame(who, { authority: issuer, subject: 'sam', name: 'Sam Reed', email: 'sam@contoso.edu' });
  t.equal(seen.length, 1, 'is kept once');
  await simulator.close();

  // Another relay, or this one after a restart.
  const context = { clock: systemClock, proxies: {}, seen: async () => undefined };
  const again = await openProvider({ ...client, issuer, document: seen[0] ?? null }, context);
  t.equal((await again.document()).issuer, issuer);
  const finishing = again.finish({ code, verifier, callback, nonce: 'n', now: new Date() });
  await t.rejects(finishing, { code: 'SIGN_IN_PROVIDER_UNREACHABLE', message: /nothing listens there/ });
  const fresh = await openProvider({ ...client, issuer }, context);
  await t.rejects(fresh.document(), { code: 'SIGN_IN_PROVIDER_UNREACHABLE' });
});
