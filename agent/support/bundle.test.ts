/**
 * Secrets and people's names leave the agent only over its connection: a simulated PowerSchool with names that cannot
 * occur by chance, cycles, failures of many kinds, and then a search through everything that was written.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { fromBufferPromise } from 'yauzl';
import { powerqueryManifest } from '../../plugin/manifest.ts';
import { packPlugin } from '../../plugin/pack.ts';
import { queryName } from '../../plugin/queries.ts';
import { type PowerSchoolSimulator, startPowerSchoolSimulator } from '../../scripts/simulators/powerschool/server.ts';
import { kinds, optionalFields } from '../../shared/roster.ts';
import { changeSettings } from '../settings/settings.ts';
import { AgentState } from '../state/agent-state.ts';
import { AgentBench } from '../testing/agent-bench.ts';
import { runCommand } from '../testing/command.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { supportBundle } from './bundle.ts';
import { logExcerpts } from './log-excerpt.ts';

const secret = 'qzsecret-7d1f"\\8a';
const proxyPassword = 'qzproxy-password';
/** The prefix of every name, address and number of a person in the simulated district. */
const person = 'Qzperson';
const forbidden = /qz(person|secret|proxy)/i;

/** A district whose people have names that occur nowhere else. */
async function openDistrict(t: Test): Promise<PowerSchoolSimulator> {
  const simulator = await startPowerSchoolSimulator({ students: 40 });
  t.teardown(() => simulator.close());
  const columns = {
    students: ['First_Name', 'Middle_Name', 'Last_Name', 'LastFirst', 'Student_Web_ID', 'Student_Number'],
    users: [
      'First_Name',
      'Middle_Name',
      'Last_Name',
      'LastFirst',
      'Email_Addr',
      'LoginID',
      'TeacherLoginID',
      'TeacherNumber',
    ],
    emailaddress: ['EmailAddress'],
  };
  for (const [table, names] of Object.entries(columns)) {
    simulator.db.exec(`UPDATE ${table} SET ${names.map((name) => `${name} = '${person}' || rowid`).join(', ')}`);
  }
  return simulator;
}

async function openAgent(t: Test, simulator: PowerSchoolSimulator): Promise<AgentBench> {
  const folder = t.testdir({});
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, simulator.ca ?? '');
  const { clientId, clientSecret } = await simulator.installPlugin(await packPlugin(powerqueryManifest('0.1.0')));
  const settings = {
    ...{ 'powerschool.url': simulator.baseUrl, 'powerschool.clientId': clientId, 'powerschool.caFile': caFile },
    ...{ 'powerschool.pageSize': 50, 'proxy.bypass': ['127.0.0.1'] },
  };
  const bench = await AgentBench.open(join(folder, 'state'), settings, clientSecret);
  t.teardown(() => bench.close());
  bench.relay.fields = Object.fromEntries(kinds.map((kind) => [kind, [...optionalFields[kind]]]));
  const state = await AgentState.open(bench.folder);
  await state.saveProxySignIn({ username: 'qzproxy-user', password: proxyPassword });
  return bench;
}

/** Every file in a folder, by name. */
async function contents(folder: string): Promise<Map<string, string>> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = new Map<string, string>();
  for (const file of files) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    found.set(path.slice(folder.length + 1), await readFile(path, 'utf8'));
  }
  return found;
}

/** Every file in a ZIP, by name. */
async function unzip(bytes: Buffer): Promise<Map<string, string>> {
  const zip = await fromBufferPromise(bytes, { lazyEntries: true });
  const found = new Map<string, string>();
  for await (const entry of zip.eachEntry()) {
    found.set(entry.fileName, (await buffer(await zip.openReadStreamPromise(entry))).toString('utf8'));
  }
  return found;
}

