/** The district's PowerSchool: the simulator, and what an administrator does with its plugin pages. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DemoError } from './demo-error.ts';
import type { HttpsClient } from './https-client.ts';
import type { DemoOptions } from './options.ts';
import type { Site } from './sites.ts';
import type { Testbed } from './testbed.ts';

export interface PowerSchool {
  baseUrl: string;
  client: HttpsClient;
  /** Its SQLite file, which the oracle reads. */
  db: string;
}

/** Where a district's tables come from. */
export type Tables = Pick<DemoOptions, 'students' | 'seed' | 'sdsCsv'>;

export async function startPowerSchool(
  testbed: Testbed,
  site: Site,
  { students, seed, sdsCsv }: Tables,
): Promise<PowerSchool> {
  const source = sdsCsv === undefined ? ['--students', `${students}`, '--seed', `${seed}`] : ['--sds-csv', sdsCsv];
  const db = join(testbed.folder, `${site.slug}-powerschool.db`);
  // The district is in this computer's time zone: "today" is the same date for everything, including the oracle.
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const args = ['scripts/simulators/powerschool/main.ts', '--port', '0', '--ca', join(testbed.folder, 'authority')];
  args.push('--db', db, '--time-zone', timeZone, ...source);
  const { ready } = await testbed.programs.start(`PowerSchool simulator${site.of}`, args, {
    ready: (line) => line.ready === true,
  });
  const baseUrl = String(ready.baseUrl);
  return { baseUrl, db, client: testbed.connect(baseUrl) };
}

/** As a school office makes them: all or none. @param edits of the simulator's `POST /_sim/edit` */
export async function editPowerSchool({ client }: PowerSchool, edits: readonly object[]): Promise<void> {
  await client.call('POST', '/_sim/edit', { body: edits });
}

/** Installs and enables the plugin. @returns what the plugin's page then shows */
export async function installPlugin(
  { client }: PowerSchool,
  zipFile: string,
): Promise<{ clientId: string; clientSecret: string }> {
  const installed = (await client.call('POST', '/_sim/plugins', { body: await readFile(zipFile) })) as { id: unknown };
  const enabled = await client.call('POST', `/_sim/plugins/${installed.id}/enable`);
  const { clientId, clientSecret } = enabled as { clientId?: unknown; clientSecret?: unknown };
  if (typeof clientId !== 'string' || typeof clientSecret !== 'string') {
    throw new DemoError('PowerSchool enabled the plugin without credentials.', 'Please report this bug.');
  }
  return { clientId, clientSecret };
}
