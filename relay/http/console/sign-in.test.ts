/** Signing in by a real OpenID provider: the way there and back, what is forged on it, and a provider that is down. */
import t from 'tap';
import { startSignInSimulator } from '../../../scripts/simulators/sign-in/provider.ts';
import { freshMs } from '../../app/commands/sessions.ts';
import { setSignInProvider } from '../../app/commands/sign-in-provider.ts';
import { invite } from '../../app/commands/users.ts';
import type { UserRole } from '../../model/user-role.ts';
import { linkIn, type Seen, TestBrowser } from '../../testing/browser.ts';
import { consoleSetting } from '../../testing/console.ts';
import { addTenant } from '../../testing/relay-double.ts';

const terminal = { kind: 'terminal', user: 'kim' } as const;
const tid = '6fd2c87f-b296-42f0-b197-1e91e994b900';
const accounts = [
  { id: 'sam', name: 'Sam Reed', email: 'sam@contoso.edu', tid, oid: '11111111-2222-4333-8444-555555555555' },
  { id: 'dana', name: 'Dana Cole', email: 'dana@contoso.edu' },
  { id: 'eve', name: 'Eve Moss', email: 'eve@elsewhere.org' },
];
const credentials = { clientId: 'hallpass', secret: 'kept-to-itself', authorities: null };

// One relay and one provider for the file. The relay's clock lags until time passes: the provider's is the computer's.
const { relay, clock, enter } = await consoleSetting(t, { now: Date.now() - freshMs });
const context = { home: relay.home, store: relay.store, clock, proxies: {}, signal: new AbortController().signal };
const callback = `${relay.url}/console/sign-in/callback`;
const provider = await startSignInSimulator({
  ...{ port: 0, clientId: credentials.clientId, clientSecret: credentials.secret, redirectUris: [callback], accounts },
});
t.teardown(() => provider.close());
await addTenant(relay, 'contoso');
await addTenant(relay, 'fabrikam');

async function codeFor(role: UserRole, tenant?: string): Promise<string> {
  return (await invite(context, terminal, { role, tenant, label: 'somebody' })).secret;
}

/** Goes to the provider, chooses an account if asked, and stops before the answer is brought back. */
async function toCallback(browser: TestBrowser, account: string, start = '/console/sign-in/start'): Promise<string> {
  const page = await browser.follow(await browser.get(start), /sign-in\/callback/);
  if (page.location !== '') return page.location;
  const chosen = await browser.submit(page, '/interaction/', { account });
  return (await browser.follow(chosen, /sign-in\/callback/)).location;
}

async function signIn(browser: TestBrowser, account: string, start?: string): Promise<Seen> {
  return await browser.follow(await browser.get(await toCallback(browser, account, start)));
}

async function accept(browser: TestBrowser, account: string, code: string): Promise<Seen> {
  const leading = await browser.submit(await browser.get('/console/link'), '/link', { code });
  return await signIn(browser, account, linkIn(leading, provider.issuer));
}

t.test('before a provider is set, pages say how to get in', async (t) => {
  const page = await new TestBrowser(relay.url).get('/console/sign-in');
  t.match(page.body, /knows no sign-in provider yet.*hallpass-relay sign-in provider/s);
  t.match(await new TestBrowser(relay.url).get('/console/sign-in/start'), { status: 503, body: /SIGN_IN_NOT_SET_UP/ });
});

t.test('an operator sets the provider at the console, and it is asked first', async (t) => {
  const browser = await enter();
  const page = await browser.get('/console/sign-in-provider');
  t.match(page.body, /Nobody can sign in yet/);
  t.ok(page.body.includes(callback));
  const { clientId, secret } = credentials;
  const wrong = await browser.submit(page, '/set', { issuer: `${provider.issuer}/none`, clientId, secret });
  t.match(wrong, { status: 503, body: /SIGN_IN_PROVIDER_UNREACHABLE/ });
  const other = await browser.submit(page, '/set', { issuer: `${provider.issuer}/`, clientId, secret: '' });
  t.match(other, { status: 422, body: /RELAY_SETTING_INVALID/ });
  const set = await browser.submit(page, '/set', { issuer: provider.issuer, clientId, secret });
  const after = await browser.follow(set);
  t.match(after.body, /People sign in by 127\.0\.0\.1:/);
  t.notMatch(after.body, secret, 'the secret is not shown');
});

