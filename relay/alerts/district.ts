/** What is wrong in one district, from what the database has of it. Pure; no sentence names a person. */
import type { Alert, AlertReader, Finding } from '../model/alert.ts';
import { fixerOf } from '../model/problem.ts';
import type { Blackout } from '../profile/blackout.ts';
import { canRest, districtTime, type Life, reasonToRest } from '../profile/life.ts';
import type { Standing } from '../profile/standing.ts';

const minuteMs = 60_000;

export interface DistrictFacts {
  slug: string;
  /** Those that have connected before and are not revoked. Times here are ISO 8601. */
  agents: readonly AgentFacts[];
  profiles: readonly ProfileFacts[];
  /** When the roster last became complete; null before the first, and while a cycle is open. */
  settledAt: string | null;
  /** When a turn under way last made progress; null while none is. */
  progressAt: string | null;
  /** Days on which nothing is written, in this time zone. */
  blackouts: readonly Blackout[];
  timeZone: string | undefined;
  /** Operations that wait for a decision. */
  held: number;
  /** Open problems by code. */
  problems: ReadonlyMap<string, number>;
  /** Licenses that a profile assigns; undefined while Microsoft 365 was not asked, or did not answer. */
  licenses: readonly LicenseFacts[] | undefined;
}

export interface AgentFacts {
  lastSeenAt: string;
  isConnected: boolean;
  /** When it last reported, and that it can do nothing; undefined before its first report. */
  report?: { at: string; isResting: boolean; problem?: string };
}

export interface ProfileFacts {
  name: string;
  standing: Standing;
  life: Life;
  lastRun: { startedAt: string; finishedAt: string | null; state: string; error?: string; step?: string } | undefined;
}

export interface LicenseFacts {
  name: string;
  seats: number;
  free: number;
}

export const limits = {
  /** Connected agents are noted once a minute: without that for longer, the connection is gone. */
  connectionMs: 2.5 * minuteMs,
  /** A connected agent reports at least once a cycle, unless it rests. */
  reportMs: 45 * minuteMs,
  /** A run begins every quarter of an hour; while one is under way, its progress is noted every few seconds. */
  runMs: 60 * minuteMs,
  /** Open problems of one code, and how few end the alert. */
  problems: 25,
  problemsEnd: 13,
  /** Free seats: fewer than this many, or than this share. */
  freeSeats: 10,
  freeShare: 0.02,
};

/** Codes by which Microsoft 365 says that the relay may not come in. */
const consentCodes = new Set(['GRAPH_CONSENT_MISSING', 'GRAPH_SIGN_IN_REFUSED', 'ApplicationBlocked']);

/** @param open alerts of the district that are open: some end later than they begin */
export function districtFindings(
  facts: DistrictFacts,
  open: readonly Pick<Alert, 'key'>[],
  nowMs: number,
): { found: Finding[]; unknown: Set<string> } {
  const found: Finding[] = [];
  const unknown = new Set<string>();
  const isOpen = new Set(open.map(({ key }) => key));
  found.push(...silence(facts, nowMs));
  for (const profile of facts.profiles) {
    const failing = `syncFailing:${profile.name}`;
    const consent = `consentMissing:${profile.name}`;
    const finding = failure(facts, profile);
    if (finding !== undefined) found.push(finding);
    // While the next run is under way nobody knows whether it will do better; it has not, if the reason has only changed.
    else if (profile.standing === 'in progress' || isUnderWay(profile)) unknown.add(failing).add(consent);
    const stalled = stall(facts, profile, nowMs);
    if (stalled !== undefined) found.push(stalled);
  }
  if (facts.held > 0) {
    found.push({
      ...{ key: 'held', cause: 'held', count: facts.held, readers: ['operator', 'microsoft'] },
      sentence: `${amount(facts.held, 'operation waits', 'operations wait')} for a decision: unusually many at once.`,
      action: `See why with "hallpass-relay holds list ${facts.slug}", then approve or reject.`,
    });
  }
  for (const [code, count] of facts.problems) {
    const key = `manyProblems:${code}`;
    if (count < (isOpen.has(key) ? limits.problemsEnd : limits.problems)) continue;
    const fixer = fixerOf(code);
    const readers: AlertReader[] = fixer === 'nobody' ? ['operator'] : [fixer];
    found.push({
      ...{ key, cause: 'manyProblems', count, readers },
      sentence: `${count} people or objects have the same problem: ${code}.`,
      action: `List them with "hallpass-relay problems ${facts.slug} --code ${code}"; each says what to do.`,
    });
  }
  if (facts.licenses === undefined) for (const key of isOpen) if (key.startsWith('licensesLow:')) unknown.add(key);
  found.push(...(facts.licenses ?? []).flatMap(shortage));
  return { found, unknown };
}

