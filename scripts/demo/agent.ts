/** The district's agent: its plugin, its settings, its enrollment, and its work. */
import { join } from 'node:path';
import { furtherProperties } from '../../plugin/extracts/optional-columns.ts';
import type { PowerSchool } from './powerschool.ts';
import type { LogEvent, Program } from './program.ts';
import { cycleSecondsOf } from './relay.ts';
import { type Site, summit } from './sites.ts';
import { type Testbed, withoutCache } from './testbed.ts';

/** Share of the time in which the agent may ask PowerSchool what has changed. A district would leave it at 0.02. */
export const databaseShare = 0.25;

export interface AgentCounts {
  requests: number;
  bytesSent: number;
  rssPeakMB: number;
}

export interface RunningAgent {
  program: Program;
  /** Address of its local page. */
  page: string;
  /** performance.now() at the start of its first cycle. */
  startedAt: number;
  counts(): AgentCounts;
}

/** @returns the plugin's ZIP */
export async function writePlugin(testbed: Testbed): Promise<string> {
  const zip = join(testbed.folder, 'hallpass-plugin.zip');
  // The plugin reads all of these, but the agent drops those that no profile wants.
  await hallpassAgent(testbed, summit, 'plugin', '--pre-registered', '--also', ...furtherProperties, '--out', zip);
  return zip;
}

export async function configureAgent(
  testbed: Testbed,
  site: Site,
  powerschool: PowerSchool,
  credentials: { clientId: string; clientSecret: string },
): Promise<void> {
  const secretFile = await testbed.write(`${site.slug}-powerschool-secret`, credentials.clientSecret);
  const options = {
    'powerschool-url': powerschool.baseUrl,
    'powerschool-client-id': credentials.clientId,
    'powerschool-secret-file': secretFile,
    'powerschool-ca': testbed.caFile,
    'relay-ca': testbed.caFile,
    'database-share': `${databaseShare}`,
    'cycle-seconds': `${cycleSecondsOf(testbed.options)}`,
    // Any free port: the usual one may belong to another agent on this machine.
    'page-port': '0',
    name: `${site.slug}-ps01`,
  };
  await hallpassAgent(
    testbed,
    site,
    'configure',
    ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
  );
}

export async function enrollAgent(testbed: Testbed, site: Site, relayUrl: string, codeFile: string): Promise<void> {
  await hallpassAgent(testbed, site, 'enroll', '--relay', relayUrl, '--code-file', codeFile);
}

export async function startAgent(testbed: Testbed, site: Site): Promise<RunningAgent> {
  const { program, ready } = await testbed.programs.start(
    `agent${site.of}`,
    [testbed.installed.agent, 'run', '--log-format', 'json'],
    {
      env: { ...testbed.homeOf(site.agentHome), ...withoutCache },
      ready: (line) => line.event === 'page.open',
    },
  );
  let latest: LogEvent = {};
  program.listen((event) => {
    if (typeof event.totalRequests === 'number') latest = event;
  });
  return {
    program,
    page: String(ready.url),
    startedAt: performance.now(),
    counts: () => ({
      requests: Number(latest.totalRequests ?? 0),
      bytesSent: Number(latest.totalBytesSent ?? 0),
      rssPeakMB: Number(latest.rssPeakMB ?? 0),
    }),
  };
}

function hallpassAgent(testbed: Testbed, site: Site, command: string, ...args: string[]): Promise<readonly string[]> {
  return testbed.programs.run(
    `hallpass-agent ${command}${site.of}`,
    [testbed.installed.agent, command, ...args],
    testbed.homeOf(site.agentHome),
  );
}