t.test('an invitation gives a role to whoever accepts it, once', async (t) => {
  const code = await codeFor('admin', 'contoso');
  const sam = new TestBrowser(relay.url);
  const landed = await accept(sam, 'sam', code);
  t.equal(new URL(landed.url).pathname, '/console/districts/contoso/microsoft', 'what there is to grant comes first');
  const me = await sam.get('/console/me');
  t.match(me.body, /You are Sam Reed\..*sam@contoso\.edu.*District admin<\/strong> in <a [^>]+>contoso schools/s);
  t.equal((await sam.get('/console/districts/fabrikam')).status, 404);
  const stored = await relay.store.system(({ db }) =>
    db.selectFrom('console_user').select(['authority', 'subject']).where('name', '=', 'Sam Reed').execute(),
  );
  t.strictSame(
    stored.map((row) => ({ ...row })),
    [{ authority: provider.issuer, subject: 'sam' }],
    'tid counts for its issuer alone',
  );

  const eve = new TestBrowser(relay.url);
  const again = await eve.submit(await eve.get('/console/link'), '/link', { code });
  t.match(again, { status: 403, body: /SIGN_IN_LINK_INVALID/ });
  const users = await sam.get('/console/districts/contoso/users');
  t.match(users.body, /Sam Reed/);
});

t.test('whoever was not invited is told so, and is nobody', async (t) => {
  const eve = new TestBrowser(relay.url);
  const seen = await signIn(eve, 'eve');
  t.match(seen, { status: 403, body: /eve@elsewhere\.org.*SIGN_IN_NOT_INVITED/s });
  t.equal((await eve.get('/console/me')).status, 302);
  const known = await relay.store.system(({ db }) =>
    db.selectFrom('console_user').select('id').where('name', '=', 'Eve Moss').execute(),
  );
  t.equal(known.length, 0);
});

t.test('leads to the page that somebody wanted, and to no other site', async (t) => {
  const sam = new TestBrowser(relay.url);
  const path = '/console/districts/contoso/users';
  const first = await sam.get(path);
  t.equal(first.location, `${relay.url}/console/sign-in?return=${encodeURIComponent(path)}`);
  const page = await sam.get(first.location);
  const start = linkIn(page, '/console/sign-in/start');
  t.equal((await signIn(sam, 'sam', start)).url, `${relay.url}${path}`);
  for (const evil of [
    'https://evil.example/',
    '//evil.example/console/',
    '/\\evil.example/console/',
    '/console/../../x',
    'javascript:1',
  ]) {
    const browser = new TestBrowser(relay.url);
    const end = await signIn(browser, 'sam', `/console/sign-in/start?return=${encodeURIComponent(evil)}`);
    t.equal(end.url, `${relay.url}/console/`, evil);
  }
});

t.test('several tabs sign in side by side', async (t) => {
  const browser = new TestBrowser(relay.url);
  const [one, other] = [await browser.get('/console/sign-in/start'), await browser.get('/console/sign-in/start')];
  const page = await browser.follow(other);
  const chosen = await browser.submit(page, '/interaction/', { account: 'sam' });
  t.equal((await browser.follow(chosen)).status, 200);
  t.equal((await browser.follow(one)).url, `${relay.url}/console/`, 'the first tab, after the second one');
  t.strictSame(
    [...browser.cookies.keys()].filter((name) => name.includes('sign-in')),
    [],
  );
});

t.test('a forged or repeated way back lets nobody in', async (t) => {
  const victim = new TestBrowser(relay.url);
  const address = await toCallback(victim, 'sam');
  const foreign = new TestBrowser(relay.url);
  t.match(await foreign.get(address), { status: 400, body: /SIGN_IN_EXPIRED/ }, 'another browser');
  const forged = new URL(address);
  forged.searchParams.set('state', 'x'.repeat(43));
  t.match(await victim.get(forged.href), { status: 400, body: /SIGN_IN_EXPIRED/ }, 'another state');
  t.match(await victim.get('/console/sign-in/callback'), { status: 400, body: /SIGN_IN_EXPIRED/ });
  t.equal((await victim.get(address)).status, 302, 'the right one still works');
  t.equal((await victim.get(address)).location, `${relay.url}/console/`, 'repeated while signed in');
  victim.cookies.delete('hallpass');
  t.match(await victim.get(address), { status: 400, body: /SIGN_IN_EXPIRED/ }, 'repeated');

  const changes: [string, string, RegExp][] = [
    ['iss', 'https://login.example.net', /SIGN_IN_TOKEN_INVALID/],
    ['code', 'another', /SIGN_IN_EXPIRED/],
  ];
  for (const [name, value, expected] of changes) {
    const browser = new TestBrowser(relay.url);
    const back = new URL(await toCallback(browser, 'sam'));
    back.searchParams.set(name, value);
    t.match((await browser.get(back.href)).body, expected, name);
    t.equal((await browser.get('/console/me')).status, 302);
  }
});

t.test('two sign-ins cannot be mixed: code, verifier and nonce belong together', async (t) => {
  const [sam, eve] = [new TestBrowser(relay.url), new TestBrowser(relay.url)];
  const [own, stolen] = [new URL(await toCallback(sam, 'sam')), new URL(await toCallback(eve, 'eve'))];
  own.searchParams.set('code', stolen.searchParams.get('code') ?? '');
  t.match(await sam.get(own.href), { status: 400, body: /SIGN_IN_EXPIRED/ });
});

