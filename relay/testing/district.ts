/** A small district for tests of the sync engine: a store with a committed roster, and a Microsoft tenant to match. */
import { randomBytes, randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import type { DirectoryFile } from '../../scripts/simulators/microsoft/directory-file.ts';
import { dumpDirectory } from '../../scripts/simulators/microsoft/dump.ts';
import { type MicrosoftSimulator, startMicrosoftSimulator } from '../../scripts/simulators/microsoft/server.ts';
import type { Clock } from '../../shared/clock.ts';
import { toWire } from '../../shared/frames.ts';
import { atOnce } from '../../shared/in-parts.ts';
import { type Bucket, bucketKey, parseBucketKey, type RosterRecord } from '../../shared/roster.ts';
import { VirtualClock } from '../../shared/testing/virtual-clock.ts';
import { appBudget, GraphBudget } from '../graph/budget.ts';
import { GraphClient } from '../graph/client.ts';
import { openCredentials } from '../graph/credentials.ts';
import { openTransport, type Transport } from '../graph/transport.ts';
import { type Profile, parseProfile } from '../profile/profile.ts';
import { openVault } from '../secrets/key-file.ts';
import { createVault, type Vault } from '../secrets/vault.ts';
import { checkSettings, type RelaySettings, saveSettings, storeFile } from '../settings/settings.ts';
import { setProfile } from '../store/profiles/profiles.ts';
import { applyBatch, beginCycle, commitCycle, rowsOf } from '../store/roster/intake.ts';
import { openRequests } from '../store/runs/person-requests.ts';
import type { Store } from '../store/store.ts';
import { createTenant } from '../store/tenants/system.ts';
import type { RunReport } from '../sync/run.ts';
import type { TenantState } from '../sync/state/tenant-state.ts';
import { takeTurn } from '../sync/tenant-run.ts';
import { openFreshStore } from './fresh-store.ts';
import { type HowToRun, MidRun } from './mid-run.ts';

export const skuId = '6fd2c87f-b296-42f0-b197-1e91e994b900';

export interface Mode {
  students: 'match' | 'create';
  teachers: 'match' | 'create';
}

export function profileFor(mode: Mode): Profile {
  return parseProfile(
    {
      version: 1,
      name: 'test',
      state: 'enabled',
      mode,
      identity: {
        students: { source: 'studentNumber', suffix: null, target: 'mailNickname' },
        teachers: { source: 'username', suffix: 'contoso.edu', target: 'userPrincipalName' },
      },
      domains: { students: 'contoso.edu', teachers: 'contoso.edu' },
      licenses: { students: skuId, teachers: skuId, usageLocation: 'US' },
      schools: 'all',
      properties: { student: ['studentNumber', 'grade'] },
    },
    'test',
  );
}

/** Two schools, six sections, `students` students in three sections each, four teachers. */
export function smallRoster(students: number): RosterRecord[] {
  const records: RosterRecord[] = [];
  for (const school of ['1', '2']) {
    records.push({ kind: 'school', id: school, schoolId: 'district', name: `School ${school}`, schoolNumber: school });
  }
  for (let index = 0; index < 4; index += 1) {
    const schoolId = String((index % 2) + 1);
    const names = { username: `teacher${index}`, givenName: 'Kim', surname: `O'Neil ${index}` };
    records.push({ kind: 'teacher', id: `9${index}`, schoolId, ...names });
  }
  for (let index = 0; index < 6; index += 1) {
    const schoolId = String((index % 2) + 1);
    const course = { courseNumber: `C${index}`, courseName: `Course ${index}`, sectionNumber: '1', termId: '1' };
    records.push({ kind: 'section', id: `5${index}`, schoolId, ...course });
    const roster = { sectionId: `5${index}`, teacherId: `9${index % 4}` };
    records.push({ kind: 'teacherRoster', id: `7${index}`, schoolId, ...roster });
  }
  for (let index = 0; index < students; index += 1) {
    const schoolId = String((index % 2) + 1);
    const number = { username: `student${index}`, studentNumber: String(4000 + index), grade: '9' };
    records.push({
      kind: 'student',
      id: `1${index}`,
      schoolId,
      ...number,
      givenName: 'Ana',
      surname: `Šimić ${index}`,
    });
    for (let of = 0; of < 3; of += 1) {
      const sectionId = `5${(index + of * 2) % 6}`;
      records.push({ kind: 'studentEnrollment', id: `3${index}${of}`, schoolId, sectionId, studentId: `1${index}` });
    }
  }
  return records;
}

/** A turn in which no profile ran. */
const nothingRun: RunReport = { state: 'success', done: 0, failed: 0, held: 0, waiting: 0, problems: 0 };

export interface District {
  /** How to reach the Microsoft simulator. */
  settings: RelaySettings;
  /** In force for the next run. */
  profile: Profile;
  /** Other profiles of the district, which run after it. */
  others: Profile[];
  microsoft: MicrosoftSimulator;
  /** Seals first passwords. */
  vault: Vault;
  store: Store;
  tenantId: string;
  clock: VirtualClock;
  /** Replaces the roster of the mirror by these records, as a committed cycle does. */
  commit(records: readonly RosterRecord[]): Promise<void>;
  /** One run of every profile, remembering what the last one knew if it ended well. Returns the report of the first. */
  run(how?: HowToRun): Promise<RunReport>;
  /** A client of the tenant's Graph, beside the runs. */
  client(): GraphClient;
  /** The relay is restarted: what it knew in memory is gone. */
  restart(): void;
  /** What the tenant holds, by type. */
  dump(): Promise<Dump>;
  /** The relay loses its database: everything but Microsoft 365. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

interface DumpLine {
  type: string;
  id: string;
  displayName?: string;
  accountEnabled?: boolean;
  /** Of a class's team. */
  isArchived?: boolean;
  mailNickname?: string;
  userPrincipalName?: string;
  externalId?: string;
  primaryRole?: string;
  members?: string[];
  owners?: string[];
  licenses?: string[];
  /** Ids of schools, of users and classes. */
  schools?: string[];
  /** `Team` where there is one. */
  resourceProvisioningOptions?: string[];
  student?: { externalId?: string } | null;
  teacher?: { externalId?: string } | null;
  /** Directory extension attributes, of users and groups. */
  [attribute: `extension_${string}`]: string | undefined;
}
export type Dump = Record<'user' | 'class' | 'school', DumpLine[]>;

/** @param accounts whether everybody has an account already, as for matching */
export async function openDistrict(options: {
  dir: string;
  mode: Mode;
  students: number;
  accounts: boolean;
  /** A state folder, on which the commands can work too; without one nothing is kept. */
  home?: string;
  /** What else the tenant holds at the start. */
  furnish?: (file: DirectoryFile) => DirectoryFile;
  /** So many more Microsoft 365 tenants, which no district has yet. */
  freeTenants?: number;
  /** The share of Graph's limits that the relay keeps to: 1 for all of them. */
  speed?: number;
}): Promise<District> {
  const clock = new VirtualClock(Date.now());
  const directory: DirectoryFile = {
    tenant: {
      displayName: 'Contoso',
      domains: [{ id: 'contoso.edu', isDefault: true }],
      skus: [{ skuId, skuPartNumber: 'STANDARDWOFFPACK_STUDENT', enabled: 500_000 }],
    },
    users: options.accounts ? accountsFor(options.students) : [],
  };
  const microsoft = await startMicrosoftSimulator({
    clock,
    lag: 50,
    directory: options.furnish?.(directory) ?? directory,
    tenants: Array.from({ length: options.freeTenants ?? 0 }, () => ({ directory: { ...directory, users: [] } })),
  });
  const secretFile = join(options.dir, 'secret');
  const caFile = join(options.dir, 'ca.pem');
  await writeFile(secretFile, microsoft.clientSecret ?? '');
  await writeFile(caFile, microsoft.ca);
  const { home, speed = 1 } = options;
  const { baseUrl, clientId } = microsoft;
  const given = { graph: { baseUrl, authority: baseUrl, clientId, secretFile, caFile } };
  const settings = home === undefined ? checkSettings(given) : await saveSettings(home, given);
  const file = home === undefined ? ':memory:' : storeFile(home);
  const transport = await openTransport(caFile);
  const credentials = await openCredentials(settings.graph, transport, clock);
  const opened = await openTenant(file, microsoft.tenantId, profileFor(options.mode));
  const key = randomBytes(32);
  const vault = home === undefined ? createVault(async () => key, 'test') : openVault(home, undefined);
  let memory: TenantState | undefined;
  const random = () => 0.5;
  const clientOver = (over: Transport, signal: AbortSignal): GraphClient =>
    new GraphClient({
      baseUrl: microsoft.baseUrl,
      graphTenantId: microsoft.tenantId,
      credentials,
      transport: over,
      budget: new GraphBudget(appBudget(clock, speed), clock, speed),
      clock,
      random,
      signal,
    });
  const district: District = {
    settings,
    profile: profileFor(options.mode),
    others: [],
    microsoft,
    vault,
    clock,
    ...opened,
    async commit(records) {
      await commitRoster(district, records, clock);
    },
    async run(how = {}) {
      const midRun = new MidRun(how);
      const { wakes, alive } = midRun;
      const client = clientOver(midRun.transport(transport), alive);
      const store = midRun.store(district.store);
      const { tenantId, profile, others } = district;
      const log = pino({ enabled: false });
      const known = memory;
      memory = undefined;
      const root = `${microsoft.baseUrl}/v1.0`;
      const profiles = [profile, ...others];
      const due = how.isForPeople ? [] : profiles.filter(({ state }) => state !== 'paused').map(({ name }) => name);
      const isAsked = (await store.readTenant(tenantId, openRequests)).length > 0;
      const turn = await takeTurn(
        { store, tenantId, profiles, due, isAsked, client, root, vault, clock, random, signal: alive, wakes, log },
        known,
      ).finally(() => midRun.end());
      const report = turn?.reports.get(profile.name);
      if (turn === undefined) throw new Error('the mirror is not settled');
      memory = turn.memory;
      if (report === undefined && !how.isForPeople) throw new Error('the profile did not run');
      return report ?? nothingRun;
    },
    client() {
      return clientOver(transport, new AbortController().signal);
    },
    restart() {
      memory = undefined;
    },
    async dump() {
      // Not over HTTP: a connection that a fault drops takes every request on it along.
      const lines = [...dumpDirectory(microsoft.directory)]
        .join('')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as DumpLine);
      const of = (type: string) => lines.filter((line) => line.type === type);
      return { user: of('user'), class: of('class'), school: of('school') };
    },
    async forget() {
      memory = undefined;
      await district.store.close();
      if (home !== undefined) for (const end of ['', '-wal', '-shm']) await rm(`${file}${end}`, { force: true });
      Object.assign(district, await openTenant(file, microsoft.tenantId, district.profile));
    },
    async close() {
      await district.store.close();
      await transport.close();
      await microsoft.close();
    },
  };
  return district;
}

