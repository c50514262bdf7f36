/** Names from agents and PowerSchool cannot control the operator's terminal, not even those in an older database. */
import t from 'tap';
import { systemClock } from '../../shared/clock.ts';
import type { RosterRecord } from '../../shared/roster.ts';
import { silentProxies } from '../http/link/silent-proxies.ts';
import { applyDirectoryChanges } from '../store/directory/mirror.ts';
import { setProfile } from '../store/profiles/profiles.ts';
import { commandLine } from '../testing/command-line.ts';
import { commitRoster, profileFor, smallRoster } from '../testing/district.ts';
import { setUp } from '../testing/relay-double.ts';

const hostile = 'Math\u001b[2J\u009b31m\u202e\nerror[FAKED] call 555-0100';
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const acted = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;

t.test('shows an agent and a course with escape sequences and line ends without executing them', async (t) => {
  const { relay, tenant } = await setUp(t);
  const cli = commandLine(relay.home, 'kim');
  const roster: RosterRecord[] = smallRoster(3).map((record) =>
    record.kind === 'section' ? { ...record, courseName: hostile } : record,
  );
  const dates = { startDate: '2026-08-01', endDate: '2099-06-01' };
  roster.push({ kind: 'term', id: '1', schoolId: '1', name: 'Year', yearId: '36', ...dates });
  await commitRoster({ store: relay.store, tenantId: tenant.id }, roster, systemClock);
  const changes = {
    full: true,
    upserts: [],
    deletes: [],
    deltaLink: 'https://graph.microsoft.com/delta',
    selected: 'id',
  };
  await relay.store.withTenant(tenant.id, async (scope) => {
    await setProfile(scope, profileFor({ students: 'create', teachers: 'create' }), new Date());
    await applyDirectoryChanges(scope, changes, new Date().toISOString());
    await scope.db.updateTable('agent').set({ name: hostile, version: hostile }).execute();
  });
  for (const line of [
    ['agent', 'list', 'contoso'],
    ['status', 'contoso'],
    ['audit', 'contoso'],
    ['plan', 'contoso'],
    ['explain', 'contoso', '--student', '10', '--section', '50'],
    ['problems', 'contoso'],
  ]) {
    const { out, err } = await cli(...line);
    t.notMatch(out + err, acted, line.join(' '));
    t.notMatch(out + err, /^\s*error\[FAKED/m, `${line.join(' ')}: no line of its own`);
  }
  t.match((await cli('agent', 'list', 'contoso')).out, /Math\\u001b\[2J/);
  t.match((await cli('plan', 'contoso')).out, /Math\\u001b\[2J/);
});

t.test('status and the list of agents name a proxy that does not pass on client addresses', async (t) => {
  const settings = { listen: { port: 0, trustedProxies: ['127.0.0.1'] } };
  const { relay } = await setUp(t, { settings });
  const cli = commandLine(relay.home, 'kim');
  // Written after the answer to the enrollment, asynchronously.
  for (let tries = 0; tries < 2000 && (await silentProxies(relay.home)).length === 0; tries++);
  for (const line of [
    ['status', 'contoso'],
    ['agent', 'list', 'contoso'],
  ]) {
    const said = /trusted proxy 127\.0\.0\.1 does not say where connections come from.*\n {2}→ .*X-Forwarded-For/;
    t.match((await cli(...line)).out, said);
  }
});

t.test('limits of connections and the PROXY protocol are settings with options', async (t) => {
  const { relay } = await setUp(t);
  const cli = commandLine(relay.home, 'kim');
  t.match(await cli('configure', '--proxy-protocol'), { code: 78, err: /trustedProxies/ });
  const given = ['--max-connections', '300', '--max-connections-per-address', '7', '--trusted-proxy', '10.0.0.0/8'];
  const { code, out } = await cli('configure', '--proxy-protocol', ...given);
  t.equal(code, 0);
  t.match(JSON.parse(out).listen, { proxyProtocol: true, maxConnections: 300, maxConnectionsPerAddress: 7 });
  t.match(JSON.parse((await cli('configure', '--no-proxy-protocol')).out).listen, { proxyProtocol: false });
  t.match(await cli('configure', '--max-connections', '3'), { code: 64, err: /--max-connections/ });
});
