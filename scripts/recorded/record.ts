/**
 * Records what a build says and leaves behind, so that later versions can be tested against it: the link's traffic, a
 * relay's database, an agent's folder, profile documents, answers of the API. Everything in it is made up.
 *
 *   node scripts/recorded/record.ts COMMIT FOLDER
 */
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { checkoutOf } from '../bench/builds/checkout.ts';
import { readScriptOptions } from '../script-options.ts';
import { Build, type Facts } from './build.ts';
import { type Crossing, RecordedLine } from './line.ts';
import { profileDocuments } from './profiles.ts';

const {
  args: [commit = '', target = ''],
} = readScriptOptions(
  'node scripts/recorded/record.ts',
  'Records what a build says and leaves behind, so that later versions can be tested against it.',
  (command) => command.argument('<commit>', 'the build').argument('<folder>', 'where to'),
);

const agentBin = 'agent/hallpass-agent.mjs';
const relayBin = 'relay/hallpass-relay.mjs';
const district = 'summit';
const students = 30;

const folder = await mkdtemp(join(tmpdir(), 'hallpass-record-'));
const build = new Build(await checkoutOf(commit), { TZ: 'UTC' });
const [agentHome, relayHome, authority] = ['agent', 'relay', 'authority'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
const agent = (...args: string[]) => build.run(agentBin, args, agentHome);
const relay = (...args: string[]) => build.run(relayBin, args, relayHome);
const write = async (name: string, content: string) => {
  const file = join(folder, name);
  await writeFile(file, content, { mode: 0o600 });
  return file;
};

const isMessage = (type: string, from: Crossing['from']) => (crossing: Crossing) =>
  crossing.from === from &&
  'message' in crossing &&
  typeof crossing.message === 'object' &&
  crossing.message !== null &&
  'type' in crossing.message &&
  crossing.message.type === type;
const isCommitted = isMessage('cycle.commit', 'agent');

try {
  const powerschool = await startPowerSchool();
  const microsoft = await startMicrosoft();
  await relay('configure', '--port', '0', '--cycle-seconds', '1', ...graphOptions(microsoft));
  await relay('tenant', 'add', district, '--name', 'Summit Schools', '--graph-tenant', String(microsoft.tenantId));
  const profiles = profileDocuments;
  await relay(
    'profile',
    'set',
    district,
    await write('profile.json', JSON.stringify(profiles['create-new-users.json'])),
  );
  const serving = await serve('0');
  const relayUrl = String(serving.facts.url);
  const line = await RecordedLine.open(new URL(relayUrl));

  line.scene = 'enrollment with a wrong code, then with the right one';
  await agent('enroll', '--relay', line.url, '--code-file', await write('wrong-code', 'AAAA-BBBB-CCCC'));
  const { code } = JSON.parse(await relay('enroll-code', district, '--json'));
  await agent('enroll', '--relay', line.url, '--code-file', await write('code', code));

  line.scene = 'check before the first cycle';
  await agent('check');

  line.scene = 'first cycle: an empty baseline meets an empty mirror';
  const running = await work();
  await line.until(isCommitted);
  await waitForRun();

  line.scene = 'a student is renamed, one leaves, one enrolls';
  await edit(powerschool, [
    { op: 'renameStudent', studentId: 3, lastName: "O'Neill-Škoda" },
    { op: 'deactivateStudent', studentId: 5 },
  ]);
  await line.until(isCommitted);
  await waitForRun();

  line.scene = 'another profile: the wanted fields change';
  await relay('profile', 'set', district, await write('more.json', JSON.stringify(profiles['more-properties.json'])));
  await line.until(isMessage('command', 'relay'));
  await line.until(isCommitted);
  await waitForRun();

  line.scene = 'a message of a type that nobody knows, to either side';
  line.interject('agent', { type: 'greeting', text: 'hello' });
  line.interject('relay', { type: 'greeting', text: 'hello' });
  await line.until(isMessage('error', 'agent'));
  await line.until(isMessage('error', 'relay'));

  line.scene = 'the agent stops';
  await build.stop(running.child);

  line.scene = 'a lost baseline: one bucket is compared by its manifest';
  await cp(agentHome, join(folder, 'agent-in-step'), { recursive: true });
  await rm(join(agentHome, 'baseline'), { recursive: true, force: true });
  const again = await work();
  await line.until(isMessage('manifest', 'relay'));
  await edit(powerschool, [{ op: 'renameStudent', studentId: 7, firstName: 'Ada' }]);
  await line.until(isCommitted);
  await waitForRun();

  line.scene = 'the relay goes down and comes back';
  await build.stop(serving.child);
  await line.until(isMessage('drain', 'relay'));
  const back = await serve(new URL(relayUrl).port);
  await line.until(isMessage('welcome', 'relay'));

  const token = tokenOf(await relay('token', 'create', district, '--name', 'recording', '--json'));
  await recordAnswers(relayUrl, token);
  await recordDatabase();

  line.scene = 'the agent is revoked';
  const listed = JSON.parse(await relay('agent', 'list', district, '--json'));
  const agents: { id: string }[] = Array.isArray(listed) ? listed : listed.agents;
  await relay('agent', 'revoke', district, agents[0]?.id ?? '');
  await line.until((crossing) => 'closed' in crossing && crossing.closed.code === 4001);

  await build.stop(again.child);
  await build.stop(back.child);
  line.close();
  await recordLink(line.crossings);
  await recordAgentFolder();
  await recordSchemas();
  for (const [name, document] of Object.entries(profiles)) await keep('profiles', name, document);
} finally {
  await build.stopAll();
  await rm(folder, { recursive: true, force: true });
}
// Sockets of the line that nobody closes would hold the program.
process.exitCode ??= 0;

async function startPowerSchool(): Promise<Facts> {
  const zip = join(folder, 'plugin.zip');
  await agent('plugin', '--out', zip);
  const args = ['--students', `${students}`, '--seed', '11', '--time-zone', 'UTC', '--ca', authority, '--plugin', zip];
  const { facts } = await build.start('scripts/simulators/powerschool/main.ts', args, (line) => line.ready === true);
  const secretFile = await write('powerschool-secret', String(facts.clientSecret));
  const ca = join(authority, 'ca.pem');
  const options = ['--powerschool-client-id', String(facts.clientId), '--powerschool-secret-file', secretFile];
  options.push('--powerschool-url', String(facts.baseUrl), '--powerschool-ca', ca, '--relay-ca', ca);
  options.push('--database-share', '0.5', '--cycle-seconds', '1', '--page-port', '0', '--name', 'recorded agent');
  await agent('configure', ...options);
  return facts;
}

async function startMicrosoft(): Promise<Facts> {
  const secret = await write('app-secret', 'a secret of the simulated tenant');
  const args = ['--people', '10', '--seed', '11', '--ca', authority, '--client-secret-file', secret, '--speed', '50'];
  const { facts } = await build.start('scripts/simulators/microsoft/main.ts', args, (line) => line.ready === true);
  return { ...facts, secret };
}

function graphOptions({ baseUrl, clientId, secret }: Facts): string[] {
  const url = String(baseUrl);
  const named = {
    'graph-url': url,
    'graph-authority': url,
    'graph-ca': join(authority, 'ca.pem'),
    'graph-speed': '50',
  };
  const app = { 'client-id': String(clientId), 'client-secret-file': String(secret) };
  return Object.entries({ ...named, ...app }).flatMap(([name, value]) => [`--${name}`, value]);
}

async function serve(port: string) {
  const args = ['serve', '--port', port, '--log-format', 'json'];
  return await build.start(relayBin, args, (line) => line.event === 'relay.ready', relayHome);
}

async function work() {
  const args = ['run', '--log-format', 'json'];
  return await build.start(agentBin, args, (line) => line.event === 'page.open', agentHome);
}

/** Until nothing is left to do: three looks, a second apart, that show the same finished run. */
async function waitForRun(): Promise<void> {
  let same = 0;
  let before = '';
  for (let looks = 0; looks < 120 && same < 3; looks += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const now = await relay('runs', district, '--json');
    same = now === before && !now.includes('"running"') ? same + 1 : 0;
    before = now;
  }
}

async function edit(powerschool: Facts, edits: object[]): Promise<void> {
  const answer = await call(`${String(powerschool.baseUrl)}/_sim/edit`, 'POST', JSON.stringify(edits));
  if (answer.status !== 200) throw new RangeError(`the edit was answered with ${answer.status}: ${answer.body}`);
}

async function call(url: string, method: string, body: string): Promise<{ status: number; body: string }> {
  return await new Promise((resolve, reject) => {
    // The simulator's certificate is that of a made-up authority in a folder of this program's own.
    const sent = request(url, { method, rejectUnauthorized: false }, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function tokenOf(answer: string): string {
  return String(JSON.parse(answer).token);
}

async function recordAnswers(url: string, token: string): Promise<void> {
  const base = `${url}/api/v1`;
  const paths = ['status', 'plan', 'problems', 'runs', 'runs/1', 'holds', 'drift?all=true', 'audit'];
  paths.push('explain?student=3', 'explain?student=5', 'explain?student=3&section=1');
  const answers: Record<string, unknown> = {};
  for (const path of paths) {
    const answer = await fetch(`${base}/tenants/${district}/${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    answers[path] = { status: answer.status, body: await answer.json() };
  }
  answers['openapi.json'] = { status: 200, body: await (await fetch(`${base}/openapi.json`)).json() };
  await keep('api', 'answers.json.gz', gzipSync(JSON.stringify(answers), { level: 9 }));
}

async function recordDatabase(): Promise<void> {
  const copy = join(folder, 'copy.db');
  const db = new DatabaseSync(join(relayHome, 'relay.db'));
  db.prepare('VACUUM INTO ?').run(copy);
  db.close();
  await keep('relay', 'relay.db.gz', gzipSync(await readFile(copy), { level: 9 }));
  for (const name of ['settings.json', 'secret.key']) {
    await keep('relay', name, await readFile(join(relayHome, name)).catch(() => undefined));
  }
}

/** As it was when both sides were in step. The client secret in it is that of a simulator that is gone. */
async function recordAgentFolder(): Promise<void> {
  await rm(join(target ?? '', 'agent'), { recursive: true, force: true });
  await cp(join(folder, 'agent-in-step'), join(target ?? '', 'agent'), {
    recursive: true,
    filter: (source) => !/agent\.lock$|\.log$|logs$/.test(source),
  });
}

async function recordLink(crossings: readonly Crossing[]): Promise<void> {
  await keep(
    'link',
    'traffic.jsonl.gz',
    gzipSync(crossings.map((one) => `${JSON.stringify(one)}\n`).join(''), { level: 9 }),
  );
  const version = execFileSync(process.execPath, [join(build.folder, relayBin), '--version'], { encoding: 'utf8' });
  await keep('', 'about.json', {
    version: version.trim(),
    commit,
    recordedAt: new Date().toISOString(),
    district,
    students,
  });
}

/** What each side took for a message, as JSON Schema made by the build's own zod. */
async function recordSchemas(): Promise<void> {
  const link = await import(join(build.folder, 'shared/link.ts'));
  const { z } = await import(join(build.folder, 'node_modules/zod/index.js'));
  for (const side of ['agent', 'relay']) {
    await keep('link', `${side}-messages.schema.json`, z.toJSONSchema(link[`${side}MessageSchema`], { io: 'input' }));
  }
}

async function keep(place: string, name: string, content: unknown): Promise<void> {
  if (content === undefined) return;
  await mkdir(join(target ?? '', place), { recursive: true });
  const bytes = Buffer.isBuffer(content) ? content : `${JSON.stringify(content, null, 2)}\n`;
  await writeFile(join(target ?? '', place, name), bytes, { mode: 0o600 });
}
