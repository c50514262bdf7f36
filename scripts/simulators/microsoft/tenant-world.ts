/** One tenant of the simulator: its directory, its consent, its limits, and its faults. */
import type { Clock } from '../../../shared/clock.ts';
import { Directory } from './directory/directory.ts';
import { type DirectoryFile, directoryFileSchema, loadDirectory, tenantOf } from './directory-file.ts';
import { samplePeople, seedDirectory } from './directory-seed.ts';
import { type AppRegistration, inTenant, type Registration } from './entra/app-registration.ts';
import { Faults } from './faults.ts';
import { DeltaEpoch } from './graph/delta.ts';
import { defaultRoles } from './graph/permissions.ts';
import { graphRouter } from './graph/routes.ts';
import { GraphService } from './graph/service.ts';
import { type Random, seededRandom } from './random.ts';
import { Stats } from './stats.ts';
import { type AppLimits, Throttle } from './throttle.ts';

export interface TenantOptions {
  tenantId?: string;
  /** What the tenant holds; by default a directory for `people` made-up people. */
  directory?: DirectoryFile;
  people?: number;
  /** Application permissions that an administrator has consented to; null if nobody there has heard of the application. */
  roles?: readonly string[] | null;
  /** The same for the application that only reads, which nobody has consented to by default. */
  readerRoles?: readonly string[] | null;
}

export interface TenantWorld {
  tenantId: string;
  directory: Directory;
  /** The application as this tenant knows it. */
  app: AppRegistration;
  /** The same with others that are registered. */
  apps: readonly AppRegistration[];
  /** How long a consent takes to reach tokens, in milliseconds. */
  consentLag: number;
  faults: Faults;
  stats: Stats;
  epoch: DeltaEpoch;
  throttle: Throttle;
  service: GraphService;
}

export interface World {
  clock: Clock;
  random: Random;
  seed: number;
  speed: number;
  lag: number;
  teamLag: number;
  teamDuration: number;
  /** The application's own limits, across all tenants. */
  appLimits: AppLimits;
}

export function openTenantWorld(
  tenantId: string,
  registered: readonly [Registration, ...Registration[]],
  options: TenantOptions,
  world: World,
): TenantWorld {
  const [app, ...others] = registered;
  const known = inTenant(app, consentOf(options.roles === undefined ? defaultRoles : options.roles));
  const apps = [known, ...others.map((one) => inTenant(one, consentOf(options.readerRoles ?? null)))];
  const { clock, random, seed, speed, lag, teamLag, teamDuration, appLimits } = world;
  const file = directoryFileSchema.parse(options.directory ?? sampleDirectory(options.people ?? 200, seed));
  const directory = new Directory({ tenant: tenantOf(file, tenantId), clock, random, lag, teamLag, teamDuration });
  loadDirectory(file, directory);
  const [faults, stats, epoch] = [new Faults(), new Stats(), new DeltaEpoch()];
  const throttle = new Throttle({ clock, speed, users: () => directory.users.size, tenantId, appLimits });
  const router = graphRouter(directory, epoch, app.clientId);
  const service = new GraphService({ router, throttle, faults, stats, clock, catchUp: () => directory.catchUp() });
  return { tenantId, directory, app: known, apps, consentLag: 0, faults, stats, epoch, throttle, service };
}

function consentOf(roles: readonly string[] | null): { roles: readonly string[]; isKnown: boolean } {
  return { roles: roles ?? [], isKnown: roles !== null };
}

/** The same world with its own randomness, so that an additional tenant does not change the others. */
export function worldOfNext(world: World, index: number): World {
  const seed = world.seed + index * 7919;
  return { ...world, seed, random: seededRandom(seed) };
}

function sampleDirectory(people: number, seed: number): DirectoryFile {
  return seedDirectory(samplePeople(people, seed), { seed, domain: 'district.example' });
}
