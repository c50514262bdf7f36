/** For every route of the API a request that does what the route is for. */
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../shared/clock.ts';
import { addAlertChannel } from '../app/commands/alerts.ts';
import type { Route } from '../http/api/route.ts';
import { loadSettings, saveSettings } from '../settings/settings.ts';
import { addExempt } from '../store/accounts/exempt.ts';
import { admitServer } from '../store/agents/source-servers.ts';
import { ofTheRelay } from '../store/audit/audit.ts';
import { addBlackout } from '../store/runs/blackouts.ts';
import { askFor } from '../store/runs/person-requests.ts';
import { createToken } from '../store/tenants/api-tokens.ts';
import type { ApiSetting } from './api.ts';
import { type Caller, callers, type Sent } from './api-requests.ts';
import { addAgent, addTenant } from './relay-double.ts';

/** What one caller gives or takes away, another cannot: each has somebody else. */
export async function sampleOf(setting: ApiSetting, route: Route, caller: Caller): Promise<Sent> {
  const { district } = setting;
  const who = callers.indexOf(caller) + 2;
  const name = `${route.method} ${route.path.replace('tenants/{slug}/', '')}`;
  const [, ...free] = district.microsoft.tenants;
  const graphTenantId = free[caller === 'narrow' ? 1 : 0]?.tenantId;
  const bodies: Record<string, () => object | Promise<object>> = {
    'POST tenants': () => ({ slug: `new-${caller}`, name: 'New', graphTenantId }),
    'PATCH tenants/{slug}': () => ({ name: 'Contoso Schools' }),
    'POST passwords/renew': () => ({ unknown: true }),
    'PATCH relay/settings': () => ({ journal: { keepDays: 100 + who } }),
    'POST servers/accept': async () => ({ server: await refusedServer(setting, caller) }),
    'PUT profiles/{name}': () => district.profile,
    'PUT links/{person}': () => ({ account: `student${who}@contoso.edu` }),
    'POST provisionings': () => ({ person: `students:1${who}` }),
    'POST tokens': () => ({ name: 'n' }),
    'POST exempt': () => ({ account: `${caller}@contoso.edu`, reason: 'Test' }),
    'POST blackouts': () => ({ from: '9998-01-01', to: '9998-01-02', reason: 'Test' }),
    'POST alert-channels': () => channelBody(caller),
    'POST relay/alert-channels': () => channelBody(caller),
  };
  const body = await bodies[name]?.();
  const isRemoval = route.action === 'tenant.remove';
  const slug = isRemoval ? (await addTenant(setting.relay, `spare-${caller}`)).slug : 'contoso';
  return {
    ...{ route, caller, slug },
    params: { name: 'test', number: '1', person: `students:1${who}`, ...(await madeFor(setting, route)) },
    query: { ...(route.path.endsWith('/explain') && { student: '10' }), ...(isRemoval && { confirm: slug }) },
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: { ...(route.hasVersion && { 'if-match': '*' }), ...(route.needsKey && { 'idempotency-key': caller }) },
  };
}

/** What the path names, made to be ended. */
async function madeFor(setting: ApiSetting, { path }: Route): Promise<Record<string, string>> {
  const { relay, district } = setting;
  if (path.includes('{channel}')) return { channel: await channelMade(setting, path) };
  if (path.includes('{agent}')) return { agent: (await addAgent(relay, district.tenantId)).agentId };
  if (path.includes('{account}')) return { account: await exemptMade(setting) };
  if (path.includes('{request}')) return { request: await requestMade(setting) };
  if (path.includes('{blackout}')) return { blackout: await blackoutMade(setting) };
  if (!path.includes('{token}')) return {};
  const give = { name: 'n', days: 1, by: 'kim' };
  const made = await relay.store.withTenant(district.tenantId, (scope) => createToken(scope, give, new Date()));
  return { token: made.id };
}

async function exemptMade({ relay, district }: ApiSetting): Promise<string> {
  const account = `${randomUUID()}@contoso.edu`;
  const entry = { account, reason: 'Test', addedAt: '2026-12-01T00:00:00Z', addedBy: 'kim' };
  await relay.store.withTenant(district.tenantId, (scope) => addExempt(scope, entry));
  return account;
}

async function blackoutMade({ relay, district }: ApiSetting): Promise<string> {
  const given = { from: '9999-01-01', to: '9999-01-02', reason: 'Test', addedAt: '', addedBy: 'kim' };
  return (await relay.store.withTenant(district.tenantId, (scope) => addBlackout(scope, given))).id;
}

async function requestMade({ relay, district }: ApiSetting): Promise<string> {
  const asked = { person: 'students:10', askedAt: new Date().toISOString(), askedBy: 'kim' } as const;
  return (await relay.store.withTenant(district.tenantId, (scope) => askFor(scope, asked))).id;
}

/** Nothing is sent through it: nobody wants such alerts. */
function channelBody(name: string): object {
  return { name, target: { kind: 'webhook', url: 'https://hooks.invalid/' }, causes: ['licensesLow'] };
}

/** One that calls the relay itself, so that a test arrives. */
async function channelMade({ home, relay, district }: ApiSetting, path: string): Promise<string> {
  const settings = await loadSettings(home);
  await saveSettings(home, { ...settings, alerts: { privateHosts: ['127.0.0.1'] } });
  const context = { home, store: relay.store, clock: systemClock, signal: new AbortController().signal };
  const given = { name: randomUUID(), kind: 'heartbeat', target: { url: `${relay.url}/healthz` } } as const;
  const tenant = path.startsWith('relay/') ? undefined : district.tenantId;
  // A district has at most 20.
  await relay.store.withTenant(tenant ?? ofTheRelay, ({ db, tenantId }) =>
    db.deleteFrom('alert_channel').where('tenant_id', '=', tenantId).execute(),
  );
  return (await addAlertChannel(context, { kind: 'terminal', user: 'kim' }, { ...given, tenant })).id;
}

/** The district's own server is another one. */
async function refusedServer({ relay, district }: ApiSetting, name: string): Promise<string> {
  const refused = `${name}.contoso.org`;
  for (const server of [
    { id: 'own', host: 'ps.contoso.org' },
    { id: name, host: refused },
  ]) {
    const at = new Date().toISOString();
    await relay.store.withTenant(district.tenantId, (scope) => admitServer(scope, server, at));
  }
  return refused;
}
