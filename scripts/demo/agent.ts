/** The district's agent: its plugin, its settings, its enrollment, and its work. */
import { join } from 'node:path';
import { furtherProperties } from '../../plugin/extracts/optional-columns.ts';
import type { PowerSchool } from './powerschool.ts';
import type { LogEvent, Program } from './program.ts';
import { cycleSeconds } from './relay.ts';
import type { Town } from './town.ts';

const bin = 'agent/hallpass-agent.mjs';

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
export async function writePlugin(town: Town): Promise<string> {
  const zip = join(town.folder, 'hallpass-plugin.zip');
  // Read are they only where a profile wants them: the agent drops the rest.
  await hallpassAgent(town, 'plugin', '--pre-registered', '--also', ...furtherProperties, '--out', zip);
  return zip;
}

export async function configureAgent(
  town: Town,
  powerschool: PowerSchool,
  credentials: { clientId: string; clientSecret: string },
): Promise<void> {
  const secretFile = await town.write('powerschool-secret', credentials.clientSecret);
  const options = {
    'powerschool-url': powerschool.baseUrl,
    'powerschool-client-id': credentials.clientId,
    'powerschool-secret-file': secretFile,
    'powerschool-ca': town.caFile,
    'relay-ca': town.caFile,
    'database-share': `${databaseShare}`,
    'cycle-seconds': `${cycleSeconds}`,
    // Any that is free: an agent of the machine's own may have the usual one.
    'page-port': '0',
    name: 'demo agent',
  };
  await hallpassAgent(town, 'configure', ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]));
}

export async function enrollAgent(town: Town, relayUrl: string, codeFile: string): Promise<void> {
  await hallpassAgent(town, 'enroll', '--relay', relayUrl, '--code-file', codeFile);
}

export async function startAgent(town: Town): Promise<RunningAgent> {
  const { program, ready } = await town.programs.start('agent', [bin, 'run', '--log-format', 'json'], {
    env: town.homeOf('agent'),
    ready: (line) => line.event === 'page.open',
  });
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

function hallpassAgent(town: Town, command: string, ...args: string[]): Promise<readonly string[]> {
  return town.programs.run(`hallpass-agent ${command}`, [bin, command, ...args], town.homeOf('agent'));
}
