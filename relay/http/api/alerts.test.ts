/** Alerts over the API: a district's administrators manage its own channels, and never see the relay's or another district's. */
import t from 'tap';
import type { AccessRole } from '../../model/access-role.ts';
import { saveSettings, settingsSchema } from '../../settings/settings.ts';
import { createToken } from '../../store/tenants/api-tokens.ts';
import { alertSettings, receiveWeb } from '../../testing/alert-receivers.ts';
import { addTenant, startTestRelay } from '../../testing/relay-double.ts';

t.test('channels belong to a district or to the relay, and each is for its own people', async (t) => {
  const home = t.testdir();
  const settings = await saveSettings(home, { ...settingsSchema.parse({}), alerts: await alertSettings(home) });
  const relay = await startTestRelay(home, { settings: { ...settings, listen: { port: 0 } } });
  t.teardown(() => relay.close());
  const [contoso, fabrikam] = [await addTenant(relay, 'contoso'), await addTenant(relay, 'fabrikam')];
  const tokenOf = async (role: AccessRole, tenants: 'all' | string[]) => {
    const given = { name: role, days: 1, by: 'kim', role, tenants };
    return (await relay.store.withTenant(contoso.id, (scope) => createToken(scope, given, new Date()))).token;
  };
  const admin = await tokenOf('admin', [contoso.id]);
  const viewer = await tokenOf('viewer', [contoso.id]);
  const other = await tokenOf('admin', [fabrikam.id]);
  const operator = await tokenOf('operator', 'all');
  const send = async (token: string, method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const answer = await fetch(`${relay.url}/api/v1/${path}`, init);
    return { ...((await answer.json()) as Record<string, unknown>), status: answer.status };
  };
  const channels = 'tenants/contoso/alert-channels';
  const receiver = await receiveWeb(t);
  const office = { name: 'office', target: { kind: 'webhook', url: `${receiver.url}/hidden` }, readers: ['sis'] };

  t.match(await send(viewer, 'POST', channels, office), { status: 403, code: 'ROLE_INSUFFICIENT' });
  t.match(await send(other, 'POST', channels, office), { status: 404, code: 'API_PATH_UNKNOWN' });
  t.match(await send(admin, 'POST', channels, office), { status: 201, name: 'office', signingKey: /^whsec_/ });
  t.match(await send(admin, 'POST', 'relay/alert-channels', office), { status: 403 });
  t.match(await send(operator, 'POST', 'relay/alert-channels', { ...office, name: 'on-call' }), { status: 201 });
  t.match(await send(admin, 'POST', channels, { ...office, target: { kind: 'webhook', url: 'https://10.0.0.1/' } }), {
    code: 'ALERT_TARGET_PRIVATE',
  });

  const listed = await send(admin, 'GET', channels);
  t.match(listed, { status: 200, channels: [{ name: 'office', target: receiver.url, readers: ['sis'] }] });
  t.notMatch(JSON.stringify(listed), /hidden|whsec|on-call/);
  t.match(await send(viewer, 'GET', channels), { status: 403 });
  t.match(await send(viewer, 'GET', 'tenants/contoso/alerts'), { status: 200, alerts: [] });
  for (const path of [channels, 'tenants/contoso/alerts']) t.match(await send(other, 'GET', path), { status: 404 });
  for (const path of ['relay/alert-channels', 'relay/alerts']) t.match(await send(admin, 'GET', path), { status: 403 });
  t.match(await send(operator, 'GET', 'relay/alert-channels'), { channels: [{ name: 'on-call' }] });

  const rules = { readers: ['microsoft'], causes: ['held'], quiet: [{ from: '21:00', to: '06:00' }], timeZone: 'UTC' };
  t.match(await send(admin, 'PATCH', `${channels}/office`, rules), { status: 200, name: 'office' });
  t.match(await send(other, 'PATCH', `${channels}/office`, rules), { status: 404 });
  t.match(await send(admin, 'PATCH', `${channels}/office`, { timeZone: 'Mars' }), { code: 'ALERT_TARGET_INVALID' });
  t.match(await send(admin, 'GET', channels), { channels: [{ ...rules, target: receiver.url }] });
  t.match(await send(admin, 'PATCH', `${channels}/office`, { causes: null }), { status: 200 });
  t.match(await send(admin, 'GET', channels), { channels: [{ ...rules, causes: null }] });
  t.match(await send(admin, 'POST', `${channels}/office/test`), { status: 200, target: receiver.url });
  t.match(await send(admin, 'POST', `${channels}/on-call/test`), { code: 'ALERT_CHANNEL_UNKNOWN' });
  t.match(await send(other, 'DELETE', `${channels}/office`), { status: 404 });
  t.equal(receiver.received.length, 1);
  t.match(await send(admin, 'DELETE', `${channels}/office`), { status: 200, name: 'office' });
  t.match(await send(admin, 'GET', channels), { channels: [] });
});
