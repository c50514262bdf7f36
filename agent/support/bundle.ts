/**
 * The support bundle: everything that helps to understand what an agent did, in a ZIP without secrets or personal data.
 */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import type { Clock } from '../../shared/clock.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import { hallpassVersion } from '../../shared/version.ts';
import { ProbeMemory } from '../baseline/probe-memory.ts';
import type { Check } from '../check/finding.ts';
import { logPaths } from '../log/log-file.ts';
import { HistoryFile } from '../page/history-file.ts';
import { settingsSchema } from '../settings/settings.ts';
import { AgentState } from '../state/agent-state.ts';
import { bucketFacts, fileFacts, machineFacts, settingsFacts, statusFacts } from './facts.ts';
import { logExcerpts } from './log-excerpt.ts';
import { Redaction } from './redaction.ts';

/** The maximum size of logs in a bundle; compressed to about a tenth. */
const mostLogBytes = 25_000_000;

export interface BundleParts {
  folder: string;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  clock: Clock;
  /** The checks to run for the bundle; undefined to omit them. */
  checks: AsyncIterable<Check> | undefined;
}

export interface Bundle {
  /** A file name with the time. */
  name: string;
  zip: Buffer;
}

/**
 * Built from whatever can be read: a broken state folder is exactly when a bundle is needed. Never fails because of
 * one.
 */
export async function supportBundle({ folder, env, platform, clock, checks }: BundleParts): Promise<Bundle> {
  const now = clock.now();
  const mtime = new Date(now);
  const zip = new ZipFile();
  const packed = buffer(zip.outputStream);
  const opened = await AgentState.open(folder).catch(toHallpassError);
  const state = opened instanceof AgentState ? opened : undefined;
  const redaction = Redaction.of(state);
  const add = (name: string, content: unknown) => {
    const text = typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`;
    zip.addBuffer(Buffer.from(redaction.clean(text)), name, { mtime });
  };

  add('README.txt', readme);
  add('machine.json', machineFacts(env, platform, now));
  add('files.json', await fileFacts(folder));
  if (opened instanceof AgentState) {
    add('settings.json', settingsFacts(opened));
    add('status.json', await statusFacts(opened));
    add('buckets.json', await bucketFacts(opened));
    add('probe.json', await probeFacts(opened));
    add('history.json', await new HistoryFile(opened.paths.history, clock).load());
  } else add('settings.json', { error: opened.code, message: opened.message });
  if (checks !== undefined) add('checks.json', { checks: await all(checks) });

  const log = state?.settings.log ?? settingsSchema.parse({}).log;
  for (const { name, lines } of await logExcerpts(logPaths(log, folder), mostLogBytes)) {
    zip.addReadStream(Readable.from(cleaned(lines(), redaction)), `logs/${name}`, { mtime });
  }
  zip.end();
  return { name: `hallpass-support-${mtime.toISOString().slice(0, 19).replaceAll(':', '-')}Z.zip`, zip: await packed };
}

/** Counts and checksums from PowerSchool, per school and kind. */
async function probeFacts({ paths }: AgentState) {
  const memory = new ProbeMemory(paths.probe);
  await memory.load();
  return memory.entries();
}

async function all(checks: AsyncIterable<Check>): Promise<Check[]> {
  const found: Check[] = [];
  for await (const { name, status, fact, action } of checks) found.push({ name, status, fact, action });
  return found;
}

async function* cleaned(lines: AsyncIterable<string>, redaction: Redaction): AsyncGenerator<string> {
  for await (const line of lines) yield `${redaction.clean(line)}\n`;
}

const readme = `Support bundle of a Hallpass agent, version ${hallpassVersion}

machine.json   versions and the computer
settings.json  settings; for secrets and passwords only whether they are stored
status.json    who this agent is at the relay, and its last cycles
checks.json    what "hallpass-agent check" found
buckets.json   number of records and digest per school and kind, as acknowledged by the relay
probe.json     number of records and checksum per school and kind, as PowerSchool gave them
history.json   cycles of the last day: numbers and times
files.json     names, sizes and permissions in the state folder
logs/          the log files

The bundle contains no secret, no key, and nothing about a student, a parent or a teacher: the agent stores nothing of that
except ids, and ids are not in here either. It does contain addresses of your servers, names of folders, and school numbers.
Look through it before you send it.
`;
