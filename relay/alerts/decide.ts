/**
 * What becomes of alerts when somebody looks again. Pure: what is found now and what is known already, in; what is known
 * afterward, out. All of it is kept in the database, so neither a restart nor another node changes the result.
 */
import type { Alert, AlertCause, Finding } from '../model/alert.ts';

const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;

/**
 * How long each must last before somebody is told, how long it must be gone before it is over, and after how long it is
 * told again, milliseconds. A connection that breaks for a minute, or a run that is repeated, is nobody's concern.
 */
const patience: Readonly<Record<AlertCause, { openMs: number; endMs: number; againMs: number }>> = {
  agentSilent: { openMs: 15 * minuteMs, endMs: 5 * minuteMs, againMs: dayMs },
  syncFailing: { openMs: 30 * minuteMs, endMs: 0, againMs: dayMs },
  syncStalled: { openMs: 0, endMs: 0, againMs: dayMs },
  consentMissing: { openMs: 2 * minuteMs, endMs: 0, againMs: dayMs },
  expiring: { openMs: 0, endMs: 0, againMs: 3 * dayMs },
  held: { openMs: 2 * minuteMs, endMs: 5 * minuteMs, againMs: dayMs },
  licensesLow: { openMs: 0, endMs: 0, againMs: 7 * dayMs },
  manyProblems: { openMs: 15 * minuteMs, endMs: 30 * minuteMs, againMs: 7 * dayMs },
  channelFailing: { openMs: 15 * minuteMs, endMs: 0, againMs: dayMs },
  terminalSignIn: { openMs: 0, endMs: 0, againMs: dayMs },
};

/** An open alert is told again at once when it has grown tenfold. */
const growth = 10;

export interface Look {
  found: readonly Finding[];
  /** Keys of which this look cannot tell: they stay as they are. */
  unknown: ReadonlySet<string>;
  nowMs: number;
  /** False when nobody has looked for a while: what was waiting then begins to wait again. */
  wasWatching: boolean;
  newId(): string;
}

/**
 * @param known those that are not resolved
 * @returns the alerts that are new or differ; those that only waited and are gone, by id
 */
export function decide(known: readonly Alert[], look: Look): { kept: Alert[]; dropped: string[] } {
  const { found, nowMs, newId } = look;
  const now = new Date(nowMs).toISOString();
  const byKey = new Map(known.map((alert) => [alert.key, alert]));
  const findings = new Map(found.map((finding) => [finding.key, finding]));
  const kept: Alert[] = [];
  const dropped: string[] = [];
  for (const finding of findings.values()) {
    const before = byKey.get(finding.key);
    const after = before === undefined ? waiting(finding, newId(), now) : lasting(before, finding, look, now);
    kept.push(ripened(after, nowMs));
  }
  for (const alert of known) {
    if (findings.has(alert.key) || look.unknown.has(alert.key)) continue;
    if (alert.openedAt === null) dropped.push(alert.id);
    else kept.push(ending(alert, nowMs, now));
  }
  return { kept: kept.filter((alert) => !isSame(alert, byKey.get(alert.key))), dropped };
}

function waiting(finding: Finding, id: string, now: string): Alert {
  const times = { since: now, openedAt: null, toldAt: null, toldCount: 0, repeats: 0, goneSince: null };
  return { ...finding, id, ...times, resolvedAt: null };
}

function lasting(before: Alert, finding: Finding, { wasWatching }: Look, now: string): Alert {
  const since = before.openedAt === null && !wasWatching ? now : before.since;
  return { ...before, ...finding, since, goneSince: null };
}

/** Opened when it has lasted, told again when it lasts on. */
function ripened(alert: Alert, nowMs: number): Alert {
  const now = new Date(nowMs).toISOString();
  const told = { toldAt: now, toldCount: alert.count };
  if (alert.openedAt === null || alert.toldAt === null) {
    const isRipe = nowMs - Date.parse(alert.since) >= patience[alert.cause].openMs;
    return isRipe ? { ...alert, openedAt: now, ...told } : alert;
  }
  const isOld = nowMs - Date.parse(alert.toldAt) >= patience[alert.cause].againMs;
  const hasGrown = alert.count >= alert.toldCount * growth;
  return isOld || hasGrown ? { ...alert, ...told, repeats: alert.repeats + 1 } : alert;
}

function ending(alert: Alert, nowMs: number, now: string): Alert {
  const goneSince = alert.goneSince ?? now;
  const isOver = nowMs - Date.parse(goneSince) >= patience[alert.cause].endMs;
  return { ...alert, goneSince, resolvedAt: isOver ? now : null };
}

function isSame(a: Alert, b: Alert | undefined): boolean {
  return b !== undefined && JSON.stringify(a, Object.keys(a).sort()) === JSON.stringify(b, Object.keys(a).sort());
}
