/** Pages about how a district is run: agents, exempt accounts, blackouts, alerts, the audit log, settings and tokens. */
import t from 'tap';
import { saveSettings, settingsSchema } from '../../settings/settings.ts';
import { noteHealth } from '../../store/agents/agent-health.ts';
import { noteHello } from '../../store/agents/agents.ts';
import { admitServer } from '../../store/agents/source-servers.ts';
import { writeAudit } from '../../store/audit/audit.ts';
import { alertSettings, receiveWeb } from '../../testing/alert-receivers.ts';
import type { Seen, TestBrowser } from '../../testing/browser.ts';
import { consoleSetting } from '../../testing/console.ts';
import { addAgent, addTenant } from '../../testing/relay-double.ts';

const home = t.testdir();
await saveSettings(home, { ...settingsSchema.parse({}), alerts: await alertSettings(home) });
const { relay, clock, as } = await consoleSetting(t, { home });
const contoso = await addTenant(relay, 'contoso');
await addTenant(relay, 'fabrikam');
const where = { tenantId: contoso.id };
const admin = await as('admin', where);
const viewer = await as('viewer', where);
const at = (path: string) => `/console/districts/contoso/${path}`;

/** Fills in a form of a page, sends it, and goes where it leads. */
async function send(
  browser: TestBrowser,
  path: string,
  form: string,
  fields: Record<string, string> = {},
): Promise<Seen> {
  const seen = await browser.get(at(path));
  return await browser.follow(await browser.submit(seen, `/${form}`, fields));
}

t.test('an agent is enrolled with a code that is shown once, looked at, and revoked', async (t) => {
  t.match(await admin.get(at('agents')), { body: /<h1>No agent reads PowerSchool.*Enroll an agent.*No profile asks/s });
  const made = await send(admin, 'agents', 'enroll');
  t.match(made.body, /<h1>The code ends <time datetime="[^"]+" data-as="due"/);
  t.match(
    made.body,
    /\.\\hallpass-agent\.exe setup --relay http:\/\/127\.0\.0\.1:\d+.*sudo \.\/hallpass-agent setup --relay http/s,
  );
  const [code = ''] = /[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}/.exec(made.body) ?? [];
  t.not(code, '');
  t.notMatch((await admin.get(at('agents'))).body, code);
  t.notMatch(JSON.stringify(relay.events()), code, 'the code is in no log');

  const { agentId } = await addAgent(relay, contoso.id);
  const now = new Date(clock.now());
  await relay.store.withTenant(contoso.id, async (scope) => {
    const source = { kind: 'powerquery', timeZone: 'America/Chicago' } as const;
    await noteHello(scope, agentId, { agentVersion: '0.1.0', capabilities: [], source, buckets: [] } as never, now);
    const problem = { code: 'SIS_REFUSED', message: 'PowerSchool refused the credentials.' };
    await noteHealth(scope, agentId, { at: now.toISOString(), state: 'problem', problem });
  });
  const listed = await admin.get(at('agents'));
  t.match(listed.body, /<h1>1 of 1 agent needs somebody\..*Has a problem.*SIS_REFUSED.*0\.1\.0.*not the relay/s);
  const one = await admin.get(at(`agents/${agentId}`));
  t.match(
    one.body,
    /connected, has a problem.*Connection.*In order.*PowerSchool.*Broken.*hallpass-agent check.*Version.*To look at/s,
  );
  t.notMatch((await viewer.get(at(`agents/${agentId}`))).body, /Revoke/);
  t.notMatch((await viewer.get(at('agents'))).body, /Enroll an|Make a code/);
  t.match(await admin.get(at('agents/none')), { status: 404, body: /AGENT_NOT_FOUND/ });

  clock.pass(11 * 60_000);
  const stale = await send(admin, `agents/${agentId}`, 'revoke');
  t.match(stale, { status: 403, body: /SIGN_IN_NOT_FRESH/ }, 'revoking asks for a fresh sign-in');
  const fresh = await as('admin', where);
  t.match(await send(fresh, `agents/${agentId}`, 'revoke'), { body: /<h1>No agent reads PowerSchool.*Revoked/s });
});

