/** The doctor on real sockets: PowerSchool simulator, relay behind TLS, a proxy process between them. */
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { defaultSources, type Sources } from '../../plugin/extracts/sources.ts';
import { manifestOf, powerqueryManifest, type Variant } from '../../plugin/manifest.ts';
import { packPlugin } from '../../plugin/pack.ts';
import { createAuthority } from '../../scripts/simulators/authority.ts';
import { type PowerSchoolSimulator, startPowerSchoolSimulator } from '../../scripts/simulators/powerschool/server.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { openProxy } from '../network/proxy.ts';
import { changeSettings, type SettingChanges } from '../settings/settings.ts';
import { AgentState } from '../state/agent-state.ts';
import { olderPlugin } from '../testing/older-plugin.ts';
import { TestProxy } from '../testing/proxy.ts';
import { RelayDouble } from '../testing/relay-double.ts';
import { enroll } from '../uplink/enroll.ts';
import { type Check, runChecks } from './check.ts';
import { clockCheck } from './clock.ts';
import { type CheckTimes, checkTimes } from './times.ts';

/** Long enough for a busy machine; a test of a limit shortens that one alone. */
const patient: CheckTimes = { ...checkTimes, tcpMs: 20_000, tunnelMs: 20_000, tlsMs: 20_000, dnsMs: 20_000 };
const day = 86_400_000;
const platform = process.platform;
const secrets = { username: 'DOMAIN\\ann', password: 'proxy-password' };

/** An agent that is configured and enrolled; the relay is behind the proxy, where alone its name is known. */
class Town {
  readonly folder: string;
  readonly simulator: PowerSchoolSimulator;
  readonly relay = new RelayDouble();
  readonly proxy: TestProxy;
  secret = '';

  constructor(folder: string, simulator: PowerSchoolSimulator, proxy: TestProxy) {
    this.folder = join(folder, 'state');
    this.simulator = simulator;
    this.proxy = proxy;
  }

  static async open(t: Test): Promise<Town> {
    const folder = t.testdir({});
    const [simulator, proxy, authority] = await Promise.all([
      startPowerSchoolSimulator({ students: 40 }),
      TestProxy.start(),
      createAuthority('District CA'),
    ]);
    const town = new Town(folder, simulator, proxy);
    await town.relay.open(await authority.issue(['relay.test']));
    await proxy.set({ hosts: { 'relay.test:443': `127.0.0.1:${town.relay.port}` }, upstreamCa: authority.ca });
    await proxy.set({ signIn: `${secrets.username}:${secrets.password}` });
    t.teardown(async () => {
      await proxy.close();
      await town.relay.close();
      await simulator.close();
    });
    const [caFile, relayCa] = [join(folder, 'sis.pem'), join(folder, 'relay.pem')];
    await writeFile(caFile, simulator.ca ?? '');
    await writeFile(relayCa, authority.ca);
    const { clientId, clientSecret } = await simulator.installPlugin(await packPlugin(powerqueryManifest('0.1.0')));
    town.secret = clientSecret;
    await town.configure({
      ...{ 'powerschool.url': simulator.baseUrl, 'powerschool.clientId': clientId, 'powerschool.caFile': caFile },
      ...{ 'relay.url': 'https://relay.test', 'relay.caFile': relayCa, 'proxy.url': proxy.url.href },
    });
    const state = await AgentState.open(town.folder);
    await state.saveSecret(clientSecret);
    await state.saveProxySignIn(secrets);
    return town;
  }

  async configure(changes: SettingChanges): Promise<void> {
    const state = await AgentState.open(this.folder);
    await state.saveSettings(changeSettings(state.settings, changes));
  }

  async enroll(): Promise<void> {
    const state = await AgentState.open(this.folder);
    const relay = new URL('https://relay.test');
    const ca = await readFile(state.settings.relay.caFile ?? '', 'utf8');
    const way = { ca: [ca], proxy: await openProxy('relay', relay, state, {}) };
    await state.saveIdentity(await enroll({ relay, ...way, code: this.relay.code, name: 'test' }));
  }

  async check(how: { clock?: Clock; env?: NodeJS.ProcessEnv; times?: Partial<CheckTimes> } = {}): Promise<Check[]> {
    const { clock = systemClock, env = {} } = how;
    const times = { ...patient, ...how.times };
    return await all(
      runChecks({ folder: this.folder, env, platform, clock, signal: new AbortController().signal, times }),
    );
  }
}

