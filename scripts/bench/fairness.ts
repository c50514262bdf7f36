/**
 * Three districts of the same size that load at once, and edits of a fourth meanwhile: how evenly the three come forward, and how much
 * longer an edit takes than alone. The relay and Microsoft 365 are processes of their own. Before that, on a virtual clock, twelve
 * tenants where the limit of the application binds (fairness/application.ts). Exit code 1 when a target is missed.
 *
 *   npm run bench -- fairness [--students 1500] [--speed 1000] [--only application]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Option } from 'commander';
import { saveSettings, storeFile } from '../../relay/settings/settings.ts';
import { setProfile } from '../../relay/store/profiles/profiles.ts';
import { openStore, type Store } from '../../relay/store/store.ts';
import { createTenant } from '../../relay/store/tenants/system.ts';
import { profileFor, smallRoster } from '../../relay/testing/district.ts';
import type { RosterRecord } from '../../shared/roster.ts';
import { count, readScriptOptions } from '../script-options.ts';
import { measureApplication } from './fairness/application.ts';
import type { Reached, Written } from './fairness/microsoft.ts';
import { connectSender, sendRoster } from './fairness/roster.ts';
import { firstAt, sharesOf } from './fairness/shares.ts';
import { quantile } from './hostile/good.ts';
import { recordsOf } from './memory/district.ts';

const targets = { share: 0.25, slowdown: 2, ofApplication: 0.1, editSeconds: 1 };
const slugs = ['small', 'one', 'two', 'three'];
const loading = [1, 2, 3];
/** Edits of the small district, alone, and between two of them, milliseconds: nobody edits all the time. */
const editsAlone = 9;
const betweenEditsMs = 1000;
/** Without a write for so long, a district is done, milliseconds. */
const quietMs = 4000;
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const {
  options: { students, speed, only },
} = readScriptOptions<{ students: number; speed: number; only: 'application' | 'processor' | undefined }>(
  'npm run bench -- fairness',
  'Three districts that load at once, and the edits of a fourth.',
  (command) =>
    command
      .option('--students <number>', 'of each of the three', count, 1500)
      .option('--speed <factor>', "Graph's limits, so that the processor is what they share", count, 1000)
      .addOption(new Option('--only <case>', 'one of the two').choices(['application', 'processor'])),
);

if (only !== 'processor') await shareApplication();
if (only === 'application') process.exit();

const seen: Written[] = [];
const changed = new Set<() => void>();
const latest = (): Written => seen.at(-1) ?? { at: 0, writes: [], throttled: 0 };

async function startMicrosoft(): Promise<{ child: ChildProcess; reached: Reached }> {
  const args = [here('fairness/microsoft.ts'), `${slugs.length}`, `${speed}`];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const reached = Promise.withResolvers<Reached>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said: Reached | Written = JSON.parse(line);
    if ('baseUrl' in said) return reached.resolve(said);
    seen.push(said);
    for (const look of changed) look();
  });
  return { child, reached: await reached.promise };
}

