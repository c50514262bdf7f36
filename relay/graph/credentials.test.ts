/** Signing in: what passes, what somebody must put right, and how soon a consent is noticed. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type FaultOrder, faultOrder } from '../../scripts/simulators/microsoft/fault-order.ts';
import { startMicrosoftSimulator } from '../../scripts/simulators/microsoft/server.ts';
import { checkSettings } from '../settings.ts';
import { openCredentials } from './credentials.ts';
import { openTransport } from './transport.ts';

/** The sign-in service of a tenant, and the credentials of a relay that has just started. */
async function open(t: Test) {
  const microsoft = await startMicrosoftSimulator({ people: 1 });
  const [secretFile, caFile] = [join(t.testdir(), 'secret'), join(t.testdirName, 'ca.pem')];
  await writeFile(caFile, microsoft.ca);
  const transport = await openTransport(caFile);
  t.teardown(async () => {
    await transport.close();
    await microsoft.close();
  });
  const { baseUrl, clientId, tenantId } = microsoft;
  const { graph } = checkSettings({ graph: { baseUrl, authority: baseUrl, clientId, secretFile, caFile } });
  const restarted = async (secret = microsoft.clientSecret ?? '') => {
    await writeFile(secretFile, secret);
    return openCredentials(graph, transport);
  };
  return { microsoft, tenantId, restarted };
}

t.test('a sign-in that gets no answer is no refusal: it passes', async (t) => {
  const { microsoft, tenantId, restarted } = await open(t);
  const codes: Partial<Record<FaultOrder['kind'], string>> = {
    drop: 'GRAPH_UNREACHABLE',
    '429': 'GRAPH_THROTTLED',
    '500': 'GRAPH_FAILED',
    '503': 'GRAPH_FAILED',
  };
  for (const [kind, code] of Object.entries(codes)) {
    for (const path of ['/token$', '/openid-configuration$']) {
      const credentials = await restarted();
      microsoft.faults.add(faultOrder.parse({ match: { path }, kind, retryAfter: 7 }));
      const wait = kind === 'drop' ? undefined : 7000;
      await t.rejects(credentials.token(tenantId), { code, retryAfterMs: wait }, `${kind} of ${path}`);
      t.same(microsoft.faults.waiting(), []);
      // MSAL alone would answer from memory for a minute.
      await t.resolves(credentials.token(tenantId), `after ${kind} of ${path}`);
    }
  }
});

t.test('a wrong secret, and a tenant that does not exist, are for somebody to put right', async (t) => {
  const { tenantId, restarted } = await open(t);
  const credentials = await restarted();
  await t.rejects(credentials.token('00000000-0000-4000-8000-000000000000'), { code: 'GRAPH_SIGN_IN_REFUSED' });
  const wrong = await restarted('guessed');
  await t.rejects(wrong.token(tenantId), { code: 'GRAPH_SIGN_IN_REFUSED', message: /AADSTS7000215/ });
});

t.test('a consent is noticed at the next attempt, not when the token of before has run out', async (t) => {
  const { microsoft, tenantId, restarted } = await open(t);
  const credentials = await restarted();
  const { roles } = microsoft.app;
  microsoft.app.roles = ['EduRoster.ReadWrite.All'];
  const missing = { code: 'GRAPH_CONSENT_MISSING', message: /User\.Read\.All, Group\.ReadWrite\.All/ };
  await t.rejects(credentials.token(tenantId), missing);
  await t.rejects(credentials.token(tenantId), missing, 'it is asked again');
  microsoft.app.roles = roles;
  await t.resolves(credentials.token(tenantId));
  const { tokens } = microsoft.stats;
  await credentials.token(tenantId);
  t.equal(microsoft.stats.tokens, tokens, 'one that is good is kept');
});