t.test(
  'after work and failures, no name and no secret is in the bundle, the logs, the output or the state',
  async (t) => {
    const simulator = await openDistrict(t);
    const bench = await openAgent(t, simulator);
    const said: string[] = [];
    const run = async (...args: string[]) => {
      const { code, out, err } = await runCommand(bench.folder, args);
      said.push(out, err);
      return code;
    };
    const sync = (...more: string[]) => run('sync', '--once', '--log-format', 'json', ...more);
    t.equal(await sync(), 0);
    const mirrored = JSON.stringify([...bench.relay.mirror.values()].flatMap((bucket) => [...bucket.values()]));
    t.match(mirrored, /"surname":"Qzperson/, 'names have arrived at the relay');

    // Every kind of failure in an answer that is full of names.
    const touch = () => simulator.db.exec(`UPDATE students SET First_Name = First_Name || 'x'`);
    for (const kind of ['maintenance', 'html', '500', '401', 'truncate', 'partial', 'empty', 'reset'] as const) {
      touch();
      // After a cut answer the rest is requested; a token that is refused once is renewed.
      simulator.addFault({ kind, query: queryName('student'), times: kind === 'empty' ? 2 : 1 });
      await sync();
    }
    simulator.db.exec(
      `UPDATE students SET Grade_Level = '${person} the fifth', Student_Number = '' WHERE rowid % 2 = 0`,
    );
    await sync();
    // A relay that complains, and one that is not there.
    bench.relay.refuse = { status: 503, body: { message: `${person} is broken` } };
    await sync();
    bench.relay.refuse = undefined;
    // A secret that PowerSchool does not accept.
    await (await AgentState.open(bench.folder)).saveSecret(secret);
    simulator.oauth.revokeAll();
    t.equal(await sync(), 78);
    t.equal(await run('status'), 0);
    t.equal(await run('status', '--json'), 0);
    await run('check', '--json');

    const file = join(bench.folder, '..', 'bundle.zip');
    t.equal(await run('support-bundle', '--out', file), 0);
    const bundle = await unzip(await readFile(file));
    const { privateKey } = (await AgentState.open(bench.folder)).identity ?? {};
    const key = privateKey?.d ?? 'missing';
    for (const [name, text] of bundle) {
      t.notMatch(text, forbidden, name);
      t.notOk(text.includes(key), name);
    }
    for (const [name, text] of await contents(bench.folder)) {
      if (['powerschool-secret', 'identity.json', 'proxy-credentials'].includes(name.replace(/\.bak$/, ''))) continue;
      t.notMatch(text, forbidden, name);
      t.notOk(text.includes(key), name);
    }
    t.notMatch(said.join(''), forbidden, 'the output of the commands');

    // And the bundle is useful.
    const json = (name: string) => JSON.parse(bundle.get(name) ?? 'null');
    t.match(json('settings.json'), {
      powerschool: { secret: 'stored', pageSize: 50 },
      proxy: { credentials: 'stored' },
    });
    t.match(json('status.json'), {
      agent: { tenantName: 'Test district' },
      problem: { code: 'POWERSCHOOL_SECRET_REFUSED' },
    });
    t.ok(
      json('buckets.json').some(({ kind, count }: { kind: string; count: number }) => kind === 'student' && count > 0),
    );
    t.match(
      json('checks.json').checks.find(({ name }: { name: string }) => name === 'powerschool.token'),
      { status: 'fail' },
    );
    const log = bundle.get('logs/agent.log') ?? '';
    for (const code of ['MAINTENANCE', 'FAILED', 'MALFORMED', 'SECRET_REFUSED']) {
      t.match(log, new RegExp(`"code":"POWERSCHOOL_${code}"`), 'the failure was real');
    }
    t.match(log, /"code":"SOURCE_INCOMPLETE"/);
    t.match(json('files.json'), [{ name: '.' }]);
    t.match(json('machine.json'), { node: process.versions.node, environment: { HTTPS_PROXY: 'not set' } });
  },
);

t.test('removes a secret that someone wrote into a log from the bundle', async (t) => {
  const folder = t.testdir({});
  const state = await AgentState.open(folder);
  await state.saveSettings(
    changeSettings(state.settings, { 'powerschool.clientId': 'an-id', 'log.file': join(folder, 'own.log') }),
  );
  await state.saveSecret(secret);
  await state.saveProxySignIn({ username: 'user', password: proxyPassword });
  const basic = Buffer.from(`an-id:${secret}`).toString('base64');
  const lines = [
    secret,
    JSON.stringify({ secret }),
    `Basic ${basic}`,
    `http://user:${encodeURIComponent(proxyPassword)}@proxy`,
    'harmless',
  ];
  await writeFile(join(folder, 'own.log'), lines.join('\n'));
  await writeFile(join(folder, 'own.log.1'), 'older\n');
  await writeFile(join(folder, 'someone-elses.json'), secret);
  const { name, zip } = await supportBundle({
    folder,
    env: {},
    platform: 'linux',
    clock: new ManualClock(),
    checks: undefined,
  });
  t.equal(name, 'hallpass-support-2025-03-01T12-00-00Z.zip');
  const bundle = await unzip(zip);
  t.equal(
    bundle.get('logs/own.log'),
    '[redacted]\n{"secret":"[redacted]"}\nBasic [redacted]\nhttp://user:[redacted]@proxy\nharmless\n',
  );
  t.equal(bundle.get('logs/own.log.1'), 'older\n');
  t.notOk(bundle.has('checks.json'));
  t.notMatch([...bundle.values()].join(), forbidden);
});

t.test('creates a bundle even when the state folder is broken or missing', async (t) => {
  const folder = t.testdir({ 'settings.json': '{"powerschool":', logs: { 'agent.log': 'the last words\n' } });
  const parts = { env: {}, platform: 'linux', clock: new ManualClock(), checks: undefined } as const;
  const broken = await unzip((await supportBundle({ folder, ...parts })).zip);
  t.match(JSON.parse(broken.get('settings.json') ?? ''), { error: 'STATE_UNREADABLE' });
  t.equal(broken.get('logs/agent.log'), 'the last words\n');
  const none = await unzip((await supportBundle({ folder: join(folder, 'no'), ...parts })).zip);
  t.match(JSON.parse(none.get('settings.json') ?? ''), { powerschool: { secret: 'missing' } });
  t.match(await runCommand(folder, ['support-bundle', '--no-checks', '--out', join(folder, 'no', 'x.zip')]), {
    code: 78,
    err: /SUPPORT_BUNDLE_UNWRITABLE/,
  });
});

t.test('includes only the end of long logs', async (t) => {
  const folder = t.testdir({});
  const paths = ['new', 'old'].map((name) => join(folder, name));
  await writeFile(join(folder, 'new'), 'n1\nn2\n');
  await writeFile(join(folder, 'old'), 'o1\no2\no3\n');
  const read = async (most: number) => {
    const found: string[] = [];
    for (const { lines } of await logExcerpts(paths, most)) for await (const line of lines()) found.push(line);
    return found;
  };
  t.same(await read(100), ['n1', 'n2', 'o1', 'o2', 'o3']);
  t.same(await read(11), ['n1', 'n2', 'o3'], 'no half line');
  t.same(await read(6), ['n1', 'n2']);
});
