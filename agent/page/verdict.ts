/** The one sentence at the top of the page: is it working, and if not, what should I do? Pure. */

import { clockTime } from '../../shared/page/local-times.ts';
import type { Problem } from '../model/watch.ts';
import type { BoardState, LastingProblem } from './board.ts';
import { isSetUpLater, passesByItself } from './problems.ts';
import { isLate } from './readiness.ts';

export type Tone = 'good' | 'busy' | 'paused' | 'waiting' | 'attention' | 'broken';

/** A piece of a sentence; a time is shown as "40 seconds ago" or as "09:12". */
export type Part = string | { time: number; as: 'ago' | 'clock' };

export interface Verdict {
  tone: Tone;
  /** The tone in one or two words. */
  word: string;
  sentence: Part[];
  /** The next step; empty when there is nothing to do. */
  action: string;
  /** Progress of something that takes time. */
  progress?: { done: number; total: number; of: string };
  /** The code in the catalog, to look it up. */
  code?: string;
  since?: number;
}

/** A problem that should pass by itself needs attention after this long. */
const lastsMs = 15 * 60_000;

export function verdictOf(state: BoardState, now: number): Verdict {
  return cannotWork(state) ?? paused(state) ?? troubled(state, now) ?? onTheWay(state, now) ?? working(state);
}

/** What a screen reader says when the verdict changes. Omits numbers that keep changing. */
export function spoken({ tone, word, sentence, action }: Verdict): string {
  if (tone === 'good' || tone === 'busy' || tone === 'waiting') return word;
  const plain = sentence.map((part) => (typeof part === 'string' ? part : clockTime(part.time))).join('');
  return `${word}: ${plain} ${action}`;
}

function cannotWork({ obstacle, working }: BoardState): Verdict | undefined {
  if (obstacle !== undefined) {
    const { code, message, action } = obstacle;
    return isSetUpLater(code)
      ? { tone: 'waiting', word: 'Not set up yet', sentence: [message], action, code }
      : { tone: 'broken', word: 'Stopped', sentence: [message], action, code };
  }
  if (working) return undefined;
  return {
    ...{ tone: 'broken', word: 'Not running', sentence: ['The agent is not running, so nothing is read or sent.'] },
    action: 'Start its service, or run "hallpass-agent run".',
  };
}

function paused({ pausedSince }: BoardState): Verdict | undefined {
  if (pausedSince === undefined) return undefined;
  const sentence: Part[] = ['Paused here since ', { time: pausedSince, as: 'clock' }, '. Nothing is read or sent.'];
  return { tone: 'paused', word: 'Paused', sentence, action: 'Press Resume to continue.' };
}

/**
 * Problems that need a person come before those that pass; the connection comes before PowerSchool, because nothing is
 * read without it.
 */
function troubled({ link, cycle, buckets }: BoardState, now: number): Verdict | undefined {
  const problems = [link.problem, cycle.problem].filter((problem) => problem !== undefined);
  const problem = problems.find((candidate) => isBroken(candidate, now)) ?? problems[0];
  if (problem === undefined) return undefined;
  const rest = problem === cycle.problem ? leftAsTheyWere(buckets.held.size) : '';
  const how = { sentence: [`${problem.message}${rest}`], action: problem.action, code: problem.code };
  // The check was complete: only single rows need correction, and the rest is in step.
  if (problem === cycle.problem && cycle.wasComplete === true)
    return { ...how, tone: 'attention', word: 'Needs you', since: problem.since };
  return {
    ...(isBroken(problem, now)
      ? { tone: 'broken' as const, word: 'Needs you' }
      : { tone: 'attention' as const, word: 'Trying again' }),
    ...how,
    since: problem.since,
  };
}

function isBroken(problem: LastingProblem, now: number): boolean {
  return needsSomebody(problem) || now - problem.since >= lastsMs;
}

function needsSomebody({ code }: Problem): boolean {
  return !passesByItself(code);
}

function leftAsTheyWere(held: number): string {
  if (held === 0) return '';
  return held === 1 ? ' One list stays as it was.' : ` ${held} lists stay as they were.`;
}

function onTheWay(state: BoardState, now: number): Verdict | undefined {
  const { link, cycle, relayPauseUntil, quietUntil, startedAt } = state;
  if (relayPauseUntil !== undefined && relayPauseUntil > now) {
    const sentence: Part[] = ['Paused by the relay until ', { time: relayPauseUntil, as: 'clock' }, '.'];
    return { tone: 'paused', word: 'Paused', sentence, action: 'Wait: it continues on its own then.' };
  }
  if (quietUntil !== undefined && quietUntil > now && cycle.running === undefined) {
    const sentence: Part[] = [
      'Quiet hours until ',
      { time: quietUntil, as: 'clock' },
      ': the agent does not read PowerSchool.',
    ];
    return { tone: 'paused', word: 'Quiet hours', sentence, action: 'Wait; Sync now still works.' };
  }
  const { lastCheckAt, running } = cycle;
  if (link.state !== 'open') {
    return { tone: 'waiting', word: 'Starting', sentence: ['Connecting to the relay.'], action: '' };
  }
  if (lastCheckAt === undefined) {
    const sentence = running === undefined ? 'Connected. The first reading is about to start.' : firstReading(running);
    const { bucketsDone: done = 0, bucketsTotal: total = 0 } = running ?? {};
    const progress = total > 0 ? { progress: { done, total, of: 'lists compared' } } : {};
    return { tone: 'busy', word: 'First reading', sentence: [sentence], action: '', ...progress };
  }
  // Time before the start does not count as late, and neither does a long cycle.
  if (running === undefined && isLate(state, now, startedAt)) {
    return {
      ...{ tone: 'attention', word: 'Late' },
      sentence: ['The last complete check of PowerSchool is late: it was ', { time: lastCheckAt, as: 'ago' }, '.'],
      action: 'Press Run the checks below to find out what is wrong.',
    };
  }
  return undefined;
}

function firstReading({ bucketsDone, bucketsTotal, records }: NonNullable<BoardState['cycle']['running']>): string {
  if (bucketsTotal === 0) return 'The first reading of PowerSchool has started.';
  const [done, total, read] = [bucketsDone, bucketsTotal, records].map((value) => value.toLocaleString('en-US'));
  return `The first reading of PowerSchool is in progress: ${done} of ${total} lists, ${read} records.`;
}

function working({ cycle, wanted }: BoardState): Verdict {
  const ago: Part[] =
    cycle.lastCheckAt === undefined
      ? []
      : [' Last complete check of PowerSchool ', { time: cycle.lastCheckAt, as: 'ago' }, '.'];
  if (wanted?.schools?.length === 0) {
    return {
      ...{ tone: 'good', word: 'Working', sentence: ['Connected; only the list of schools is sent so far.', ...ago] },
      action: 'Ask the relay operator for a sync profile, which says which schools and fields it needs.',
    };
  }
  return { tone: 'good', word: 'Working', sentence: ['Everything is working.', ...ago], action: '' };
}