async function openTenant(
  file: string,
  graphTenantId: string,
  profile: Profile,
): Promise<{ store: Store; tenantId: string }> {
  const store = await openFreshStore(file);
  const tenant = await store.system((scope) =>
    createTenant(scope, { slug: 'contoso', name: 'Contoso', graphTenantId }, new Date()),
  );
  await store.withTenant(tenant.id, (scope) => setProfile(scope, profile, new Date()));
  return { store, tenantId: tenant.id };
}

/** Replaces the roster of a tenant's mirror by these records, as a committed cycle does. */
export async function commitRoster(
  { store, tenantId }: Pick<District, 'store' | 'tenantId'>,
  records: readonly RosterRecord[],
  clock: Clock,
): Promise<void> {
  const wanted = new Set(records.map(idInBucket));
  const present = await store.withTenant(tenantId, (scope) =>
    scope.db
      .selectFrom('record')
      .select(['kind', 'school_id', 'id'])
      .where('tenant_id', '=', tenantId)
      .where('deleted', '=', 0)
      .execute(),
  );
  const gone = present
    .map(({ kind, school_id: schoolId, id }) => ({ kind, schoolId, id }))
    .filter((one) => !wanted.has(idInBucket(one)));
  await commitChanges({ store, tenantId }, { upserts: records, gone }, clock);
}

