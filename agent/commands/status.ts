/** `hallpass-agent status`: what this agent is, and how its last cycles went, from the state folder alone. */
import { pageOf } from '../../plugin/mending.ts';
import { leftOutLine } from '../left-out.ts';
import { limitsOf } from '../powerschool/rest/limits.ts';
import type { SourceKind } from '../source.ts';
import { AgentState } from '../state/agent-state.ts';
import { lockHolder } from '../state/lock.ts';
import type { Context } from './context.ts';

/** @throws HallpassError STATE_UNREADABLE */
export async function showStatus({ folder, stdout }: Context, { json }: { json?: true }): Promise<void> {
  const state = await AgentState.open(folder);
  const { settings, identity, health } = state;
  const pid = await lockHolder(state.paths.lock);
  const status = {
    folder,
    running: pid !== undefined,
    pid,
    powerschool: { ...settings.powerschool, secret: state.secret === null ? 'missing' : 'stored' },
    relay: { ...settings.relay, url: settings.relay.url ?? identity?.relay },
    proxy: { ...settings.proxy, credentials: state.proxySignIn === null ? 'none' : 'stored' },
    agentId: identity?.agentId,
    tenantId: identity?.tenantId,
    tenantName: identity?.tenantName,
    ...health,
    notKnown: limitsOf(health.source ?? 'powerquery'),
  };
  if (json === true) {
    stdout.write(`${JSON.stringify(status, null, 2)}\n`);
    return;
  }
  const records = Object.entries(health.records ?? {}).map(([kind, count]) => `${kind} ${count}`);
  const { lastCycle, problem } = health;
  const leftOut = health.leftOut?.rows ?? [];
  const lines = {
    'State folder': folder,
    Running: pid === undefined ? 'no' : `yes, process ${pid}`,
    PowerSchool: `${settings.powerschool.url ?? 'not configured'}, secret ${status.powerschool.secret}`,
    'Read through': sourceLine(health.source),
    Relay: identity === null ? 'not enrolled' : `${status.relay.url}, for ${identity.tenantName}`,
    'Last check': health.lastCheckAt ?? 'never complete',
    'Last change': lastCycle === undefined ? 'none' : changeLine(lastCycle),
    Records: records.length === 0 ? 'none acknowledged' : records.join(', '),
    Problem: problem === undefined ? 'none' : `[${problem.code}] ${problem.message}\n  → ${problem.action}`,
  };
  for (const [name, value] of Object.entries(lines)) stdout.write(`${name.padEnd(14)}${value}\n`);
  if (leftOut.length === 0) return;
  stdout.write(`Left out      ${health.leftOut?.count} rows, which are corrected in PowerSchool:\n`);
  for (const row of leftOut) stdout.write(`  ${leftOutLine(row)}  (${pageOf(row.kind, row.field)})\n`);
}

function sourceLine(source: SourceKind | undefined): string {
  if (source === undefined) return 'nothing read yet';
  if (source === 'powerquery') return "the plugin's queries";
  return `/ws/v1, which does not know ${limitsOf(source).join('; ')}`;
}

function changeLine({
  at,
  seconds,
  upserts,
  deletes,
}: {
  at: string;
  seconds: number;
  upserts: number;
  deletes: number;
}) {
  return `${at}, ${upserts} changed and ${deletes} deleted records in ${seconds} s`;
}
