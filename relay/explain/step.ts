/** A step of an explanation, and steps that appear in several places. */
import { pageOf } from '../../plugin/where-to-fix.ts';
import type { WaitingOperation } from '../model/waiting.ts';
import { kindsThat } from '../operations/registry.ts';
import type { Does } from '../operations/spec.ts';
import { progressWords } from '../operations/waiting-words.ts';
import type { Departure, Facts, Frame } from './known.ts';
import { waitRemedy, waitWords } from './waits.ts';

export interface Step {
  stage:
    | 'PowerSchool'
    | 'Profile'
    | 'Account'
    | 'License'
    | 'Section'
    | 'Enrollment'
    | 'Class'
    | 'Membership'
    | 'Team'
    | 'School'
    | 'Groups'
    | 'Values';
  status: 'ok' | 'waiting' | 'stopped';
  fact: string;
  /** When this began, ISO 8601, if known. */
  at?: string;
  /** What to do next, and who; only for a step that is not in order. */
  next?: string;
}

/** What happens to something that is gone. @param kept the text for when the policy is to leave it */
export function fate(departure: Departure | undefined, kept: string): string {
  if (departure === undefined) return kept;
  const { since, policy, done } = departure;
  const gone = `It has been missed since ${since}.`;
  if (done !== undefined) return `${gone} ${done}`;
  return policy === undefined ? `${gone} ${kept}` : `${gone} From ${policy.from} on, by policy: ${policy.what}.`;
}

/** @param lastDay of the terms in question */
export function isOver(lastDay: string): string {
  return `The last term ended on ${lastDay}, before this school year`;
}

/** For readers who expect something of what is over. */
export const nextOfPast = `Ignore this if it is over; otherwise have the school add the terms of this school year in PowerSchool: ${pageOf('term', '')}.`;

/** What a hold prevents; undefined when no such operation is held. */
export function held(
  stage: Step['stage'],
  does: Does,
  what: string,
  { holds }: Pick<Facts, 'holds'>,
): Step | undefined {
  const kinds = kindsThat(does);
  const hold = holds.find(({ kind }) => kinds.includes(kind));
  if (hold === undefined) return undefined;
  const fact = `${what}: this is held. ${hold.reason}`;
  const next = `Somebody must decide: hallpass-relay holds approve (or reject) TENANT ${hold.key}.`;
  return { stage, status: 'waiting', fact, at: hold.firstSeen, next };
}

/** What the next run will do, unless something prevents it. */
export function waiting(stage: Step['stage'], fact: string, facts: Frame, operation?: WaitingOperation): Step {
  const { lastRun, profile, waits } = facts;
  const isLate = profile?.state !== 'enabled' || operation === undefined;
  const remedy = isLate ? undefined : waitRemedy(operation, waits);
  const next =
    remedy ??
    (profile !== undefined && profile.state !== 'enabled'
      ? `The profile is ${profile.state === 'paused' ? 'paused' : 'in preview'}, so nothing is written: hallpass-relay profile enable.`
      : lastRun === undefined
        ? 'Nothing has run yet: start the relay with "hallpass-relay serve".'
        : lastRun.finishedAt === null
          ? progressWords(waits.progress)
          : `The next run does it (the last one ended ${lastRun.finishedAt}: ${lastRun.state}).`);
  const why = operation === undefined ? '' : ` It ${waitWords(operation, waits)}.`;
  return { stage, status: 'waiting', fact: `${fact}${why}`, next };
}
