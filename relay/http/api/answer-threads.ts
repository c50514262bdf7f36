/**
 * Questions that are answered beside the main thread, which goes on with agents, pages and short questions. A thread is opened with the
 * first question that needs it, and ends when nobody has asked for a while.
 */
import { fail } from '../../../shared/errors.ts';
import { leastLoaded } from '../../../shared/threads.ts';
import type { AnswerThreadStart, Question } from './answer-messages.ts';
import { AnswerPlaces, type PlaceLimits } from './answer-places.ts';
import { OneAnswerThread } from './one-answer-thread.ts';
import type { Answer, Effort, Visit } from './route.ts';

/** What is answered beside the main thread. */
export type LongEffort = Exclude<Effort, 'keyed'>;

/** The longest that an answer may take, with the time to send it, milliseconds. */
const longestMs = 10 * 60_000;
/** After which a thread that nobody asks ends, milliseconds: it holds some 50 MB. */
const usualIdleMs = 60_000;

const refusals = { all: 'ANSWERS_TOO_MANY', one: 'ANSWERS_UNDER_WAY' } as const;

/**
 * A plan of 100,000 people takes a core for some ten seconds and up to 1.7 GB (scripts/bench/plan.ts), other long answers up to
 * six seconds, short ones a tenth of one.
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
  /** Aborted when the relay goes down. */
  signal: AbortSignal;
  idleMs?: number;
}

export class AnswerThreads {
  readonly #start: AnswerThreadStart;
  readonly #signal: AbortSignal;
  readonly #places = {
    short: new AnswerPlaces(places.short),
    long: new AnswerPlaces(places.long),
    plan: new AnswerPlaces(places.plan),
  };
  readonly #threads: Record<LongEffort, OneAnswerThread[]> = { short: [], long: [], plan: [] };

  constructor({ signal, idleMs = usualIdleMs, ...start }: AnswerThreadsOptions) {
    this.#start = { ...start, idleMs };
    this.#signal = signal;
  }

  /** Threads that are there at this moment. */
  get count(): number {
    return Object.values(this.#threads)
      .flat()
      .filter((thread) => !thread.isOver).length;
  }

  /**
   * The answer, once its first piece is there.
   *
   * @param who who shares places with others of the same name: the district
   * @param signal aborted when nobody waits for it anymore
   * @param keep as a visit has it
   * @throws HallpassError ANSWERS_TOO_MANY, ANSWERS_UNDER_WAY, PLANS_TOO_MANY, PLAN_UNDER_WAY, ANSWER_BROKEN, RELAY_BUSY, and those of
   *   the question
   */
  async answer(
    effort: LongEffort,
    who: string,
    question: Question,
    signal: AbortSignal,
    keep: Visit['keep'] = refuseToKeep,
  ): Promise<Answer> {
    const limit = AbortSignal.any([this.#signal, signal, AbortSignal.timeout(longestMs)]);
    try {
      const leave = await this.#places[effort].take(who, limit);
      const open = () => new OneAnswerThread(this.#start);
      const thread = leastLoaded(this.#threads[effort], places[effort].threads, open);
      const ended = () => {
        leave();
        // Its memory is more than another thread costs, and a plan that nobody waits for would go on.
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
