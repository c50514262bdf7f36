/** Which district needs attention: one line each, the worst first. */
import { z } from 'zod';
import { lackingOf, toRead } from '../../model/permissions.ts';
import type { Standing } from '../../profile/standing.ts';
import { type FleetAgent, type FleetDistrict, type FleetProfile, readFleet } from '../../store/tenants/fleet-view.ts';
import { allow, reachedBy } from '../access.ts';
import type { Actor } from '../actor.ts';
import type { AppContext } from '../perform.ts';
import { ago, conditionOf, conditionSchema, describeCondition } from './agent-condition.ts';
import { moment, type Table } from './fields.ts';

/** How urgent it is, the most urgent first. */
export const needs = ['stopped', 'broken', 'decision', 'attention', 'unfinished', 'fine'] as const;
type Need = (typeof needs)[number];

const districtSchema = z.object({
  slug: z.string(),
  name: z.string(),
  need: z.enum(needs).meta({
    description:
      'stopped: nothing is written. broken: an agent is disconnected or has a problem. decision: something is held. attention: problems. unfinished: being set up, in preview or paused.',
  }),
  standing: z.string(),
  agent: conditionSchema.nullable().meta({ description: 'The worst state of its agents; null if it has none.' }),
  agentSeenAt: moment.nullable(),
  versions: z.array(z.string()),
  committedAt: moment.nullable(),
  lastRunAt: moment.nullable(),
  held: z.int(),
  problems: z.int(),
  why: z.string(),
});

export const fleetAnswer = z.object({ districts: z.array(districtSchema) });

export type FleetLine = z.infer<typeof districtSchema>;

/** The districts that the actor may access, by slug. @throws HallpassError ROLE_INSUFFICIENT */
export async function fleetNow({ store }: Pick<AppContext, 'store'>, actor: Actor): Promise<FleetDistrict[]> {
  allow(actor, 'fleet');
  return await store.readSystem((scope) => readFleet(scope, reachedBy(actor, 'fleet')));
}

/** @param nowMs milliseconds since the epoch */
export function describeFleet(districts: readonly FleetDistrict[], nowMs: number): z.infer<typeof fleetAnswer> {
  const lines = districts.map((district) => lineOf(district, nowMs));
  const rank = ({ need }: FleetLine) => needs.indexOf(need);
  const lines_ = lines.sort((a, b) => rank(a) - rank(b) || b.held - a.held || b.problems - a.problems || compare(a, b));
  return { districts: lines_ };
}

function compare(a: FleetLine, b: FleetLine): number {
  return a.slug < b.slug ? -1 : 1;
}

function lineOf(district: FleetDistrict, nowMs: number): FleetLine {
  const { slug, name, agents, profiles, committedAt, held, problems } = district;
  const worstAgent = worst(agents, (one) => agentNeed(one, nowMs));
  const worstProfile = worst(profiles, (one) => profileNeeds[one.standing]);
  const { need, why } = needOf(district, worstAgent, worstProfile, nowMs);
  const runs = profiles.flatMap(({ lastRun }) => lastRun ?? []).map((run) => run.finishedAt ?? run.startedAt);
  return {
    slug,
    name,
    need,
    standing: worstProfile?.standing ?? 'no profile',
    agent: worstAgent === undefined ? null : conditionOf(worstAgent, nowMs),
    agentSeenAt: worstAgent?.lastSeenAt ?? null,
    versions: [...new Set(agents.map(({ version }) => version))].sort(),
    committedAt,
    lastRunAt: runs.sort().at(-1) ?? null,
    held,
    problems,
    why,
  };
}

/** The need that follows from every standing (the compiler requires all of them). */
const profileNeeds: Record<Standing, Need> = {
  quarantined: 'stopped',
  failing: 'stopped',
  held: 'decision',
  'success with errors': 'attention',
  'setting up': 'unfinished',
  preview: 'unfinished',
  paused: 'unfinished',
  'in progress': 'fine',
  success: 'fine',
};