async function all(checks: AsyncIterable<Check>): Promise<Check[]> {
  const found: Check[] = [];
  for await (const check of checks) found.push(check);
  return found;
}

function of(checks: Check[], name: string): Check | undefined {
  return checks.find((check) => check.name === name);
}

/** What did not pass, without what was not tried for it. */
function findings(checks: Check[]): Record<string, string> {
  const own = checks.filter(({ status, fact }) => status !== 'pass' && !fact.startsWith('Not tried'));
  return Object.fromEntries(own.map(({ name, status }) => [name, status]));
}

t.test('everything in order, through a proxy with a sign-in', async (t) => {
  const town = await Town.open(t);
  const notEnrolled = await town.check();
  t.same(findings(notEnrolled), { 'relay.identity': 'fail' }, 'not enrolled is a failure');
  t.match(of(notEnrolled, 'relay.upgrade'), { status: 'pass', fact: /A relay answers \(status 401/ });
  t.match(of(notEnrolled, 'relay.identity'), { action: /hallpass-agent enroll/ });

  await town.enroll();
  const checks = await town.check();
  t.same(
    checks.map(({ name }) => name),
    [
      ...['settings', 'state-folder', 'powerschool.dns', 'powerschool.tcp', 'powerschool.tls', 'powerschool.metadata'],
      ...['powerschool.token', 'powerschool.grants', 'powerschool.queries', 'powerschool.pages'],
      ...['relay.dns', 'relay.tcp', 'relay.proxy', 'relay.tls', 'relay.upgrade', 'relay.identity', 'profile', 'clock'],
    ],
  );
  t.same(findings(checks), {});
  t.ok(checks.every(({ action }) => action === ''));
  t.match(of(checks, 'relay.tls'), { fact: /"relay\.test", issued by "District CA", valid until .*TLSv1\.3/ });
  t.match(of(checks, 'relay.identity'), { fact: /knows agent .* of Test district/ });
  t.match(of(checks, 'powerschool.metadata'), { fact: 'PowerSchool 25.2.0.0, time zone America/Los_Angeles.' });
  t.match(of(checks, 'relay.dns'), { fact: /the proxy looks up relay\.test/ });
  t.equal(town.relay.checks, 1);
  t.equal(town.relay.connections, 0, 'no connection that could replace the agent that works');

  const { db } = town.simulator;
  const names = db
    .prepare('SELECT First_Name, Last_Name, Student_Number FROM STUDENTS')
    .all()
    .flatMap((row) => Object.values(row));
  const text = JSON.stringify([notEnrolled, checks]);
  for (const hidden of [town.secret, secrets.password, secrets.username, 'ann']) t.notOk(text.includes(hidden));
  t.ok(names.length > 100);
  t.same(
    names.filter((name) => text.includes(`"${name}"`) || text.includes(` ${name} `)),
    [],
  );

  const old: Clock = { ...systemClock, now: () => Date.now() - 45_000 };
  t.match(of(await town.check({ clock: old }), 'clock'), {
    status: 'warn',
    fact: /45 s behind the relay's\. The agent uses the relay's clock meanwhile\./,
  });
  const older: Clock = { ...systemClock, now: () => Date.now() - 600_000 };
  const skewed = await town.check({ clock: older });
  t.match(of(skewed, 'clock'), { status: 'warn', fact: /10 min behind the relay's/, action: /time synchronization/ });
  t.equal(of(skewed, 'relay.identity')?.status, 'pass', 'as the agent itself does it');
  const little: Clock = { ...systemClock, now: () => Date.now() - 25_000 };
  t.equal(of(await town.check({ clock: little }), 'clock')?.status, 'pass', 'the relay tolerates it');
  const days: Clock = { ...systemClock, now: () => Date.now() + 2 * 86_400_000 };
  const lost = await town.check({ clock: days });
  t.match(of(lost, 'clock'), { status: 'fail', fact: /ahead of the relay's/ });
  t.equal(of(lost, 'relay.identity')?.status, 'fail', 'too far off to be corrected');
});

t.test('what a network does in between', async (t) => {
  const town = await Town.open(t);
  const expect = async (name: string, check: object, times: Partial<CheckTimes> = {}) => {
    const checks = await town.check({ times });
    t.match(of(checks, name), check, name);
    const after = checks.slice(checks.findIndex((found) => found.name === name) + 1);
    t.ok(after.filter((found) => found.name.startsWith('relay.')).every(({ fact }) => fact.startsWith('Not tried')));
    t.same(
      Object.keys(findings(checks)).filter((found) => found.startsWith('powerschool')),
      [],
      'PowerSchool is another way',
    );
  };
  const { proxy } = town;
  await proxy.set({ signIn: 'ann:other' });
  await expect('relay.proxy', { status: 'fail', fact: /were refused/, action: /--proxy-credentials-file/ });
  await proxy.set({ schemes: ['NTLM'] });
  await expect('relay.proxy', { status: 'fail', fact: /accepts only NTLM/ });
  await proxy.set({ signIn: `${secrets.username}:${secrets.password}`, mode: 'refuse' });
  await expect('relay.proxy', { status: 'fail', fact: /does not allow/, action: /allow CONNECT to relay\.test:443/ });
  await proxy.set({ mode: 'page' });
  await expect('relay.proxy', { status: 'fail', fact: /a web page/ });
  await proxy.set({ mode: 'silent' });
  await expect('relay.proxy', { status: 'fail', fact: /no answer within 0\.3 s/, temporary: true }, { tunnelMs: 300 });
  await proxy.set({ mode: 'swallow' });
  await expect('relay.tls', { status: 'fail', fact: /no answer to TLS/, temporary: true }, { tlsMs: 300 });
  await proxy.set({ mode: 'inspect' });
  await expect('relay.tls', { status: 'fail', fact: /issued by "Contoso Filter CA"/, action: /--relay-ca FILE/ });
  t.equal(proxy.overheard, '', 'nothing was said on a connection that is not trusted');

  const filter = join(town.folder, '..', 'filter.pem');
  await writeFile(filter, proxy.filterCa);
  await town.configure({ 'relay.caFile': filter });
  await proxy.set({ mode: 'portal' });
  await expect('relay.upgrade', { status: 'fail', fact: /answered instead of the relay.*a web page \(status 200\)/ });
  await proxy.set({ mode: 'noUpgrade' });
  await expect('relay.upgrade', {
    status: 'fail',
    fact: /arrived as an ordinary request/,
    action: /relay operator.*your network people.*"Contoso Filter CA"/,
  });

  await town.configure({ 'proxy.url': 'none', 'relay.url': 'https://relay.invalid' });
  await expect('relay.dns', { status: 'fail', fact: /DNS .* relay\.invalid/ });
  const gone = createTcpServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as AddressInfo;
  gone.close();
  await once(gone, 'close');
  await town.configure({ 'relay.url': `https://127.0.0.1:${port}` });
  await expect('relay.tcp', { status: 'fail', fact: /ECONNREFUSED/, temporary: true });
});

t.test('certificates that are wrong or soon will be', async (t) => {
  const town = await Town.open(t);
  const authority = await createAuthority('Operator CA');
  const file = join(town.folder, '..', 'operator.pem');
  await writeFile(file, authority.ca);
  await town.configure({ 'relay.caFile': file });
  const cases: [string, [number, number], object][] = [
    ['relay.test', [-30 * day, -day], { status: 'fail', fact: /is valid from .* only/, action: /clock/ }],
    ['relay.test', [-day, 10.5 * day], { status: 'warn', fact: /\(10 days\)/, action: /renewed/ }],
    ['other.test', [-day, 90 * day], { status: 'fail', fact: /it is for other\.test/ }],
  ];
  for (const [host, validity, expected] of cases) {
    const relay = new RelayDouble();
    await relay.open(await authority.issue([host], validity));
    t.teardown(() => relay.close());
    await town.proxy.set({ hosts: { 'relay.test:443': `127.0.0.1:${relay.port}` } });
    t.match(of(await town.check(), 'relay.tls'), expected);
  }
});

t.test('what PowerSchool does not let in', async (t) => {
  const town = await Town.open(t);
  const { simulator } = town;
  const expect = async (name: string, check: object) => t.match(of(await town.check(), name), check, name);
  simulator.addFault({ kind: 'maintenance', path: '.*', times: 1 });
  await expect('powerschool.metadata', { status: 'fail', temporary: true, fact: /in maintenance/ });

  const granted = simulator.plugins.list()[0]?.manifest.accessRequest;
  const name = [...(granted?.keys() ?? [])].find((field) => field === 'students.student_web_id') ?? '';
  const access = granted?.get(name);
  granted?.delete(name);
  const denied = await town.check();
  t.match(of(denied, 'powerschool.grants'), {
    status: 'fail',
    fact: 'PowerSchool does not let the plugin read STUDENTS.STUDENT_WEB_ID (queries: students, probe).',
    action: /approve its access request/,
  });
  t.match(of(denied, 'powerschool.queries'), { status: 'warn', fact: /of 8 queries answer/ });
  if (access !== undefined) granted?.set(name, access);
  t.same(findings(await town.check()), { 'relay.identity': 'fail' });

  simulator.addFault({ kind: '500', query: 'com.hallpass.agent.roster.probe', times: 1 });
  await expect('powerschool.queries', { status: 'fail', temporary: true, fact: /status 500/ });

  const state = await AgentState.open(town.folder);
  await state.saveSecret('wrong-secret');
  const refused = await town.check();
  t.match(of(refused, 'powerschool.token'), { status: 'fail', fact: /invalid_client/ });
  t.notMatch(JSON.stringify(refused), /wrong-secret/);
  t.match(of(refused, 'powerschool.pages'), { status: 'warn', fact: 'Not tried, because powerschool.token failed.' });
  await state.saveSecret(town.secret);

  const plugin = simulator.plugins.list()[0];
  simulator.plugins.disable(plugin?.id ?? 0);
  await simulator.installPlugin(await packPlugin(olderPlugin('0.1.1')));
  await expect('powerschool.queries', { status: 'warn', fact: /earlier version/, action: /install it as an update/ });

  simulator.plugins.disable(plugin?.id ?? 0);
  const rest = manifestOf({ variant: 'rest', version: '0.2.0', sources: defaultSources });
  const { clientId, clientSecret } = await simulator.installPlugin(await packPlugin(rest));
  await town.configure({ 'powerschool.clientId': clientId });
  await (await AgentState.open(town.folder)).saveSecret(clientSecret);
  const lists = await town.check();
  t.match(of(lists, 'powerschool.grants'), { status: 'pass', fact: /may read \/ws\/v1/ });
  t.match(of(lists, 'powerschool.queries'), { status: 'warn', fact: /co-teachers/ });
  t.match(of(lists, 'powerschool.pages'), { fact: /100 rows per page/ });
  await town.configure({ 'powerschool.source': 'powerquery' });
  t.match(of(await town.check(), 'powerschool.queries'), { status: 'fail', fact: /does not know any/ });
});

t.test('what profiles ask for is held against what the installed plugin reads', async (t) => {
  const town = await Town.open(t);
  const { simulator, relay } = town;
  const found = async () => of(await town.check(), 'profile');
  t.match(await found(), { notTried: true, fact: 'Not tried, because relay.identity failed.' });
  await town.enroll();
  const install = async (version: string, sources: Sources, variant: Variant = 'powerquery') => {
    for (const { id } of simulator.plugins.list()) simulator.plugins.disable(id);
    const plugin = await packPlugin(manifestOf({ variant, version, sources }));
    const { clientId, clientSecret } = await simulator.installPlugin(plugin);
    await town.configure({ 'powerschool.clientId': clientId });
    await (await AgentState.open(town.folder)).saveSecret(clientSecret);
  };
  t.match(await found(), { status: 'pass', fact: 'The plugin reads what profiles ask for.' });
  relay.fields = { student: ['preRegistered', 'username'] };
  t.match(await found(), {
    status: 'warn',
    fact: 'A profile asks for pre-registered students (Enroll_Status -1), which the installed plugin does not read.',
    action:
      /^Write the plugin again with "hallpass-agent plugin --pre-registered".*as an update: client id and secret stay/,
  });
  relay.isOlder = true;
  t.match(await found(), { status: 'pass', fact: /older than this check/ });
  relay.isOlder = false;

  await install('0.1.1', { ...defaultSources, preRegistered: true });
  t.match(await found(), { status: 'pass', fact: /ask for, with pre-registered students/ });
  relay.fields = {};
  t.match(await found(), { status: 'pass', fact: /reads pre-registered students .*, too: no profile asks for them/ });

  relay.fields = { student: ['homeRoom'] };
  t.match(await found(), {
    status: 'warn',
    fact: 'A profile asks for STUDENTS.Home_Room, which the installed plugin does not read.',
    action: /"hallpass-agent plugin --also homeRoom"/,
  });
  await install('0.1.2', { ...defaultSources, preRegistered: true, also: ['homeRoom'] });
  simulator.db.exec('UPDATE students SET home_room = NULL');
  t.match(await found(), { status: 'pass', fact: /ask for, with STUDENTS\.Home_Room\. .* no profile asks for them/ });
  relay.fields = { student: ['preRegistered'] };
  t.match(await found(), {
    status: 'pass',
    fact: /The plugin reads STUDENTS\.Home_Room, too: no profile asks for it, and it is left out\.$/,
  });

  // The first school is an office: its students are looked for in the next one.
  relay.fields = { student: ['preRegistered'], section: ['localId'] };
  const [second] = simulator.edit([{ op: 'addSchool', name: 'Second' }]);
  const number = simulator.db.prepare('SELECT school_number AS n FROM schools WHERE dcid = ?');
  const move = simulator.db.prepare('UPDATE students SET schoolid = ?');
  move.run(Number(number.get(Number(second?.schoolId))?.n));
  t.match(await found(), { status: 'pass', fact: /ask for, with pre-registered students .* and SECTIONS\.ID/ });
  move.run(0);
  t.match(await found(), {
    status: 'warn',
    fact: /unknown whether the plugin reads that: PowerSchool shows no student/,
  });

  await install('0.1.3', defaultSources, 'rest');
  t.match(await found(), { status: 'warn', fact: 'A profile asks for SECTIONS.ID, which /ws/v1 does not have.' });
  relay.fields = { student: ['preRegistered', 'homeRoom'] };
  t.match(await found(), { status: 'pass', fact: /ask for, with pre-registered students .* and STUDENTS\.Home_Room/ });
});

t.test('what is missing or open in the state folder', async (t) => {
  const town = await Town.open(t);
  await chmod(join(town.folder, 'powerschool-secret'), 0o644);
  t.match(of(await town.check(), 'state-folder'), { status: 'warn', fact: /powerschool-secret/, action: /chmod go=/ });
  await chmod(join(town.folder, 'powerschool-secret'), 0o600);
  await town.configure({ 'log.file': join(town.folder, 'settings.json', 'agent.log') });
  const silent = of(await town.check(), 'state-folder');
  t.match(silent, {
    status: 'warn',
    fact: /agent\.log cannot be written: a part of the path is a file/,
    action: /--log-file/,
  });
  await town.configure({ 'log.file': join(town.folder, 'new', 'folder', 'agent.log') });
  t.match(of(await town.check(), 'state-folder'), { status: 'pass' });
  await writeFile(join(town.folder, 'settings.json'), '{');
  await writeFile(join(town.folder, 'settings.json.bak'), '{');
  const broken = await town.check();
  t.match(broken[0], { name: 'settings', status: 'fail', fact: /settings\.json cannot be read/ });
  t.equal(broken.length, 18, 'nothing is left out');

  const folder = join(t.testdir({}), 'nowhere');
  const parts = { folder, env: { http_proxy: 'http://proxy' }, platform, clock: systemClock };
  const nothing = await all(runChecks({ ...parts, signal: new AbortController().signal }));
  t.match(nothing[0], {
    status: 'fail',
    fact: /address of PowerSchool, client id, client secret, address of the relay/,
  });
  t.same(findings(nothing), { settings: 'fail', 'state-folder': 'warn', clock: 'warn' });

  const stopped = runChecks({ ...parts, signal: AbortSignal.abort(new Error('stopped')) });
  await t.rejects(all(stopped), { message: 'stopped' });
});

t.test('clocks are judged by the relay, at the limit at which it refuses tokens', async (t) => {
  const cases: [Parameters<typeof clockCheck>[0], Check['status'], RegExp][] = [
    [{}, 'warn', /No other clock/],
    [{ relay: 900, powerschool: -900 }, 'pass', /in step with the relay's/],
    [{ relay: 30_001 }, 'warn', /30 s behind the relay's/],
    [{ relay: 30_000 }, 'pass', /30 s behind/],
    [{ relay: -60_001 }, 'warn', /60 s ahead of the relay's.*uses the relay's clock/],
    [{ relay: -86_400_001 }, 'fail', /1440 min ahead/],
    [{ powerschool: 61_000 }, 'warn', /behind PowerSchool's\.$/],
    [{ relay: 0, powerschool: 3_600_000 }, 'warn', /PowerSchool's clock is 60 min ahead/],
  ];
  for (const [skews, status, fact] of cases) t.match(clockCheck(skews), { name: 'clock', status, fact });
});
