/** Admin consent at the console: asked for by whoever may, answered once, and believed only when a token says so. */
import { join } from 'node:path';
import t from 'tap';
import { Agent, request } from 'undici';
import { startMicrosoftSimulator } from '../../../scripts/simulators/microsoft/server.ts';
import { userRoles } from '../../model/user-role.ts';
import { saveSettings } from '../../settings/settings.ts';
import { readAudit } from '../../store/audit/audit.ts';
import { createTenant } from '../../store/tenants/system.ts';
import type { Seen, TestBrowser } from '../../testing/browser.ts';
import { consoleSetting } from '../../testing/console.ts';
import { addTenant } from '../../testing/relay-double.ts';

const home = t.testdir();
const { relay, as, clock } = await consoleSetting(t, { home });
const callback = '/console/consent/callback';
const microsoft = await startMicrosoftSimulator({
  ...{ clock, people: 1, roles: null, redirectUris: [`${relay.url}${callback}`], reader: {} },
});
const [first] = microsoft.tenants;
const [writer, reader] = first?.apps ?? [];
if (first === undefined || writer === undefined || reader === undefined) throw new Error('two applications');
const dispatcher = new Agent({ connect: { ca: microsoft.ca } });
t.teardown(async () => {
  await dispatcher.destroy();
  await microsoft.close();
});
const { baseUrl, tenantId: directory } = microsoft;
const secrets = {
  ca: microsoft.ca,
  writer: microsoft.clientSecret ?? '',
  reader: microsoft.reader?.clientSecret ?? '',
};
const files = t.testdir({ ...secrets });
await saveSettings(relay.home, {
  graph: {
    ...{ baseUrl, authority: baseUrl, caFile: join(files, 'ca'), clientId: writer.clientId },
    ...{ secretFile: join(files, 'writer'), readerClientId: reader.clientId, readerSecretFile: join(files, 'reader') },
  },
});
const district = { slug: 'contoso', name: 'Contoso Schools', graphTenantId: directory };
const contoso = await relay.store.system((scope) => createTenant(scope, district, new Date(clock.now())));
const fabrikam = await addTenant(relay, 'fabrikam');
const path = '/console/districts/contoso/microsoft';
const where = { tenantId: contoso.id, directory };
const elsewhere = { tenantId: fabrikam.id, directory: '99999999-9999-4999-8999-999999999999' };

/** Asks, and returns the address at Microsoft. */
async function asked(browser: TestBrowser, access: string): Promise<string> {
  const page = await browser.get(path);
  const token = /name="token" value="([^"]*)"/.exec(page.body)?.[1] ?? '';
  const { body } = await browser.post(`${path}/ask`, { token, access });
  return (/http-equiv="refresh" content="0;url=([^"]*)"/.exec(body)?.[1] ?? body)
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code))
    .replaceAll('&amp;', '&');
}

