/**
 * What a support bundle contains, listed item by item: a setting or file that is not listed here is not in it, so that
 * a newly stored secret cannot slip in.
 */
import { readdir, stat } from 'node:fs/promises';
import { availableParallelism, freemem, release, totalmem, uptime } from 'node:os';
import { join } from 'node:path';
import { hallpassVersion } from '../../shared/version.ts';
import { Baselines } from '../baseline/baselines.ts';
import type { AgentState } from '../state/agent-state.ts';
import { lockHolder } from '../state/lock.ts';

/** Environment variables that change what the agent does. Only whether they are set is reported. */
const variables = [
  'HALLPASS_HOME',
  'STATE_DIRECTORY',
  'https_proxy',
  'HTTPS_PROXY',
  'no_proxy',
  'NO_PROXY',
  'NODE_OPTIONS',
  'TZ',
];

/** @param now milliseconds since the epoch */
export function machineFacts(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, now: number) {
  return {
    hallpass: hallpassVersion,
    node: process.versions.node,
    platform,
    arch: process.arch,
    system: release(),
    processors: availableParallelism(),
    memoryMB: Math.round(totalmem() / 2 ** 20),
    freeMemoryMB: Math.round(freemem() / 2 ** 20),
    upSeconds: Math.round(uptime()),
    time: new Date(now).toISOString(),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    environment: Object.fromEntries(variables.map((name) => [name, env[name] === undefined ? 'not set' : 'set'])),
  };
}

export function settingsFacts({ settings, secret, proxySignIn }: AgentState) {
  const { name, powerschool, relay, proxy, cycle, quiet, page, log } = settings;
  const { minIntervalMs, pageSize, databaseShare, horizonDays } = powerschool;
  return {
    name,
    powerschool: {
      url: powerschool.url,
      source: powerschool.source,
      clientId: isStored(powerschool.clientId),
      secret: isStored(secret),
      caFile: powerschool.caFile,
      ...{ minIntervalMs, pageSize, databaseShare, horizonDays },
    },
    relay: { url: relay.url, caFile: relay.caFile },
    proxy: {
      ...{ url: proxy.url, for: proxy.for, bypass: proxy.bypass, caFile: proxy.caFile },
      credentials: isStored(proxySignIn),
    },
    cycle: { seconds: cycle.seconds },
    quiet,
    page: { enabled: page.enabled, port: page.port },
    log: { file: log.file, files: log.files, fileMB: log.fileMB },
  };
}

function isStored(value: unknown): 'stored' | 'missing' {
  return value === undefined || value === null ? 'missing' : 'stored';
}

export async function statusFacts({ identity, health, paths }: AgentState) {
  const { lastCheckAt, lastCycle, records, problem } = health;
  return {
    process: await lockHolder(paths.lock),
    agent: identity && {
      ...{ agentId: identity.agentId, tenantId: identity.tenantId, tenantName: identity.tenantName },
      relay: identity.relay,
    },
    ...{ lastCheckAt, lastCycle, records, problem },
  };
}

/** Count and digest of every bucket that the relay has acknowledged: no id, no hash of a record. */
export async function bucketFacts({ paths }: AgentState) {
  const baselines = new Baselines(paths.baseline);
  await baselines.scan({ tidy: false });
  return baselines.digests().map(({ kind, schoolId, digest }) => ({ kind, schoolId, ...digest }));
}

/** Names, sizes and permissions of everything in the state folder: no content. */
export async function fileFacts(folder: string) {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const facts = [];
  for (const name of ['.', ...names.sort()]) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found === undefined) continue;
    const { size, mode, uid, gid, mtime } = found;
    facts.push({ name, size, mode: (mode & 0o7777).toString(8), uid, gid, changedAt: mtime.toISOString() });
  }
  return facts;
}
