/** The districts of the console: their PowerSchools with the plugin, their Microsoft 365, and agents that are enrolled. */
import { configureAgent, enrollAgent, writePlugin } from './agent.ts';
import { type Directory, demoDirectory } from './directory.ts';
import { localDate } from './inspect.ts';
import { type Microsoft, startMicrosoft } from './microsoft.ts';
import { firstEdits, missingLogins, type Neighbor, neighborDirectory, neighbors } from './neighbors.ts';
import type { OpenedConsole } from './open-console.ts';
import { type District, readDistrict } from './oracle/district.ts';
import { type ProfileDocument, type Rules, readRules } from './oracle/rules.ts';
import { editPowerSchool, installPlugin, type PowerSchool, startPowerSchool } from './powerschool.ts';
import { enableProfiles, enrollmentCode } from './relay.ts';
import { type Site, summit } from './sites.ts';
import type { Testbed } from './testbed.ts';

/** A district whose agent can start. */
export interface Prepared {
  site: Site;
  powerschool: PowerSchool;
  profiles: ProfileDocument[];
  /** Their ids. */
  schools: string[];
}

export interface OpenedDistricts extends Pick<Directory, 'accounts' | 'before' | 'groupLicenses'> {
  /** Summit is the first. */
  districts: readonly [Prepared, ...Prepared[]];
  microsoft: Microsoft;
  /** Of Summit. */
  rules: Rules[];
  powerschoolDb: string;
}

export async function openDistricts(testbed: Testbed, opened: OpenedConsole): Promise<OpenedDistricts> {
  const { app, tenantOf, microsoftPort } = opened;
  const plugin = writePlugin(testbed);
  plugin.catch(() => undefined);
  const [main, ...small] = await Promise.all([
    openSummit(testbed),
    ...neighbors.map((neighbor) => openNeighbor(testbed, neighbor)),
  ] as const);
  const others = small.map(({ site, file }) => ({ id: tenantOf(site), file }));
  const microsoft = await startMicrosoft(testbed, main.directory, app, { others, port: microsoftPort });
  const { accounts, before, groupLicenses, profiles } = main.directory;
  const districts = [{ ...main, profiles }, ...small] as const;
  await Promise.all(
    districts.map(async ({ site, powerschool, profiles: own }) => {
      await enableProfiles(testbed, site, own);
      const credentials = await installPlugin(powerschool, await plugin);
      await configureAgent(testbed, site, powerschool, credentials);
      await enrollAgent(testbed, site, opened.relay.url, await enrollmentCode(testbed, site));
    }),
  );
  const powerschoolDb = main.powerschool.db;
  return { districts, microsoft, rules: profiles.map(readRules), accounts, before, groupLicenses, powerschoolDb };
}

async function openSummit(testbed: Testbed) {
  const { options } = testbed;
  const powerschool = await startPowerSchool(testbed, summit, options);
  const today = localDate(new Date());
  await editPowerSchool(powerschool, missingLogins(readDistrict(powerschool.db, today)));
  const district = readDistrict(powerschool.db, today);
  return {
    site: summit,
    powerschool,
    directory: demoDirectory(district, options, today, true),
    schools: idsOf(district),
  };
}

async function openNeighbor(testbed: Testbed, neighbor: Neighbor) {
  const { site, tables } = neighbor;
  const powerschool = await startPowerSchool(testbed, site, tables);
  const today = localDate(new Date());
  await editPowerSchool(powerschool, firstEdits(neighbor, readDistrict(powerschool.db, today)));
  const district = readDistrict(powerschool.db, today);
  const { file, profile } = neighborDirectory(neighbor, district);
  return { site, powerschool, schools: idsOf(district), file, profiles: [profile] };
}

function idsOf({ schools }: District): string[] {
  return schools.map(({ dcid }) => dcid);
}