function silence({ slug, agents }: DistrictFacts, nowMs: number): Finding[] {
  const silent = agents.filter((agent) => isSilent(agent, nowMs));
  if (silent.length === 0) return [];
  const last =
    agents
      .map(({ lastSeenAt }) => lastSeenAt)
      .sort()
      .at(-1) ?? '';
  const codes = [...new Set(silent.flatMap(({ report }) => report?.problem ?? []))];
  const why = codes.length === 0 ? `The last sign of one was at ${last}.` : `Reported: ${codes.join(', ')}.`;
  return [
    {
      ...{ key: 'agentSilent', cause: 'agentSilent', count: silent.length, readers: ['sis', 'operator'] },
      sentence: `${silent.length} of ${amount(agents.length, 'agent does', 'agents do')} not work, so changes in PowerSchool do not arrive. ${why}`,
      action: `On the agent's machine run "hallpass-agent check"; at the relay, "hallpass-relay agent list ${slug}".`,
    },
  ];
}

function isSilent({ isConnected, lastSeenAt, report }: AgentFacts, nowMs: number): boolean {
  if (!isConnected || nowMs - Date.parse(lastSeenAt) > limits.connectionMs) return true;
  if (report === undefined || report.isResting) return false;
  return report.problem !== undefined || nowMs - Date.parse(report.at) > limits.reportMs;
}

function failure({ slug }: DistrictFacts, { name, standing, lastRun }: ProfileFacts): Finding | undefined {
  if (standing !== 'failing' && standing !== 'quarantined') return undefined;
  const action = `See what and why with "hallpass-relay status ${slug}".`;
  const { error = '', step } = lastRun?.state === 'failed' ? lastRun : {};
  if (consentCodes.has(error)) {
    return {
      ...{ key: `consentMissing:${name}`, cause: 'consentMissing', count: 1, readers: ['microsoft', 'operator'] },
      sentence: `Microsoft 365 refuses the relay (${error}), so profile "${name}" cannot run.`,
      action:
        error === 'GRAPH_SIGN_IN_REFUSED'
          ? `Ask "hallpass-relay profile check ${slug}" why: the app's certificate or secret may have ended, or consent be gone.`
          : `Have an administrator of Microsoft 365 consent again; "hallpass-relay profile check ${slug}" says what is missing.`,
    };
  }
  const why = error === '' ? '' : ` (${error}${step === undefined ? '' : `, while ${step}`})`;
  return {
    ...{ key: `syncFailing:${name}`, cause: 'syncFailing', count: 1, readers: ['operator', 'microsoft'], action },
    sentence:
      standing === 'quarantined'
        ? `Profile "${name}" is quarantined and writes nothing${why}.`
        : `The runs of profile "${name}" fail${why}.`,
  };
}

function isUnderWay({ lastRun }: ProfileFacts): boolean {
  return lastRun?.finishedAt === null;
}

/** Runs should begin, and none does. */
function stall(facts: DistrictFacts, profile: ProfileFacts, nowMs: number): Finding | undefined {
  const { name, standing, lastRun } = profile;
  if (standing === 'paused' || facts.settledAt === null) return undefined;
  const signs = [facts.settledAt, facts.progressAt, lastRun?.startedAt, lastRun?.finishedAt];
  const last =
    signs
      .filter((sign) => typeof sign === 'string')
      .sort()
      .at(-1) ?? '';
  if (!hadTime(facts, profile, Date.parse(last), nowMs)) return undefined;
  return {
    ...{ key: `syncStalled:${name}`, cause: 'syncStalled', count: 1, readers: ['operator'] },
    sentence: `No run of profile "${name}" has begun or made progress since ${last}.`,
    action: `Read the relay's log, and restart the relay if "hallpass-relay status ${facts.slug}" shows no run either.`,
  };
}

/** So far back, in steps of so much: enough to add up hours of a profile that writes 30 minutes a day. */
const backMs = 4 * 1440 * minuteMs;
const stepMs = 15 * minuteMs;

/** Whether a run had long enough to begin, not counting times at which the profile rests. Previews never rest. */
function hadTime(facts: DistrictFacts, { standing, life }: ProfileFacts, sinceMs: number, nowMs: number): boolean {
  if (nowMs - sinceMs <= limits.runMs) return false;
  if (standing === 'preview' || (facts.blackouts.length === 0 && !canRest(life))) return true;
  let openMs = 0;
  for (let at = nowMs; at > Math.max(sinceMs, nowMs - backMs); at -= stepMs) {
    if (reasonToRest(life, districtTime(at, facts.timeZone), facts.blackouts) === undefined) openMs += stepMs;
    if (openMs > limits.runMs) return true;
  }
  return false;
}

function shortage({ name, seats, free }: LicenseFacts): Finding[] {
  if (free >= limits.freeSeats && free >= seats * limits.freeShare) return [];
  return [
    {
      ...{ key: `licensesLow:${name}`, cause: 'licensesLow', count: 1, readers: ['microsoft', 'operator'] },
      sentence: `${free} of ${seats} seats of the license ${name} are free.`,
      action: 'Buy seats, or remove licenses from accounts that no longer need them.',
    },
  ];
}

function amount(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
