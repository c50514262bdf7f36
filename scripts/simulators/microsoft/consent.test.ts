/** Admin consent: what an administrator may grant, where the browser goes, and when tokens have it. */
import { decodeJwt } from 'jose';
import t from 'tap';
import { Agent, request } from 'undici';
import { VirtualClock } from '../../../shared/testing/virtual-clock.ts';
import { RawClient } from './contract/raw-client.ts';
import { startMicrosoftSimulator } from './server.ts';

const redirectUri = 'https://relay.example.org/back';
const clock = new VirtualClock();
const simulator = await startMicrosoftSimulator({
  clock,
  people: 1,
  roles: null,
  requires: ['User.ReadWrite.All', 'Team.Create'],
  redirectUris: [redirectUri],
  reader: { requires: ['User.Read.All'] },
});
const raw = new RawClient(simulator);
const dispatcher = new Agent({ connect: { ca: simulator.ca } });
t.teardown(async () => {
  await raw[Symbol.asyncDispose]();
  await dispatcher.destroy();
  await simulator.close();
});
const { baseUrl, tenantId, clientId, reader } = simulator;
if (reader === undefined) throw new Error('no reader');

interface Given {
  version?: 1 | 2;
  tenant?: string;
  query?: Record<string, string | undefined>;
  account?: string;
  decision?: string;
}

/** What the page answers to the choice of whoever sees it. */
async function choose({ version = 2, tenant = tenantId, query = {}, account = 'administrator', decision }: Given) {
  const scope = version === 2 ? { scope: `${baseUrl}/.default` } : {};
  const all = { client_id: clientId, redirect_uri: redirectUri, state: 'S', ...scope, ...query };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const path = `/${tenant}${version === 2 ? '/v2.0' : ''}/adminconsent?${new URLSearchParams(given).toString()}`;
  const sent = { account, decision: decision ?? 'accept' };
  const answer = await request(baseUrl + path, {
    method: 'POST',
    dispatcher,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(sent).toString(),
  });
  const [location, text] = [answer.headers.location, await answer.body.text()];
  const back = typeof location === 'string' ? Object.fromEntries(new URL(location).searchParams) : undefined;
  return { status: answer.statusCode, back, text };
}

async function rolesOf(client_id = clientId, client_secret = simulator.clientSecret ?? '') {
  const scope = 'https://graph.microsoft.com/.default';
  const form = { grant_type: 'client_credentials', client_id, client_secret, scope };
  const answer = await raw.form(`/${tenantId}/oauth2/v2.0/token`, form);
  if (answer.status !== 200) return answer.at('error_codes.0');
  const { tid, appid, roles } = decodeJwt(answer.text('access_token'));
  t.same([tid, appid], [tenantId, client_id]);
  return roles;
}

t.test('nobody but an administrator of the tenant grants anything, and cancelling changes nothing', async (t) => {
  const saying = (words: RegExp) => ({
    status: 302,
    back: { error: 'access_denied', error_description: words, state: 'S' },
  });
  t.match(await choose({ decision: 'cancel' }), saying(/^AADSTS65004: /));
  t.match(await choose({ version: 1, decision: 'cancel' }), {
    back: { error: 'access_denied', error_subcode: 'cancel' },
  });
  t.match(await choose({ account: 'other' }), saying(/^AADSTS50020: /));
  t.match(await choose({ account: 'member' }), { status: 200, back: undefined, text: /AADSTS90094/ });
  t.equal(await rolesOf(), 700016);
});

t.test('what is not registered or not whole is refused at the page itself', async (t) => {
  const refusals: [Given, RegExp][] = [
    [{ query: { client_id: '00000000-0000-4000-8000-000000000000' } }, /AADSTS700016/],
    [{ query: { client_id: undefined } }, /AADSTS900144/],
    [{ query: { redirect_uri: undefined } }, /AADSTS900971/],
    [{ query: { redirect_uri: `${redirectUri}/x` } }, /AADSTS50011/],
    [{ query: { scope: undefined } }, /AADSTS900144/],
    [{ query: { scope: `${baseUrl}/User.Read.All` } }, /AADSTS70011/],
    [{ tenant: '00000000-0000-4000-8000-000000000000' }, /AADSTS90002/],
    [{ tenant: 'common' }, /AADSTS90002/],
  ];
  for (const [given, words] of refusals) t.match(await choose(given), { status: 400, back: undefined, text: words });
  t.equal(await rolesOf(), 700016);
});

t.test('a consent grants the whole list of one registration, after a while, until it is withdrawn', async (t) => {
  const scope = `${baseUrl}/.default`;
  t.strictSame((await choose({ query: { client_id: reader.clientId } })).back, {
    ...{ admin_consent: 'True', tenant: tenantId, scope, state: 'S' },
  });
  t.strictSame(await rolesOf(reader.clientId, reader.clientSecret), ['User.Read.All']);
  t.equal(await rolesOf(), 700016, 'the other registration is another application');
  await raw.control('PATCH', '/settings', { consentLag: 60_000 });
  t.strictSame((await choose({ version: 1, tenant: 'organizations', query: { state: undefined } })).back, {
    ...{ admin_consent: 'True', tenant: tenantId },
  });
  t.equal(await rolesOf(), undefined, 'a token without roles');
  await clock.advance(60_000);
  t.strictSame(await rolesOf(), ['User.ReadWrite.All', 'Team.Create']);
  await raw.control('PUT', `/consents/${clientId}`, { roles: ['Team.Create'] });
  t.strictSame(await rolesOf(), ['Team.Create']);
  await raw.control('PUT', `/consents/${clientId}`, { roles: null });
  t.equal(await rolesOf(), 700016);
});
