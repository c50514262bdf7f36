/** `npm run sim:microsoft`: the Microsoft simulator as a process of its own. */
import { readFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { exitCodes } from '../../../shared/terminal.ts';
import { readScriptOptions } from '../../script-options.ts';
import { createAuthority, openAuthority } from '../authority.ts';
import { type DirectoryFile, directoryFileSchema } from './directory-file.ts';
import { readCredentials } from './entra/app-registration.ts';
import { type MicrosoftSimulatorOptions, startMicrosoftSimulator } from './server.ts';

interface CliOptions {
  port: number;
  seed: number;
  ca?: string;
  directory?: string;
  further: FurtherTenant[];
  people: number;
  tenantId?: string;
  clientId?: string;
  clientCert: string[];
  clientSecretFile?: string;
  roles?: string[];
  speed: number;
  lag: number;
  teamLag: number;
}

interface FurtherTenant {
  tenantId: string;
  file: string;
}

const { options: cli } = readScriptOptions<CliOptions>(
  'npm run sim:microsoft --',
  'Microsoft Entra sign-in and Microsoft Graph v1.0 for roster provisioning, simulated on loopback HTTPS.',
  (command) =>
    command
      .option('--port <number>', 'port to listen on; 0 takes a free one', whole, 0)
      .option('--seed <number>', 'makes ids, lags and the sample directory repeat', whole, 1)
      .option('--ca <dir>', 'folder of the certificate authority, made on first use (default: one in memory)')
      .option('--directory <file>', 'JSON with the tenant and its accounts')
      .option(
        '--further <guid=file>',
        'another tenant of the same application: its id and its directory; may be repeated',
        further,
        [],
      )
      .option('--people <number>', 'made-up people to keep accounts for, without --directory', whole, 200)
      .option('--tenant-id <guid>', 'tenant id (default: from the seed)')
      .option('--client-id <guid>', 'client id of the registered app (default: from the seed)')
      .option('--client-cert <file>', 'PEM of a certificate registered for the app; may be repeated', collect, [])
      .option('--client-secret-file <file>', "file with the app's secret (default without a certificate: a new secret)")
      .option(
        '--roles <list>',
        'application permissions consented to, separated by commas (default: all that are needed)',
        list,
      )
      .option('--speed <factor>', "multiplies Graph's throttling limits", positive, 1)
      .option('--lag <ms>', 'how long a new object may stay invisible', whole, 200)
      .option('--team-lag <ms>', 'how long the Teams service may not know a new group', whole, 2000)
      .addHelpText(
        'after',
        `
Examples:
  npm run sim:microsoft -- --port 9443 --ca ./ca
  npm run sim:microsoft -- --directory tenant.json --client-cert relay.pem --speed 50
  npm run sim:microsoft -- --people 25000 --lag 2000 --roles EduRoster.ReadWrite.All,User.Read.All

When ready it prints one line of JSON on stdout: {"ready":true,"baseUrl":…,"tenantId":…,"clientId":…,"caFile":…}.
The control API is under <baseUrl>/_sim/: see docs/simulator-microsoft.md.`,
      ),
);

async function main(): Promise<void> {
  const { certificates, secrets } = await readCredentials(cli.clientCert, cli.clientSecretFile);
  const authority = cli.ca === undefined ? await createAuthority() : await openAuthority(cli.ca);
  const { port, seed, people, speed, lag, teamLag } = cli;
  const options: MicrosoftSimulatorOptions = {
    port,
    seed,
    people,
    speed,
    lag,
    teamLag,
    authority,
    certificates,
    secrets,
  };
  if (cli.directory !== undefined) {
    options.directory = await readDirectory(cli.directory);
  }
  options.tenants = await Promise.all(
    cli.further.map(async ({ tenantId, file }) => ({ tenantId, directory: await readDirectory(file) })),
  );
  if (cli.tenantId !== undefined) options.tenantId = cli.tenantId;
  if (cli.clientId !== undefined) options.clientId = cli.clientId;
  if (cli.roles !== undefined) options.roles = cli.roles;
  const simulator = await startMicrosoftSimulator(options);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.close());
  const { baseUrl, tenantId, clientId, clientSecret, ca, caFile } = simulator;
  const users = simulator.directory.users.size;
  const trust = caFile === undefined ? { ca } : { caFile };
  process.stdout.write(
    `${JSON.stringify({ ready: true, baseUrl, tenantId, clientId, clientSecret, users, ...trust })}\n`,
  );
  process.stderr.write(`Microsoft simulator: ${baseUrl} (${users} accounts, limits × ${speed}, lag up to ${lag} ms)\n`);
}

async function readDirectory(file: string): Promise<DirectoryFile> {
  const read = directoryFileSchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
  if (!read.success) throw new Error(`${file} is not a directory file:\n${z.prettifyError(read.error)}`);
  return read.data;
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

function further(text: string, all: FurtherTenant[]): FurtherTenant[] {
  const [, tenantId, file] = /^([\da-f-]{36})=(.+)$/i.exec(text) ?? [];
  if (tenantId === undefined || file === undefined) throw new InvalidArgumentError('It must be GUID=FILE.');
  return [...all, { tenantId, file }];
}

function collect(text: string, all: string[]): string[] {
  return [...all, text];
}

function list(text: string): string[] {
  return text.split(',').filter((part) => part !== '');
}

try {
  await main();
} catch (error) {
  process.stderr.write(`sim:microsoft: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = exitCodes.configuration;
}