async function startRelay(home: string): Promise<{ relay: ChildProcess; url: string }> {
  const relay = spawn(process.execPath, [here('../../relay/hallpass-relay.mjs'), 'serve', '--log-format', 'json'], {
    env: { ...process.env, HALLPASS_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: relay.stdout ?? process.stdin });
  const url = await new Promise<string>((resolve) => {
    lines.on('line', (line) => line.includes('"relay.ready"') && resolve(String(JSON.parse(line).url)));
  });
  return { relay, url };
}

async function addDistricts(store: Store, { tenantIds }: Reached): Promise<string[]> {
  const profile = profileFor({ students: 'create', teachers: 'create' });
  const ids: string[] = [];
  for (const [at, slug] of slugs.entries()) {
    const graphTenantId = tenantIds[at] ?? '';
    const { id } = await store.system((scope) => createTenant(scope, { slug, name: slug, graphTenantId }, new Date()));
    await store.withTenant(id, (scope) => setProfile(scope, profile, new Date()));
    ids.push(id);
  }
  return ids;
}

/** Resolves when a district's writes pass a number. @returns when that was, milliseconds since the epoch */
async function passed(place: number, writes: number): Promise<number> {
  while ((latest().writes[place] ?? 0) <= writes) {
    await new Promise<void>((resolve) => {
      const look = () => {
        changed.delete(look);
        resolve();
      };
      changed.add(look);
    });
  }
  return latest().at;
}

async function quiet(places: readonly number[]): Promise<void> {
  const sum = () => places.reduce((all, place) => all + (latest().writes[place] ?? 0), 0);
  for (let before = -1; before !== sum() || sum() === 0; ) {
    before = sum();
    await wait(quietMs);
  }
}

const home = await mkdtemp(join(tmpdir(), 'hallpass-fairness-'));
const children: ChildProcess[] = [];
try {
  const { child, reached } = await startMicrosoft();
  children.push(child);
  const [secretFile, caFile] = [join(home, 'secret'), join(home, 'ca.pem')];
  await writeFile(secretFile, reached.clientSecret, { mode: 0o600 });
  await writeFile(caFile, reached.ca);
  const { baseUrl, clientId } = reached;
  await saveSettings(home, {
    listen: { port: 0 },
    graph: { baseUrl, authority: baseUrl, clientId, secretFile, caFile, speed },
  });
  const store = await openStore(storeFile(home));
  const ids = await addDistricts(store, reached);
  const { relay, url } = await startRelay(home);
  children.push(relay);
  const senders = await Promise.all(ids.map((id) => connectSender(store, id, url)));
  const send = async (place: number, records: readonly RosterRecord[]) => {
    const sender = senders[place];
    if (sender !== undefined) await sendRoster(sender, records);
  };
  const roster = smallRoster(50);
  await send(0, roster);
  await quiet([0]);

  const pupils = roster.filter((record) => record.kind === 'student');
  let edits = 0;
  /** Milliseconds until it is acknowledged, and until it is in Microsoft 365. */
  const edit = async (): Promise<{ at: number; ackMs: number; ms: number }> => {
    await wait(betweenEditsMs);
    const pupil = pupils[edits % pupils.length];
    edits += 1;
    if (pupil === undefined) throw new TypeError('the small district has pupils');
    const before = latest().writes[0] ?? 0;
    const from = Date.now();
    await send(0, [{ ...pupil, surname: `Edited ${edits}` }]);
    const ackMs = Date.now() - from;
    return { at: from, ackMs, ms: (await passed(0, before)) - from };
  };
  const alone: Awaited<ReturnType<typeof edit>>[] = [];
  while (alone.length < editsAlone) alone.push(await edit());

  const begin = seen.length - 1;
  const load = [...recordsOf(students)];
  await Promise.all(loading.map((place) => send(place, load)));
  const finished = quiet(loading).then(() => 'finished' as const);
  await Promise.all(loading.map((place) => passed(place, 0)));
  const made: typeof alone = [];
  const isOver = async () => (await Promise.race([finished, wait(0, 'loading' as const)])) === 'finished';
  while (!(await isOver())) made.push(await edit());
  await store.close();

  const during = seen.slice(begin);
  const ends = loading.map((place) => latest().writes[place] ?? 0);
  const shares = sharesOf(during, loading, ends);
  // Whoever edits after the loads are done is alone again.
  const firstDone = firstAt(during, loading, ends);
  const loaded = made.filter(({ at, ms }) => at + ms <= firstDone);
  const median = (edits: typeof alone, of: 'ms' | 'ackMs') => {
    const times = edits.map((one) => one[of]).toSorted((a, b) => a - b);
    return quantile(times, 0.5);
  };
  const slowdown = median(loaded, 'ms') / median(alone, 'ms');
  print(
    'writes of the three until the first was done, over their mean',
    shares?.map((one) => one.toFixed(2)).join('  '),
  );
  const told = (edits: typeof alone) => `${median(edits, 'ms').toFixed(0)} (${median(edits, 'ackMs').toFixed(0)})`;
  print('edit of the fourth alone, median, ms (until acknowledged)', told(alone));
  const slowest = Math.max(...loaded.map(({ ms }) => ms));
  print('… while the three load', `${told(loaded)}, ${loaded.length} edits, slowest ${slowest}`);
  print('… over alone', slowdown.toFixed(2));
  print('429 answers', `${latest().throttled}`);
  const isFair = shares?.every((one) => Math.abs(one - 1) <= targets.share) ?? false;
  if (!isFair || !(slowdown <= targets.slowdown)) process.exitCode = 1;
} finally {
  for (const child of children.toReversed()) {
    child.stdin?.end();
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
  await rm(home, { recursive: true, force: true });
}

async function shareApplication(): Promise<void> {
  const { shares, smallLoad, smallWait, editWait, throttled } = await measureApplication();
  print(
    "the application's limit, 12 tenants: least and most of a load",
    `${Math.min(...shares).toFixed(2)}  ${Math.max(...shares).toFixed(2)}`,
  );
  print('… load of a district of 100, over its share', smallLoad.toFixed(2));
  print('… longest wait of its batches, over four at its share', smallWait.toFixed(2));
  print('… longest wait of its edits, s', editWait.toFixed(2));
  print('… 429 answers', `${throttled}`);
  const atMost = 1 + targets.ofApplication;
  const isEven = shares.every((one) => Math.abs(one - 1) <= targets.ofApplication);
  const isBounded = smallLoad <= atMost && smallWait <= atMost && editWait <= targets.editSeconds;
  if (!isEven || !isBounded || throttled > 0) process.exitCode = 1;
}

function print(what: string, figure: string | undefined): void {
  process.stdout.write(`${what.padEnd(66)}${figure ?? 'one was done before all had begun'}\n`);
}
