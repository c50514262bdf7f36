/**
 * Answers questions outside the main thread, which meanwhile serves agents, pages and short questions. A thread starts
 * with the first question that needs it, and ends after a while without one.
 */
import { fail } from '../../../shared/errors.ts';
import { leastLoaded } from '../../../shared/threads.ts';
import type { AnswerThreadStart, Question } from './answer-messages.ts';
import { AnswerPlaces, type PlaceLimits } from './answer-places.ts';
import { OneAnswerThread } from './one-answer-thread.ts';
import type { Answer, Effort, RequestContext } from './route.ts';

/** The efforts that are answered outside the main thread. */
export type LongEffort = Exclude<Effort, 'keyed'>;

/** The longest that an answer may take, including the time to send it, milliseconds. */
const longestMs = 10 * 60_000;
/** Milliseconds without a question after which a thread ends: it holds about 50 MB. */
const usualIdleMs = 60_000;

const refusals = { all: 'ANSWERS_TOO_MANY', one: 'ANSWERS_UNDER_WAY' } as const;

/**
 * A plan of 100,000 people takes one core for about ten seconds and up to 1.7 GB (scripts/bench/plan.ts), other long
 * answers up to six seconds, short ones a tenth of a second.
 */
const places: Readonly<Record<LongEffort, PlaceLimits & { threads: number }>> = {
  short: { threads: 1, most: 16, mostOfOne: 4, waiting: 64, waitingOfOne: 8, refusals },
  long: { threads: 2, most: 6, mostOfOne: 2, waiting: 64, waitingOfOne: 8, refusals },
  plan: {
    ...{ threads: 2, most: 2, mostOfOne: 1, waiting: 0, waitingOfOne: 0 },
    refusals: { all: 'PLANS_TOO_MANY', one: 'PLAN_UNDER_WAY' },
  },
};

export interface AnswerThreadsOptions extends Omit<AnswerThreadStart, 'idleMs'> {
  /** What a thread runs: answer-thread-file.ts. */
  threadFile: URL;
  /** Aborted when the relay goes down. */
  signal: AbortSignal;
  idleMs?: number;
}

export class AnswerThreads {
  readonly #file: URL;
  readonly #start: AnswerThreadStart;
  readonly #signal: AbortSignal;
  readonly #places = {
    short: new AnswerPlaces(places.short),
    long: new AnswerPlaces(places.long),
    plan: new AnswerPlaces(places.plan),
  };
  readonly #threads: Record<LongEffort, OneAnswerThread[]> = { short: [], long: [], plan: [] };

  constructor({ threadFile, signal, idleMs = usualIdleMs, ...start }: AnswerThreadsOptions) {
    this.#file = threadFile;
    this.#start = { ...start, idleMs };
    this.#signal = signal;
  }

  /** The number of threads right now. */
  get count(): number {
    return Object.values(this.#threads)
      .flat()
      .filter((thread) => !thread.isOver).length;
  }

  /**
   * The answer, once its first piece is there.
   *
   * @param who the district: questions with the same value share places
   * @param signal aborted when nobody is waiting for it anymore
   * @param keep see {@link RequestContext}
   * @throws HallpassError ANSWERS_TOO_MANY, ANSWERS_UNDER_WAY, PLANS_TOO_MANY, PLAN_UNDER_WAY, ANSWER_BROKEN, RELAY_BUSY,
   *   and those of the question
   */
  async answer(
    effort: LongEffort,
    who: string,
    question: Question,
    signal: AbortSignal,
    keep: RequestContext['keep'] = refuseToKeep,
  ): Promise<Answer> {
    const limit = AbortSignal.any([this.#signal, signal, AbortSignal.timeout(longestMs)]);
    try {
      const leave = await this.#places[effort].take(who, limit);
      const open = () => new OneAnswerThread(this.#file, this.#start);
      const thread = leastLoaded(this.#threads[effort], places[effort].threads, open);
      const ended = () => {
        leave();
        // Its memory costs more than another thread, and a plan that nobody waits for would continue.
        if (effort === 'plan') void thread.close();
      };
      return await thread.answer({ question, signal: limit, keep, ended });
    } catch (error) {
      throw limit.aborted ? fail('RELAY_BUSY', {}, { cause: error }) : error;
    }
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#threads).flatMap((threads) => threads.map((thread) => thread.close())));
  }
}

async function refuseToKeep(): Promise<never> {
  throw new TypeError('an answer to a question is not kept');
}
