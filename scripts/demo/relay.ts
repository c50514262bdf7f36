/** The operator's relay: configured, with one district, serving agents over TLS. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AppRegistration, Microsoft } from './microsoft.ts';
import type { ProfileDocument } from './oracle/rules.ts';
import type { Program } from './program.ts';
import { type Testbed, withoutCache } from './testbed.ts';

export const slug = 'summit';

/** How often agents look for changes: a real district would use a minute. */
export const cycleSeconds = 1;

export interface Relay {
  url: string;
  program: Program;
  /** Its database, which contains the problems. */
  db: string;
}

/** Adds the district and its profiles. */
export async function addDistrict(
  testbed: Testbed,
  app: AppRegistration,
  profiles: readonly ProfileDocument[],
): Promise<void> {
  const described = ['--name', 'Summit School District', '--graph-tenant', app.tenantId];
  await hallpassRelay(testbed, 'tenant', 'add', slug, ...described);
  for (const [at, profile] of profiles.entries()) {
    const file = await testbed.write(`profile-${at + 1}.json`, JSON.stringify(profile, null, 2));
    await hallpassRelay(testbed, 'profile', 'set', slug, file, '--unchecked');
    // Unchecked: there is no roster and no Microsoft 365 yet to check it against.
    await hallpassRelay(testbed, 'profile', 'enable', slug, '--profile', profile.name, '--unchecked');
  }
}

export async function startRelay(testbed: Testbed, app: AppRegistration, microsoft: Microsoft): Promise<Relay> {
  const { cert, key } = await testbed.authority.issue(['localhost', '127.0.0.1']);
  const certFile = await testbed.write('relay-tls.pem', cert);
  const keyFile = await testbed.write('relay-tls.key', key);
  const options = {
    port: '0',
    'tls-cert': certFile,
    'tls-key': keyFile,
    'graph-url': microsoft.baseUrl,
    'graph-authority': microsoft.baseUrl,
    'graph-ca': testbed.caFile,
    'graph-speed': `${testbed.options.graphSpeed}`,
    'client-id': app.clientId,
    'client-cert': app.certFile,
    'client-key': app.keyFile,
    'cycle-seconds': `${cycleSeconds}`,
  };
  const named = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  await hallpassRelay(testbed, 'configure', ...named);
  const { program, ready } = await testbed.programs.start(
    'relay',
    [testbed.installed.relay, 'serve', '--log-format', 'json'],
    {
      env: { ...testbed.homeOf('relay'), ...withoutCache },
      ready: (line) => line.event === 'relay.ready',
    },
  );
  return { url: String(ready.url), program, db: join(testbed.homeOf('relay').HALLPASS_HOME, 'relay.db') };
}

/** A file with a one-time code for an agent. */
export async function enrollmentCode(testbed: Testbed): Promise<string> {
  const lines = await hallpassRelay(testbed, 'enroll-code', slug, '--json');
  const { code } = JSON.parse(lines.join('\n')) as { code: string };
  return await testbed.write('enrollment-code', code);
}

/** What the last run did, in the relay's own words for its operator: the sentences of its last few operations. */
export async function lastRunSentences(testbed: Testbed): Promise<string[]> {
  const listed = await hallpassRelay(testbed, 'runs', slug, '--limit', '1');
  const number = listed.flatMap((line) => /^(\d+) /.exec(line)?.[1] ?? [])[0];
  if (number === undefined) return [];
  const shown = await hallpassRelay(testbed, 'run', slug, number);
  return shown.flatMap((line) => /^\d{4}-\d\d-\d\dT\S+ {2}(.+)$/.exec(line)?.[1] ?? []);
}

/** The command that shows something of the demo's relay from another terminal. */
export function relayCommand(testbed: Testbed, ...args: string[]): string {
  return `HALLPASS_HOME=${testbed.homeOf('relay').HALLPASS_HOME} npx hallpass-relay ${args.join(' ')}`;
}

/** A file with the waiting first passwords; undefined if there are none. */
export async function exportPasswords(testbed: Testbed): Promise<string | undefined> {
  const file = join(testbed.folder, 'passwords.csv');
  await hallpassRelay(testbed, 'passwords', 'export', slug, '--file', file);
  return existsSync(file) ? file : undefined;
}

/** How many are still waiting. */
export async function passwordsWaiting(testbed: Testbed): Promise<number> {
  const lines = await hallpassRelay(testbed, 'passwords', 'list', slug);
  return lines.filter((line) => line.includes('@')).length;
}

function hallpassRelay(testbed: Testbed, ...args: string[]): Promise<readonly string[]> {
  const name = `hallpass-relay ${args[0]}${['tenant', 'profile', 'passwords'].includes(args[0] ?? '') ? ` ${args[1]}` : ''}`;
  return testbed.programs.run(name, [testbed.installed.relay, ...args], testbed.homeOf('relay'));
}