t.test('"cancel" at the provider, and what else it says, is shown in words', async (t) => {
  const browser = new TestBrowser(relay.url);
  const canceled = await browser.get(await toCallback(browser, ''));
  t.match(canceled, { status: 403, body: /SIGN_IN_CANCELED/ });
  const back = new URL(await toCallback(browser, ''));
  back.searchParams.set('error', 'server_error');
  back.searchParams.set('error_description', 'AADSTS50105: <b>not assigned</b>');
  t.match((await browser.get(back.href)).body, /server_error AADSTS50105: &#60;b&#62;not assigned/);
});

t.test('a removed user is out with the next click', async (t) => {
  const [operator, dana] = [await enter(), new TestBrowser(relay.url)];
  t.match((await accept(dana, 'dana', await codeFor('viewer', 'contoso'))).body, /District viewer/);
  const users = await operator.get('/console/districts/contoso/users');
  const id = /name="user" value="([^"]*)"><button aria-label="Remove Dana Cole"/.exec(users.body)?.[1] ?? '';
  t.equal((await operator.submit(users, '/remove', { user: id })).status, 303);
  t.equal((await dana.get('/console/me')).status, 302);
  t.match(await signIn(dana, 'dana'), { status: 403, body: /SIGN_IN_NOT_INVITED/ });
});

t.test('dangerous actions need a fresh sign-in, which the provider may not skip', async (t) => {
  const sam = new TestBrowser(relay.url);
  await signIn(sam, 'sam');
  const users = await sam.get('/console/districts/contoso/users');
  clock.pass(freshMs);
  const asked = { role: 'viewer', label: 'Lee', schools: '' };
  const refused = await sam.submit(users, '/invite', asked);
  t.match(refused, { status: 403, body: /SIGN_IN_NOT_FRESH/ });
  const page = await sam.get(linkIn(refused, '/console/sign-in?'));
  t.match(page.body, /Sign in once more/);
  const start = linkIn(page, '/console/sign-in/start');
  const toProvider = await sam.get(start);
  t.match(new URL(toProvider.location).searchParams.get('prompt'), 'login');
  const choice = await sam.follow(toProvider);
  t.match(choice.body, /Who are you\?/, 'although the provider knows them');
  const back = await sam.follow(await sam.submit(choice, '/interaction/', { account: 'sam' }));
  t.equal(back.url, `${relay.url}/console/districts/contoso/users`);
  const made = await sam.submit(back, '/invite', asked);
  t.match(made.body, /Send this link.*\/console\/link#[\w-]{43}/s);

  // Somebody at a browser that was left open takes "prompt" out of the address.
  const skipped = new URL((await sam.get(start)).location);
  skipped.searchParams.delete('prompt');
  skipped.searchParams.delete('max_age');
  const silent = await sam.follow(await sam.get(skipped.href), /sign-in\/callback/);
  t.match(await sam.get(silent.location), { status: 403, body: /SIGN_IN_TIME_MISSING/ });
});

t.test('signing out ends the session here, and leads to the end at the provider', async (t) => {
  const sam = new TestBrowser(relay.url);
  const left = await sam.follow(await sam.submit(await signIn(sam, 'sam'), '/sign-out'));
  t.match(left.body, /You are signed out/);
  const end = new URL(linkIn(left, provider.issuer));
  t.equal(end.searchParams.get('client_id'), 'hallpass');
  t.match(await sam.get(end.href), { status: 200, body: /logout/i });
  t.equal((await sam.get('/console/me')).status, 302);
});

t.test('a wrong secret, and a provider that is down, are pages; whoever is signed in stays so', async (t) => {
  const sam = new TestBrowser(relay.url);
  await signIn(sam, 'sam');
  await setSignInProvider(context, terminal, { ...credentials, issuer: provider.issuer, secret: 'expired' });
  const wrong = new TestBrowser(relay.url);
  t.match(await signIn(wrong, 'sam'), { status: 502, body: /invalid_client.*SIGN_IN_PROVIDER_REFUSED/s });
  await setSignInProvider(context, terminal, { ...credentials, issuer: provider.issuer });
  const late = new TestBrowser(relay.url);
  const address = await toCallback(late, 'sam');
  await provider.close();
  t.match(await late.get(address), { status: 503, body: /nothing listens there.*SIGN_IN_PROVIDER_UNREACHABLE/s });
  t.equal((await sam.get('/console/districts/contoso')).status, 200);
  t.equal((await sam.get('/console/signed-out')).status, 200);
  t.equal((await fetch(`${relay.url}/healthz`)).status, 200);
  const kept = await relay.store.system(({ db }) =>
    db.selectFrom('sign_in_provider').select('document').executeTakeFirst(),
  );
  t.match(kept?.document, provider.issuer, 'what it said of itself is kept');
  t.notMatch(JSON.stringify(relay.events()), /kept-to-itself|Sam Reed|contoso\.edu/);
});
