/** `npm run sim:sign-in`: the sign-in provider as a process of its own. */
import { readFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { exitCodes } from '../../../shared/terminal.ts';
import { readScriptOptions } from '../../script-options.ts';
import { startSignInSimulator } from './provider.ts';

interface CliOptions {
  port: number;
  clientId: string;
  clientSecretFile?: string;
  redirectUri?: string[];
  accounts?: string;
}

const accountsSchema = z
  .array(
    z.strictObject({
      id: z.string().min(1),
      name: z.string().min(1),
      email: z.string().min(1),
      tid: z.guid().exactOptional(),
      oid: z.guid().exactOptional(),
      says: z.string().exactOptional(),
    }),
  )
  .min(1);

const { options: cli } = readScriptOptions<CliOptions>(
  'npm run sim:sign-in --',
  'A simulated OpenID provider on loopback: people choose who they are, without passwords.',
  (command) =>
    command
      .option('--port <number>', 'port to listen on; 0 takes a free one', port, 0)
      .option('--client-id <id>', 'client id of the relay', 'hallpass')
      .option('--client-secret-file <file>', 'file with its secret; must be given')
      .option('--redirect-uri <url...>', 'where it sends people back: RELAY/console/sign-in/callback; must be given')
      .option('--accounts <file>', 'JSON list of people: id, name, email, and tid, oid, says if wanted; must be given')
      .addHelpText(
        'after',
        `
Example:
  npm run sim:sign-in -- --client-secret-file secret --accounts people.json --redirect-uri http://127.0.0.1:8640/console/sign-in/callback

When ready it prints one line of JSON on stdout: {"ready":true,"issuer":…}.`,
      ),
);

function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new InvalidArgumentError('It must be a number from 0 to 65535.');
}

try {
  const { clientId, clientSecretFile, redirectUri: redirectUris, accounts: file } = cli;
  if (clientSecretFile === undefined || redirectUris === undefined || file === undefined) {
    throw new Error('give --client-secret-file, --redirect-uri and --accounts');
  }
  const accounts = accountsSchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
  if (!accounts.success) throw new Error(`${file} is not a list of accounts:\n${z.prettifyError(accounts.error)}`);
  const clientSecret = (await readFile(clientSecretFile, 'utf8')).trim();
  const who = { clientId, clientSecret, redirectUris, accounts: accounts.data };
  const simulator = await startSignInSimulator({ port: cli.port, ...who, asksEachTime: true });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.close());
  process.stdout.write(`${JSON.stringify({ ready: true, issuer: simulator.issuer })}\n`);
} catch (error) {
  process.stderr.write(`sim:sign-in: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = exitCodes.configuration;
}