function agentNeed(agent: FleetAgent, nowMs: number): Need {
  switch (conditionOf(agent, nowMs)) {
    case 'away':
    case 'problem':
    case 'silent':
      return 'broken';
    case 'never':
      return 'unfinished';
    default:
      return 'fine';
  }
}

function worst<T>(things: readonly T[], needOf: (thing: T) => Need): T | undefined {
  return [...things].sort((a, b) => needs.indexOf(needOf(a)) - needs.indexOf(needOf(b)))[0];
}

/** The sentence names the worst thing, and of several equally bad ones the closest to the cause. */
function needOf(
  district: FleetDistrict,
  agent: FleetAgent | undefined,
  profile: FleetProfile | undefined,
  nowMs: number,
): { need: Need; why: string } {
  const { agents, profiles, committedAt, held, problems } = district;
  const { quarantine = null, lastRun, standing } = profile ?? {};
  if (quarantine !== null && standing === 'quarantined') return { need: 'stopped', why: quarantine.message };
  if (standing === 'failing' && lastRun?.error) {
    const { code, message, step } = lastRun.error;
    const when = ago(lastRun.finishedAt ?? lastRun.startedAt, nowMs);
    return {
      need: 'stopped',
      why: `The last run failed ${when}${step === null ? '' : ` while ${step}`}: ${code}: ${message}`,
    };
  }
  if (standing === 'failing') return { need: 'stopped', why: 'The last run did not finish.' };
  if (agent !== undefined && agentNeed(agent, nowMs) === 'broken') {
    const reported = agent.health?.problem;
    const isReported = reported !== undefined && conditionOf(agent, nowMs) === 'problem';
    const how = isReported ? `${reported.code}: ${reported.message}` : `${describeCondition(agent, nowMs)}.`;
    return { need: 'broken', why: `Agent ${agent.name}: ${how}` };
  }
  if (held > 0) return { need: 'decision', why: `${held} operations wait for a decision.` };
  if (isConsentMissing(district)) {
    return { need: 'unfinished', why: 'Consent is missing: its Microsoft 365 lets Hallpass read nothing yet.' };
  }
  if (agents.length === 0) return { need: 'unfinished', why: 'No agent has enrolled.' };
  if (committedAt === null) return { need: 'unfinished', why: 'No complete roster has arrived yet.' };
  if (profiles.length === 0) return { need: 'unfinished', why: 'It has no profile.' };
  if (standing === 'paused') return { need: 'unfinished', why: `The profile "${profile?.name}" is paused.` };
  if (standing === 'preview') return { need: 'unfinished', why: `The profile "${profile?.name}" is a preview.` };
  if (standing === 'setting up') return { need: 'unfinished', why: 'Nothing has run yet.' };
  if (problems > 0) return { need: 'attention', why: `${problems} open problem${problems === 1 ? '' : 's'}.` };
  return { need: 'fine', why: standing === 'in progress' ? 'A run is in progress.' : 'In step.' };
}

/** As of the last check, unless a run has found out otherwise since. */
function isConsentMissing({ access, profiles }: FleetDistrict): boolean {
  if (access.length === 0 || access.some(({ roles }) => lackingOf(toRead, roles).length === 0)) return false;
  const checkedAt =
    access
      .map((one) => one.checkedAt)
      .sort()
      .at(-1) ?? '';
  return !profiles.some(
    ({ lastRun }) => lastRun !== undefined && lastRun.error === null && lastRun.startedAt > checkedAt,
  );
}

export const fleetTable: Table<FleetLine> = {
  headings: [
    ...['slug', 'name', 'need', 'standing', 'agent', 'agentSeenAt', 'versions'],
    ...['committedAt', 'lastRunAt', 'held', 'problems', 'why'],
  ],
  lines: (line) => [
    [
      ...[line.slug, line.name, line.need, line.standing, line.agent ?? '', line.agentSeenAt ?? ''],
      ...[line.versions.join(' '), line.committedAt ?? '', line.lastRunAt ?? ''],
      ...[String(line.held), String(line.problems), line.why],
    ],
  ],
};