export interface RosterChanges {
  upserts: readonly RosterRecord[];
  gone: readonly (Bucket & { id: string })[];
}

/** Changes the roster of a tenant's mirror, as a committed cycle does. */
export async function commitChanges(
  { store, tenantId }: Pick<District, 'store' | 'tenantId'>,
  { upserts, gone }: RosterChanges,
  clock: Clock,
): Promise<void> {
  const cycle = randomUUID();
  const now = new Date(clock.now());
  await store.withTenant(tenantId, (scope) => beginCycle(scope, cycle));
  const { salt } = await store.withTenant(tenantId, ({ db }) =>
    db.selectFrom('tenant').select('salt').where('id', '=', tenantId).executeTakeFirstOrThrow(),
  );
  const wanted = Map.groupBy(upserts, bucketKey);
  const lost = Map.groupBy(gone, bucketKey);
  for (const key of new Set([...wanted.keys(), ...lost.keys()])) {
    const bucket = parseBucketKey(key);
    if (bucket === undefined) throw new TypeError(key);
    const deletes = (lost.get(key) ?? []).map(({ id }) => id);
    const rows = atOnce(rowsOf(salt, { bucket, upserts: wanted.get(key)?.map(toWire) ?? [], deletes }));
    await store.withTenant(tenantId, (scope) => applyBatch(scope, cycle, bucket, rows));
  }
  await store.withTenant(tenantId, (scope) => commitCycle(scope, cycle, [], now));
}

function idInBucket(one: Bucket & { id: string }): string {
  return `${bucketKey(one)} ${one.id}`;
}

function accountsFor(count: number) {
  const students = Array.from({ length: count }, (_, index) => ({
    userPrincipalName: `student${index}@contoso.edu`,
    mailNickname: String(4000 + index),
    displayName: `Student ${index}`,
    usageLocation: 'US',
  }));
  const teachers = Array.from({ length: 4 }, (_, index) => ({
    userPrincipalName: `teacher${index}@contoso.edu`,
    mailNickname: `teacher${index}`,
    displayName: `Teacher ${index}`,
    usageLocation: 'US',
  }));
  return [...students, ...teachers];
}
