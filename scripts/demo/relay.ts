/** The operator's relay: its settings, its districts, and what it says. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import allocator from '../../relay/allocator.json' with { type: 'json' };
import type { AppRegistration } from './microsoft.ts';
import type { DemoOptions } from './options.ts';
import type { ProfileDocument } from './oracle/rules.ts';
import type { Program } from './program.ts';
import type { Site } from './sites.ts';
import { type Testbed, withoutCache } from './testbed.ts';

/** How often agents look for changes, where a real district would use a minute: several agents share this machine. */
export function cycleSecondsOf({ once }: Pick<DemoOptions, 'once'>): number {
  return once ? 1 : 3;
}

export interface Relay {
  url: string;
  program: Program;
  /** Its database, which contains the problems. */
  db: string;
}

export async function addDistrict(testbed: Testbed, { slug, name, of }: Site, graphTenant: string): Promise<void> {
  await hallpassRelay(testbed, `tenant add${of}`, 'tenant', 'add', slug, '--name', name, '--graph-tenant', graphTenant);
}

/** Unchecked: there is no roster, and perhaps no Microsoft 365 yet to check it against. */
export async function enableProfiles(
  testbed: Testbed,
  { slug, of }: Site,
  profiles: readonly ProfileDocument[],
): Promise<void> {
  for (const [at, profile] of profiles.entries()) {
    const file = await testbed.write(`${slug}-profile-${at + 1}.json`, JSON.stringify(profile, null, 2));
    await hallpassRelay(testbed, `profile set${of}`, 'profile', 'set', slug, file, '--unchecked');
    const which = ['--profile', profile.name, '--unchecked'];
    await hallpassRelay(testbed, `profile enable${of}`, 'profile', 'enable', slug, ...which);
  }
}

export interface Listening {
  port: number;
  /** Whether it speaks TLS, by the demo's own authority, which no browser knows. */
  tls: boolean;
  /** Address of Graph and of its sign-in. */
  microsoft: string;
}

export async function configureRelay(testbed: Testbed, app: AppRegistration, listening: Listening): Promise<void> {
  const { port, tls, microsoft } = listening;
  const options = {
    port: `${port}`,
    'graph-url': microsoft,
    'graph-authority': microsoft,
    'graph-ca': testbed.caFile,
    'graph-speed': `${testbed.options.graphSpeed}`,
    'client-id': app.clientId,
    'client-cert': app.certFile,
    'client-key': app.keyFile,
    'cycle-seconds': `${cycleSecondsOf(testbed.options)}`,
    ...(tls && (await certified(testbed))),
  };
  const named = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  await hallpassRelay(testbed, 'configure', 'configure', ...named);
}

async function certified(testbed: Testbed): Promise<Record<'tls-cert' | 'tls-key', string>> {
  const { cert, key } = await testbed.authority.issue(['localhost', '127.0.0.1']);
  return {
    'tls-cert': await testbed.write('relay-tls.pem', cert),
    'tls-key': await testbed.write('relay-tls.key', key),
  };
}

export async function startRelay(testbed: Testbed): Promise<Relay> {
  const { program, ready } = await testbed.programs.start(
    'relay',
    [testbed.installed.relay, 'serve', '--log-format', 'json'],
    {
      // Given here, because what it would start again in its own place loses the pipe by which it follows the demo.
      env: { ...testbed.homeOf('relay'), ...withoutCache, ...allocator },
      ready: (line) => line.event === 'relay.ready',
    },
  );
  return { url: String(ready.url), program, db: join(testbed.homeOf('relay').HALLPASS_HOME, 'relay.db') };
}

/** A file with a one-time code for an agent. */
export async function enrollmentCode(testbed: Testbed, { slug, of }: Site): Promise<string> {
  const lines = await hallpassRelay(testbed, `enroll-code${of}`, 'enroll-code', slug, '--json');
  const { code } = JSON.parse(lines.join('\n')) as { code: string };
  return await testbed.write(`${slug}-enrollment-code`, code);
}

/** What the last run did, in the relay's own words for its operator: the sentences of its last few operations. */
export async function lastRunSentences(testbed: Testbed, { slug }: Site): Promise<string[]> {
  const listed = await hallpassRelay(testbed, 'runs', 'runs', slug, '--limit', '1');
  const number = listed.flatMap((line) => /^(\d+) /.exec(line)?.[1] ?? [])[0];
  if (number === undefined) return [];
  const shown = await hallpassRelay(testbed, 'run', 'run', slug, number);
  return shown.flatMap((line) => /^\d{4}-\d\d-\d\dT\S+ {2}(.+)$/.exec(line)?.[1] ?? []);
}

/** The command that shows something of the demo's relay from another terminal. */
export function relayCommand(testbed: Testbed, ...args: string[]): string {
  return `HALLPASS_HOME=${testbed.homeOf('relay').HALLPASS_HOME} npx hallpass-relay ${args.join(' ')}`;
}

/** A file with the waiting first passwords; undefined if there are none. */
export async function exportPasswords(testbed: Testbed, { slug }: Site): Promise<string | undefined> {
  const file = join(testbed.folder, 'passwords.csv');
  await hallpassRelay(testbed, 'passwords export', 'passwords', 'export', slug, '--file', file);
  return existsSync(file) ? file : undefined;
}

/** How many are still waiting. */
export async function passwordsWaiting(testbed: Testbed, { slug }: Site): Promise<number> {
  const lines = await hallpassRelay(testbed, 'passwords list', 'passwords', 'list', slug);
  return lines.filter((line) => line.includes('@')).length;
}

/** @param name of the command, for its log @returns the last lines of its answer */
export function hallpassRelay(testbed: Testbed, name: string, ...args: string[]): Promise<readonly string[]> {
  const line = [testbed.installed.relay, ...args];
  return testbed.programs.run(`hallpass-relay ${name}`, line, testbed.homeOf('relay'));
}