/** What somebody chooses at Microsoft. @returns where that leads, as path and query */
async function chosen(address: string, account = 'administrator', decision = 'accept'): Promise<string> {
  const { headers } = await request(address, {
    ...{ method: 'POST', dispatcher, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    body: new URLSearchParams({ account, decision }).toString(),
  });
  return String(headers.location).replace(relay.url, '');
}

/** The question's state, in an answer that somebody made up. */
function forged(address: string, answer: Record<string, string>): string {
  const state = new URL(address).searchParams.get('state') ?? '';
  return `${callback}?${new URLSearchParams({ state, ...answer }).toString()}`;
}

function headingOf({ body }: Seen): string {
  return (
    /<h1>([\s\S]*?)<\/h1>/
      .exec(body)?.[1]
      ?.replace(/<[^>]*>/g, '')
      .trim() ?? body
  );
}

async function entries(action: string): Promise<unknown[]> {
  const all = await relay.store.readTenant(contoso.id, (scope) => readAudit(scope, { limit: 1000 }));
  return all.filter((one) => one.action === action).map(({ detail }) => detail);
}

function revoke(): void {
  for (const app of [writer, reader]) Object.assign(app ?? {}, { roles: [], isKnown: false, arriving: undefined });
}

const granted = { tenant: directory, admin_consent: 'True' };

t.test('an administrator grants to read, then to write, and each is proven by a token', async (t) => {
  const admin = await as('admin', where);
  const unchecked = await admin.get(path);
  t.match(headingOf(unchecked), /^Nobody has checked/);
  t.match(unchecked.body, /Grant read-only access.*Grant access to write/s);
  const address = new URL(await asked(admin, 'read'));
  t.equal(address.origin + address.pathname, `${baseUrl}/${directory}/v2.0/adminconsent`);
  t.match(Object.fromEntries(address.searchParams), {
    ...{ client_id: reader.clientId, scope: `${baseUrl}/.default`, redirect_uri: `${relay.url}${callback}` },
  });
  const answer = await chosen(address.href);
  const page = await admin.follow(await admin.get(answer));
  t.equal(headingOf(page), 'Hallpass may read in Microsoft 365, and not write.');
  t.notMatch(page.body, /Grant read-only access/);
  t.match(await admin.get(answer), { status: 400, body: /CONSENT_EXPIRED/ }, 'an answer counts once');
  const whole = await admin.follow(await admin.get(await chosen(await asked(admin, 'write'))));
  t.equal(headingOf(whole), 'Hallpass may read and write in Microsoft 365.');
  t.match(await entries('consent.answer'), [
    { access: 'write', changes: [{ access: 'write', before: [] }] },
    { access: 'read', changes: [{ access: 'read', after: reader.requires.toSorted() }] },
  ]);
  t.match(await entries('consent.ask'), [{ access: 'write' }, { access: 'read' }]);
  revoke();
  const checked = await admin.follow(await admin.submit(whole, `${path}/check`));
  t.equal(headingOf(checked), 'Microsoft 365 has not given Hallpass access yet.');
  t.match(checked.body, /AADSTS700016/);
});

t.test('no forged, stale or foreign answer changes anything, or even asks Microsoft', async (t) => {
  const [admin, other, stranger] = [await as('admin', where), await as('operator'), await as('admin', elsewhere)];
  const { tokens } = first.stats;
  const address = await asked(admin, 'write');
  const expired = { status: 400, body: /CONSENT_EXPIRED/ };
  for (const [name, browser, query] of [
    ['without a state', admin, `?${new URLSearchParams(granted).toString()}`],
    ['of an unknown state', admin, `?${new URLSearchParams({ ...granted, state: 'x'.repeat(43) }).toString()}`],
    ['with two states', admin, `${forged(address, granted).replace(callback, '')}&state=x`],
    ['in the session of an operator', other, forged(address, granted).replace(callback, '')],
    ['in a session of another district', stranger, forged(address, granted).replace(callback, '')],
  ] as const) {
    t.match(await browser.get(callback + query), expired, name);
  }
  t.match(await fetch(relay.url + forged(address, granted)), { status: 400 }, 'without a session');
  for (const [answer, page] of [
    [
      { ...granted, tenant: fabrikam.graph_tenant_id },
      { status: 403, body: /CONSENT_OTHER_DIRECTORY/ },
    ],
    [{ admin_consent: 'True' }, { status: 403, body: /CONSENT_OTHER_DIRECTORY/ }],
    [{ tenant: directory }, { status: 403, body: /CONSENT_REFUSED.*/ }],
    [
      { ...granted, error: 'server_error', error_description: 'AADSTS90033: <b>x</b>\r\nTrace ID: 7' },
      { body: /server_error AADSTS90033: &#60;b&#62;x/ },
    ],
    [
      { error: 'consent_required', error_description: 'AADSTS65004: Denied' },
      { status: 403, body: /CONSENT_CANCELED/ },
    ],
    [{ error: 'permission_denied', error_description: 'The admin canceled the request' }, { body: /CONSENT_CANCELED/ }],
    [{ error: 'access_denied', error_subcode: 'cancel' }, { body: /CONSENT_CANCELED/ }],
    [{ error: 'access_denied', error_description: 'AADSTS90094: x' }, { body: /may not consent.*AADSTS90094/s }],
  ] as const) {
    const again = await asked(admin, 'write');
    t.match(await admin.get(forged(again, answer)), page, JSON.stringify(answer));
    t.match(await admin.get(forged(again, granted)), expired, 'the question has ended');
  }
  const late = await asked(admin, 'read');
  clock.pass(60 * 60_000 - 1);
  t.match(await admin.get(forged(await asked(await as('admin', where), 'read'), granted)), expired, 'a new sign-in');
  clock.pass(1);
  t.match(await (await as('admin', where)).get(forged(late, granted)), expired, 'an hour later');
  t.equal(first.stats.tokens, tokens);
});

t.test('a true answer without a consent behind it says nothing', async (t) => {
  revoke();
  const admin = await as('admin', where);
  const page = await admin.follow(await admin.get(forged(await asked(admin, 'write'), granted)));
  t.equal(headingOf(page), 'Microsoft has the consent, and is still spreading it.', 'as far as anybody can tell');
  t.match(page.body, /hx-trigger="every 15s"/);
  clock.pass(31 * 60_000);
  t.equal(headingOf(await admin.get(path)), 'Microsoft 365 has not given Hallpass access yet.');
});

t.test('whoever cancels, may not consent, or is of another directory comes to a page that says so', async (t) => {
  const admin = await as('admin', where);
  for (const [account, decision, code] of [
    ['administrator', 'cancel', 'CONSENT_CANCELED'],
    ['member', 'cancel', 'CONSENT_CANCELED'],
    ['other', 'accept', 'CONSENT_OTHER_DIRECTORY'],
  ] as const) {
    const seen = await admin.get(await chosen(await asked(admin, 'read'), account, decision));
    t.match(seen, { status: 403, body: new RegExp(`${path}">To Microsoft 365 of Contoso Schools.*${code}`, 's') });
  }
  const guest = await as('admin', { ...where, directory: elsewhere.directory });
  t.match(await asked(guest, 'read'), /CONSENT_OTHER_DIRECTORY.*|the account with which you signed in/);
  const operator = await as('operator', { tenantId: '', directory: elsewhere.directory });
  t.match(await asked(operator, 'read'), /adminconsent/, 'operators have accounts of their own');
});

t.test('roles that arrive later are noticed by the page that waits for them', async (t) => {
  revoke();
  first.consentLag = 120_000;
  const admin = await as('admin', where);
  const waiting = await admin.follow(await admin.get(await chosen(await asked(admin, 'read'))));
  t.match(waiting.body, /Not arrived yet/);
  const { tokens } = first.stats;
  await admin.get(path);
  t.equal(first.stats.tokens, tokens, 'looking again at once asks nobody');
  clock.pass(121_000);
  t.match(
    (await (await as('viewer', where)).get(path)).body,
    /Not arrived yet/,
    'who may not ask Microsoft sees the last check',
  );
  t.equal(headingOf(await admin.get(path)), 'Hallpass may read in Microsoft 365, and not write.');
  first.consentLag = 0;
});

t.test('a sign-in that does not answer takes nothing away', async (t) => {
  const admin = await as('admin', where);
  first.faults.add({ match: { path: /\/token$/ }, kind: '503', times: 2, skip: 0 } as never);
  const page = await admin.follow(await admin.submit(await admin.get(path), `${path}/check`));
  t.equal(headingOf(page), 'Hallpass may read in Microsoft 365, and not write.');
  t.match(page.body, /GRAPH_FAILED|status 503/);
});

t.test('only operators and administrators of the district may ask, whatever page they come from', async (t) => {
  for (const role of userRoles) {
    const browser = await as(role, { ...where, ...(role === 'schoolViewer' && { schools: ['1'] }) });
    const isLet = role === 'operator' || role === 'admin';
    const me = await browser.get('/console/me');
    const token = /name="token" value="([^"]*)"/.exec(me.body)?.[1] ?? '';
    const answer = await browser.post(`${path}/ask`, { token, access: 'read' });
    t.equal(answer.status, isLet ? 200 : 403, role);
    t.equal(/adminconsent/.test(answer.body), isLet);
  }
});
