/** `hallpass-agent status`: what this agent is and how its last cycles went, from the state folder alone. */
import { pageOf } from '../../plugin/where-to-fix.ts';
import { fail } from '../../shared/errors.ts';
import { printableLine } from '../../shared/printable.ts';
import { leftOutLine } from '../model/left-out.ts';
import type { SourceKind } from '../model/source.ts';
import { limitsOf } from '../powerschool/rest/limits.ts';
import { AgentState, type LastingProblem, type LinkHealth } from '../state/agent-state.ts';
import { lockHolder } from '../state/lock.ts';
import type { Context } from '../terminal/context.ts';
import { obstacleOf } from './obstacle.ts';

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
    link: state.link ?? undefined,
    pausedSince: state.pausedSince,
    problems: problemsOf(state, pid !== undefined),
    notKnown: limitsOf(health.source ?? 'powerquery'),
    notices: state.notices.map(({ code, message, action }) => ({ code, message, action })),
  };
  if (json === true) {
    stdout.write(`${JSON.stringify(status, null, 2)}\n`);
    return;
  }
  const records = Object.entries(health.records ?? {}).map(([kind, count]) => `${kind} ${count}`);
  const { lastCycle } = health;
  const leftOut = health.leftOut?.rows ?? [];
  const lines = {
    'State folder': folder,
    Running: pid === undefined ? 'no' : `yes, process ${pid}`,
    PowerSchool: `${settings.powerschool.url ?? 'not configured'}, secret ${status.powerschool.secret}`,
    'Read through': sourceLine(health.source),
    Relay: identity === null ? 'not enrolled' : `${status.relay.url}, for ${identity.tenantName}`,
    Connection: connectionLine(state.link, pid !== undefined),
    ...(state.pausedSince === undefined ? {} : { Paused: `since ${state.pausedSince}, by an administrator` }),
    'Last check': health.lastCheckAt ?? 'never complete',
    'Last change': lastCycle === undefined ? 'none' : changeLine(lastCycle),
    Records: records.length === 0 ? 'none acknowledged' : records.join(', '),
  };
  for (const [name, value] of Object.entries(lines)) stdout.write(`${name.padEnd(14)}${printableLine(value)}\n`);
  for (const line of problemLines(status.problems)) stdout.write(`${'Problem'.padEnd(14)}${line}\n`);
  for (const { message, action } of state.notices) stdout.write(`${'Notice'.padEnd(14)}${message}\n  → ${action}\n`);
  if (leftOut.length === 0) return;
  stdout.write(`Left out      ${health.leftOut?.count} rows, which are corrected in PowerSchool:\n`);
  for (const row of leftOut) stdout.write(`  ${leftOutLine(row)}  (${pageOf(row.kind, row.field)})\n`);
}

/** Current problems; for an agent that is not running, also the reason. */
function problemsOf(state: AgentState, running: boolean): LastingProblem[] {
  const { health, link } = state;
  if (!running) {
    const { code, message, action } = fail('AGENT_NOT_RUNNING', {});
    return [obstacleOf(state) ?? { code, message, action }];
  }
  // A problem from the time of a lost connection may no longer exist once the connection is open again.
  const lost = link?.connected === false ? link.problem : undefined;
  return [lost, health.problem].filter((problem) => problem !== undefined);
}

function problemLines(problems: readonly LastingProblem[]): string[] {
  if (problems.length === 0) return ['none'];
  return problems.map(({ code, message, action, since }) => {
    const dated = since === undefined ? '' : ` (since ${since})`;
    return `[${code}] ${printableLine(message)}${dated}\n  → ${action}`;
  });
}

function connectionLine(link: LinkHealth | null, running: boolean): string {
  if (link === null) return running ? 'not open yet' : 'never open';
  if (!running)
    return `none, because the agent is not running; last seen ${link.connected ? 'open' : 'lost'} at ${link.since}`;
  return link.connected ? `open since ${link.since}` : `lost since ${link.since}, the agent tries again`;
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
