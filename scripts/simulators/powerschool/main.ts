/** `npm run sim:powerschool`: a PowerSchool server to try things on. */
import { readFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { readScriptOptions } from '../../script-options.ts';
import { type Plugin, PluginRefusal } from './plugin/registry.ts';
import { compareVersions } from './plugin/version.ts';
import { SdsError } from './sds/files.ts';
import { type PowerSchoolSimulator, startPowerSchoolSimulator } from './server.ts';

const examples = `
Examples:
  npm run sim:powerschool -- --port 8443
  npm run sim:powerschool -- --port 8443 --students 20000 --seed 7 --plugin hallpass.zip
  npm run sim:powerschool -- --port 8443 --sds-csv ./csv --db district.sqlite --ca ./ca

One line of JSON on stdout tells when it is ready; everything else goes to stderr.
docs/simulator-powerschool.md describes the control requests under /_sim.`;

interface Flags {
  port: number;
  host: string;
  http: boolean;
  students: number;
  seed: number;
  sdsCsv?: string;
  plugin?: string;
  db?: string;
  ca?: string;
  psVersion: string;
  timeZone: string;
  minIntervalMs: number;
}

const {
  options: { psVersion, plugin, ...flags },
} = readScriptOptions<Flags>(
  'npm run sim:powerschool --',
  'A simulated PowerSchool server: OAuth, plugins, PowerQueries and REST v1 on a district of its own.',
  (command) =>
    command
      .option('--port <number>', 'port to listen on; 0 = any that is free', wholeNumber, 0)
      .option('--host <address>', 'address to listen on', '127.0.0.1')
      .option('--http', 'plain HTTP instead of HTTPS', false)
      .option('--students <number>', 'active students of the generated district, 10 to 200000', wholeNumber, 2_000)
      .option('--seed <number>', 'the same seed makes the same district', wholeNumber, 1)
      .option('--sds-csv <folder>', 'load a School Data Sync v1 CSV set instead of generating a district')
      .option('--plugin <file>', 'plugin ZIP (or plugin.xml) to install and enable at the start')
      .option('--db <file>', 'keep the district in this SQLite file; a filled one is used as it is')
      .option('--ca <folder>', 'folder of the certificate authority, shared with other simulators')
      .option('--ps-version <version>', 'version of PowerSchool to be', version, '25.2.0.0')
      .option('--time-zone <name>', "the district's time zone", timeZone, 'America/Los_Angeles')
      .option('--min-interval-ms <number>', 'least time between requests of a plugin; 0 = off', wholeNumber, 0)
      .addHelpText('after', examples),
);

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function version(text: string): string {
  if (!/^\d+(\.\d+)*$/.test(text)) throw new InvalidArgumentError('It must be digits and dots.');
  return text;
}

function timeZone(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw new InvalidArgumentError('It is not a time zone.');
  }
}

async function main(): Promise<void> {
  const simulator = await startPowerSchoolSimulator({ ...flags, version: psVersion });
  try {
    const installed = plugin === undefined ? simulator.plugins.list()[0] : await ensurePlugin(simulator, plugin);
    announce(simulator, installed, flags.db);
  } catch (error) {
    await simulator.close();
    throw error;
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.close());
}

/** Installs and enables the plugin, unless an existing database already has this version (or a higher one). */
async function ensurePlugin(simulator: PowerSchoolSimulator, file: string): Promise<Plugin> {
  const { plugins } = simulator;
  const bytes = await readFile(file);
  const next = await plugins.inspect(bytes);
  const present = plugins.list().find(({ manifest }) => manifest.name === next.name);
  if (present === undefined) return plugins.enable((await plugins.install(bytes)).id);
  if (compareVersions(next.version, present.manifest.version) <= 0) return plugins.enable(present.id);
  plugins.disable(present.id);
  return plugins.enable((await plugins.install(bytes)).id);
}

function announce(simulator: PowerSchoolSimulator, plugin: Plugin | undefined, db: string | undefined): void {
  const { baseUrl, caFile } = simulator;
  // An authority without a folder exists only in memory: then the line contains its certificate.
  const ca = caFile === undefined ? simulator.ca : undefined;
  const { clientId, clientSecret } = plugin?.credentials ?? {};
  const active = simulator.db.prepare('SELECT COUNT(*) AS students FROM students WHERE enroll_status = 0').get();
  const lines = [`PowerSchool simulator at ${baseUrl} (${active?.students} active students)`];
  if (caFile !== undefined) lines.push(`CA to trust:    ${caFile}`);
  if (clientId !== undefined) lines.push(`Client ID:      ${clientId}`, `Client secret:  ${clientSecret}`);
  else {
    lines.push(
      'No plugin is installed. Install and enable one with:',
      `  curl -k --data-binary @plugin.zip ${baseUrl}/_sim/plugins`,
      `  curl -k -X POST ${baseUrl}/_sim/plugins/1001/enable`,
    );
  }
  process.stderr.write(`${lines.join('\n')}\n`);
  process.stdout.write(`${JSON.stringify({ ready: true, baseUrl, clientId, clientSecret, caFile, ca, db })}\n`);
}

function explain(error: unknown): string {
  if (error instanceof PluginRefusal) return [error.message, ...error.errors].join('\n  ');
  if (error instanceof SdsError || error instanceof RangeError) return error.message;
  const system = error instanceof Error && 'code' in error;
  return system ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
}

await main().catch((error: unknown) => {
  process.stderr.write(`sim:powerschool: ${explain(error)}\n`);
  process.exitCode = 1;
});