t.test('an account is exempted and not; what cannot be is said', async (t) => {
  t.match(await admin.get(at('exempt')), { body: /<h1>No account is exempt\.<\/h1>.*a superintendent/s });
  const added = await send(admin, 'exempt', 'add', { account: 'Admin-*@contoso.edu', reason: 'Administrators' });
  t.match(
    added.body,
    /<h1>Hallpass leaves alone what 1 entry names\..*admin-\*@contoso\.edu.*Administrators.*Sam the admin/s,
  );
  const twice = await send(admin, 'exempt', 'add', { account: 'admin-*@contoso.edu', reason: 'x' });
  t.match(twice, { status: 422, body: /it is on the list already.*EXEMPT_ACCOUNT_INVALID/s });
  t.match(await send(admin, 'exempt', 'add', { account: '*', reason: 'x' }), { body: /at least 3 characters/ });
  const seen = await viewer.get(at('exempt'));
  t.match(seen.body, /Administrators/);
  t.notMatch(seen.body, /<button[^>]*>(Remove|Exempt it)/);
  t.match(await send(admin, 'exempt', 'remove'), { body: /No account is exempt/ });
});

t.test('a blackout is added and removed, in the days of the district', async (t) => {
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Chicago' }).format(clock.now());
  t.match(await admin.get(at('blackouts')), {
    body: /<h1>Hallpass may write on any day\..*America\/Chicago; today is/s,
  });
  const added = await send(admin, 'blackouts', 'add', { from: today, to: '', reason: 'Final exams' });
  t.match(added.body, new RegExp(`<h1>Nothing is written through ${today}: Final exams\\..*Now`, 's'));
  const wrong = await send(admin, 'blackouts', 'add', { from: '2026-12-20', to: '2026-12-19', reason: 'x' });
  t.match(wrong, { status: 422, body: /BLACKOUT_INVALID/ });
  t.match(await send(admin, 'blackouts', 'add', { from: '2020-01-01', to: '', reason: 'x' }), { body: /is over/ });
  t.notMatch((await viewer.get(at('blackouts'))).body, /<button[^>]*>(Remove|Write nothing)/);
  t.match(await send(admin, 'blackouts', 'remove'), { body: /may write on any day/ });
});

t.test('channels are added, tested and removed; a signing key is shown once', async (t) => {
  const receiver = await receiveWeb(t);
  t.match(await admin.get(at('alerts')), { body: /<h1>Nothing is wrong in this district, and nobody would be told\./ });
  const fresh = await as('admin', where);
  const added = await send(fresh, 'alerts', 'add', {
    ...{ name: 'on-call', kind: 'webhook', url: `${receiver.url}/way-in`, readers: 'operator' },
  });
  t.match(added.body, /<h1>The webhook to https:\/\/localhost:\d+ is added\..*whsec_/s);
  const listed = await admin.get(at('alerts'));
  t.match(listed.body, /on-call.*webhook.*Not used yet/s);
  t.notMatch(listed.body, /way-in|whsec_/);
  t.match(await send(admin, 'alerts', 'test'), { body: /<h1>A test went through on-call/ });
  t.equal(receiver.received.length, 1);
  const mail = {
    name: 'office',
    host: 'smtp.example.org',
    port: '587',
    from: 'a@example.org',
    to: 'b@example.org, c@example.org',
    readers: 'microsoft',
    causes: 'held',
    quiet: '21:00-06:00, 12:00-13:00',
    timeZone: 'America/Chicago',
  };
  t.match(await send(admin, 'alerts', 'add-mail', mail), {
    body: /office.*smtp.*smtp\.example\.org.*Microsoft 365.*only: Held operations.*21:00–06:00, 12:00–13:00 America\/Chicago/s,
  });
  const office = /name="channel" value="([^"]*)"><button aria-label="Test office"/.exec(
    (await admin.get(at('alerts'))).body,
  )?.[1];
  const changed = { channel: office ?? '', name: 'front office', readers: 'sis', causes: '', quiet: '', timeZone: '' };
  const wrong = { ...changed, causes: 'held', quiet: 'at night' };
  t.match(await send(admin, 'alerts', 'edit', wrong), {
    status: 400,
    body: /quiet: give times of day like 21:00-06:00/,
  });
  const { causes: _all, ...rules } = changed;
  const after = await send(admin, 'alerts', 'edit', rules);
  t.match(after.body, /front office.*smtp\.example\.org.*<td[^>]*>PowerSchool<\/td><td[^>]*>never/s);
  t.match(
    await send(admin, 'alerts', 'add', { name: 'x', kind: 'heartbeat', url: 'http://example.org', readers: 'sis' }),
    {
      body: /ALERT_TARGET_INVALID/,
    },
  );
  t.notMatch((await viewer.get(at('alerts'))).body, /on-call|office/, 'channels name addresses of people');
  const operator = await as('operator');
  t.match(await operator.get('/console/alerts'), { body: /at the relay/ });
  t.notMatch((await operator.get('/console/alerts')).body, /on-call/);
  await send(admin, 'alerts', 'remove');
  t.notMatch((await admin.get(at('alerts'))).body, /office.*on-call|on-call.*office/s);
});

