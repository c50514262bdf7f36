/** PowerSchool, agent, line and relay in one process: the real programs, real sockets, files and SQLite. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceKind } from '../../agent/model/source.ts';
import type { CycleEnd } from '../../agent/model/watch.ts';
import { changeSettings, settingsSchema } from '../../agent/settings/settings.ts';
import { AgentState } from '../../agent/state/agent-state.ts';
import { openAgent } from '../../agent/testing/open-agent.ts';
import { enroll } from '../../agent/uplink/enroll.ts';
import { defaultSources } from '../../plugin/extracts/sources.ts';
import { manifestOf } from '../../plugin/manifest.ts';
import { packPlugin } from '../../plugin/pack.ts';
import { type Profile, parseProfile } from '../../relay/profile/profile.ts';
import { wantedFields } from '../../relay/profile/wanted-fields.ts';
import { storeFile } from '../../relay/settings/settings.ts';
import { issueCode } from '../../relay/store/agents/agents.ts';
import { setProfile } from '../../relay/store/profiles/profiles.ts';
import { addTenant, startTestRelay } from '../../relay/testing/relay-double.ts';
import {
  type Credentials,
  type PowerSchoolSimulator,
  startPowerSchoolSimulator,
} from '../simulators/powerschool/server.ts';
import { History } from './history.ts';
import { Line } from './line.ts';
import { MirrorWatch } from './mirror-watch.ts';
import { patienceMs, RunningAgent } from './running-agent.ts';
import { ShiftedClock } from './shifted-clock.ts';
import { shrink } from './small-district.ts';
import { readTruth } from './truth.ts';

/** Rows per page: some buckets have several pages. */
const pageSize = 10;
/** After a refusal of the secret the agent rests for an hour at most. */
const longestPauseMs = 61 * 60_000;

const profile: Profile = parseProfile(
  {
    version: 1,
    name: 'everybody',
    state: 'enabled',
    mode: { students: 'create', teachers: 'create' },
    identity: {},
    domains: { students: 'contoso.edu', teachers: 'contoso.edu' },
    licenses: { students: null, teachers: null, usageLocation: 'US' },
    schools: 'all',
    properties: { student: ['studentNumber', 'grade'], section: ['period'] },
  },
  'everybody',
);

export interface World {
  source: SourceKind;
  simulator: PowerSchoolSimulator;
  history: History;
  line: Line;
  clock: ShiftedClock;
  /** The state folder of the agent. */
  folder: string;
  /** For copies of the state of both programs. */
  scratch: string;
  /** Changes PowerSchool: `make` is done at once, without anybody reading in between. */
  change(make: () => void): Promise<void>;
  /** One `sync --once` of a new agent. @returns how the cycle ended, as the local page shows it; undefined when none began */
  syncOnce(): Promise<{ end: CycleEnd | undefined; error: unknown }>;
  /** An agent that goes on until it is stopped. */
  startAgent(): Promise<RunningAgent>;
  /** What should not have happened since the last call. */
  violations(): string[];
  /** Where relay, agent and PowerSchool are not of one mind. */
  differences(): Promise<string[]>;
  /** Ends faults, and lets time pass until everybody tries again. */
  calm(): void;
  /** Ends the relay and starts it again. @param meanwhile told where its database is */
  restartRelay(meanwhile?: (database: string) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export async function openWorld(source: SourceKind): Promise<World> {
  // In memory where there is such a folder: nothing here is about power cuts, and waiting for disks is most of the time.
  const root = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'hallpass-chaos-'));
  const folder = join(root, 'agent');
  const home = join(root, 'relay');
  const clock = new ShiftedClock();
  const database = { db: join(root, 'powerschool.db'), students: 10, seed: 1, http: true, version: '24.3.0.0', clock };
  const simulator = await startPowerSchoolSimulator(database);
  const credentials = await install(simulator, source);
  shrink(simulator);
  const oracle = await startPowerSchoolSimulator(database);

  const line = new Line();
  const relayUrl = await line.open();
  let relay = await startTestRelay(home, { clock });
  line.port = Number(new URL(relay.url).port);
  let watch = new MirrorWatch(storeFile(home));
  const found: string[] = [];
  const tenant = await addTenant(relay, 'contoso');
  await relay.store.withTenant(tenant.id, (scope) => setProfile(scope, profile, new Date()));
  const { code } = await relay.store.withTenant(tenant.id, (scope) => issueCode(scope, new Date()));
  await enrolled(folder, relayUrl, code, { simulator, credentials, source });

  const history = new History();
  const note = async () =>
    history.note(await readTruth({ simulator: oracle, credentials, source, wanted: wantedFields(profile), clock }));
  await note();

  const world: World = {
    ...{ source, simulator, history, line, clock, folder, scratch: join(root, 'scratch') },
    async change(make) {
      make();
      await note();
    },
    async syncOnce() {
      let end: CycleEnd | undefined;
      const { agent, parts } = await openAgent(folder, relayUrl, new AbortController().signal, {
        clock,
        powerschoolTimeoutMs: patienceMs,
        watch: (moment) => {
          if (moment.moment === 'cycle.ended') end = moment;
        },
      });
      const error = await agent.syncOnce(new Set()).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      await parts.lock.release();
      return { end, error };
    },
    startAgent: () => RunningAgent.start(folder, relayUrl, clock),
    violations() {
      found.push(...history.violations(watch.writes()));
      return found.splice(0);
    },
    async differences() {
      const { baselines } = (await openAgent(folder, relayUrl, new AbortController().signal)).parts;
      const kept = watch.digests();
      const own = new Map(baselines.keys().map((key) => [key, baselines.digest(key).sum]));
      const keys = new Set([...kept.keys(), ...own.keys()]);
      return [
        ...history.differences(watch.records()),
        ...watch.wrongDigests().map((key) => `the relay's digest of ${key} is not that of its records`),
        ...[...keys].filter((key) => kept.get(key) !== own.get(key)).map((key) => `${key}: other digest at the agent`),
      ];
    },
    calm() {
      simulator.clearFaults();
      line.fix();
      clock.forward(longestPauseMs);
    },
    async restartRelay(meanwhile = async () => undefined) {
      line.port = undefined;
      await relay.close();
      found.push(...history.violations(watch.writes()));
      watch.close();
      await meanwhile(storeFile(home));
      relay = await startTestRelay(home, { clock });
      watch = new MirrorWatch(storeFile(home));
      line.port = Number(new URL(relay.url).port);
    },
    async close() {
      watch.close();
      await line.close();
      await relay.close();
      await oracle.close();
      await simulator.close();
      await rm(root, { recursive: true, force: true });
    },
  };
  return world;
}

async function install(simulator: PowerSchoolSimulator, source: SourceKind): Promise<Credentials> {
  const variant = source === 'rest' ? 'rest-legacy' : 'powerquery';
  return simulator.installPlugin(await packPlugin(manifestOf({ variant, version: '0.1.0', sources: defaultSources })));
}

async function enrolled(
  folder: string,
  relay: URL,
  code: string,
  { simulator, credentials, source }: { simulator: PowerSchoolSimulator; credentials: Credentials; source: SourceKind },
): Promise<void> {
  const state = await AgentState.open(folder);
  const changes = {
    'powerschool.url': simulator.baseUrl,
    'powerschool.clientId': credentials.clientId,
    'powerschool.pageSize': pageSize,
    'powerschool.source': source,
  };
  await state.saveSettings(changeSettings(settingsSchema.parse({}), changes));
  await state.saveSecret(credentials.clientSecret);
  await state.saveIdentity(await enroll({ relay, ca: [], code, name: 'chaos' }));
}
