/** A relay for tests of the link: the real server on a free port, with a provisioning loop that only counts. */
import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import type { Test } from 'tap';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { folderOf } from '../../shared/testing/folder.ts';
import { createLog } from '../log/log.ts';
import { type Relay, startRelay } from '../node.ts';
import { type Profile, parseProfile } from '../profile/profile.ts';
import { checkSettings, storeFile } from '../settings/settings.ts';
import { issueCode } from '../store/agents/agents.ts';
import { setProfile } from '../store/profiles/profiles.ts';
import { createTenant, type Tenant } from '../store/tenants/system.ts';
import { type AgentDouble, type AgentIdentity, connectDouble, enrollDouble } from './agent-double.ts';
import { openFreshStore, placeFreshStore } from './fresh-store.ts';

export interface TestRelay extends Relay {
  /** The state folder. */
  home: string;
  /** Tenants that the provisioning loop was woken for. */
  woken: string[];
  /** Log events so far. */
  events(): Record<string, unknown>[];
}

export interface TestRelayOptions {
  clock?: Clock;
  pingMs?: number;
  drainMs?: number;
  mostArriving?: number;
  settings?: unknown;
  frameAfterMs?: number;
}

export async function startTestRelay(home: string, options: TestRelayOptions = {}): Promise<TestRelay> {
  const woken: string[] = [];
  const out = new PassThrough();
  let text = '';
  out.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  await placeFreshStore(storeFile(home));
  const relay = await startRelay({
    home,
    settings: checkSettings(options.settings ?? { listen: { port: 0 } }),
    clock: options.clock ?? systemClock,
    log: createLog('json', out),
    startSync: async () => ({
      wake: (tenantId) => woken.push(tenantId),
      provision: (tenantId) => woken.push(`provision ${tenantId}`),
      cancel: (tenantId) => woken.push(`cancel ${tenantId}`),
      close: async () => undefined,
    }),
    pingMs: options.pingMs ?? 25_000,
    watchMs: 20,
    drainMs: options.drainMs ?? 0,
    // Longer than any test: the status says what became of the page.
    frameAfterMs: options.frameAfterMs ?? 600_000,
    ...(options.mostArriving === undefined ? {} : { mostArriving: options.mostArriving }),
    random: () => 0.5,
  });
  return {
    ...relay,
    home,
    woken,
    events: () =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
  };
}

/** A tenant whose Microsoft tenant id is derived from its slug. */
export async function addTenant(relay: Pick<Relay, 'store'>, slug: string): Promise<Tenant> {
  const digits = createHash('sha256').update(slug).digest('hex');
  const graphTenantId = `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4000-8000-${digits.slice(12, 24)}`;
  return await relay.store.system((scope) =>
    createTenant(scope, { slug, name: `${slug} schools`, graphTenantId }, new Date()),
  );
}

/** The same in a state folder of which no relay runs yet. */
export async function addTenantTo(home: string, slug: string, profile?: Profile): Promise<Tenant> {
  const store = await openFreshStore(storeFile(home));
  try {
    const tenant = await addTenant({ store }, slug);
    if (profile !== undefined) await store.withTenant(tenant.id, (scope) => setProfile(scope, profile, new Date()));
    return tenant;
  } finally {
    await store.close();
  }
}

export async function addAgent(relay: Relay, tenantId: string): Promise<AgentIdentity> {
  const { code } = await relay.store.withTenant(tenantId, (scope) => issueCode(scope, new Date()));
  return await enrollDouble(relay.url, code);
}

/**
 * A relay in the test's own folder, with one tenant and one enrolled agent; both end with the test.
 *
 * @param options.profile of the tenant, there before the relay starts
 */
export async function setUp(
  t: Pick<Test, 'testdir' | 'teardown'>,
  { profile, ...options }: TestRelayOptions & { profile?: Profile } = {},
) {
  const home = folderOf(t);
  const tenant = await addTenantTo(home, 'contoso', profile);
  const relay = await startTestRelay(home, options);
  t.teardown(() => relay.close());
  const agent = await addAgent(relay, tenant.id);
  return { relay, tenant, agent };
}

/** Connects, or fails the test with what the relay answered. */
export async function connected(relay: Relay, identity: AgentIdentity, autoPong = true): Promise<AgentDouble> {
  const answer = await connectDouble(relay.url, identity, { autoPong });
  if ('status' in answer) throw new Error(`refused with ${answer.status} ${answer.code ?? ''}`);
  return answer;
}

export const testProfile: Profile = parseProfile(
  {
    version: 1,
    name: 'test',
    state: 'enabled',
    mode: { students: 'match', teachers: 'create' },
    identity: { students: { source: 'studentNumber', suffix: 'contoso.edu', target: 'userPrincipalName' } },
    domains: { teachers: 'contoso.edu' },
    licenses: { students: null, teachers: null, usageLocation: 'US' },
    schools: 'all',
    properties: { student: ['grade'] },
  },
  'test',
);