t.test('the audit log is searched, paged and downloaded', async (t) => {
  const { store } = relay;
  await store.withTenant(contoso.id, async (scope) => {
    for (let number = 0; number < 120; number += 1) {
      const time = new Date(Date.UTC(2026, 5, 1 + (number % 10), 12)).toISOString();
      const entry = {
        at: time,
        who: `Kim_${number % 2}`,
        action: 'link.set',
        detail: { number },
        note: null,
        actor: null,
      };
      await writeAudit(scope, entry);
    }
  });
  const rows = ({ body }: Seen) => body.match(/<tr><th scope="row">/g)?.length ?? 0;
  const first = await admin.get(at('audit?who=kim_'));
  t.equal(rows(first), 50);
  t.match(first.body, /<h1>Such changes in this district, the newest by Kim_1/);
  const before = /before=(\d+)/.exec(first.body.replaceAll('&#61;', '='))?.[1];
  const second = await admin.get(at(`audit?who=kim_&before=${before}`));
  t.equal(rows(second), 50);
  t.match(second.body, /number: 69/);
  t.equal(rows(await admin.get(at('audit?who=KIM_1&from=2026-06-02&to=2026-06-04'))), 24, 'those of two days');
  t.equal(rows(await admin.get(at('audit?who=kim%251'))), 0, 'signs of patterns are letters');
  t.equal(rows(await admin.get(at('audit?action=agent'))), 3, 'a code, an enrollment and a revocation');
  t.equal(rows(await admin.get(at('audit?action=agent.revoke'))), 1);
  t.match(await admin.get(at('audit?from=June')), { status: 400, body: /FORM_INVALID.*|it must be a date/s });
  const csv = await admin.get(at('audit.csv?who=kim_'));
  t.equal(csv.headers.get('content-type'), 'text/csv; charset=utf-8');
  t.match(csv.headers.get('content-disposition'), /attachment; filename="contoso-audit\.csv"/);
  t.equal(csv.body.trim().split('\r\n').length, 121, 'all of them, under their headings');
  t.match(await admin.get('/console/districts/fabrikam/audit.csv'), { status: 404 });
  const operator = await as('operator');
  t.match(await operator.get('/console/audit?action=tenant'), { body: /in its own log/ });
});

t.test('settings say how it is set up; tokens are made once, and revoked', async (t) => {
  const operator = await as('operator');
  t.match(await operator.get('/console/settings'), {
    body: /<h1>The relay answers at .*hallpass-relay configure.*Microsoft 365/s,
  });
  t.match(await admin.get('/console/settings'), { status: 403 });
  await relay.store.withTenant(contoso.id, async (scope) => {
    for (const host of ['ps.contoso.org', 'other.contoso.org']) {
      await admitServer(scope, { id: host, host }, '2026-12-01T00:00:00Z');
    }
  });
  const renamed = await send(operator, 'settings', 'rename', { name: 'Contoso Schools' });
  t.match(
    renamed.body,
    /<h1>Contoso Schools is contoso.*ps\.contoso\.org.*The district.*other\.contoso\.org.*Refused/s,
  );
  t.notMatch((await send(operator, 'settings', 'accept')).body, /Refused/);
  t.notMatch((await admin.get(at('settings'))).body, /Save<\/button>/, 'an operator names districts');

  const fresh = await as('admin', where);
  t.match(await fresh.get(at('tokens')), { body: /<h1>No program has access/ });
  const made = await send(fresh, 'tokens', 'create', { name: 'dashboard', role: 'viewer', days: '30' });
  const token = /<code>([^<]+)<\/code>/.exec(made.body)?.[1] ?? '';
  const answer = await fetch(`${relay.url}/api/v1/tenants/contoso/status`, {
    headers: { authorization: `Bearer ${token}` },
  });
  t.equal(answer.status, 200);
  const listed = await fresh.get(at('tokens'));
  t.match(listed.body, /<h1>1 token gives programs access.*dashboard.*Ends/s);
  t.notMatch(listed.body, token);
  t.match(await viewer.get(at('tokens')), { status: 403 });
  t.match(await send(fresh, 'tokens', 'revoke'), { body: /<h1>No program has access.*Revoked/s });
});
