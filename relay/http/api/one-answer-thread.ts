/** One thread that answers questions, as the main thread sees it: what it is asked, and the pieces that come of it. */
import { Worker } from 'node:worker_threads';
import { fail, reasonOf } from '../../../shared/errors.ts';
import { carried, fromCarried, threadFile } from '../../../shared/threads.ts';
import type {
  AnswerHead,
  AnswerThreadStart,
  FromAnswerThread,
  Piece,
  Question,
  ToAnswerThread,
} from './answer-messages.ts';
import { Refused } from './problem.ts';
import type { Answer, Pieces, Visit } from './route.ts';

type Said = Extract<FromAnswerThread, { piece: Piece }>;

interface Asking extends Pick<Visit, 'keep'> {
  question: Question;
  signal: AbortSignal;
  ended(): void;
}

export class OneAnswerThread {
  readonly #worker: Worker;
  /** By question: who waits for what the thread says next. */
  readonly #waiting = new Map<number, PromiseWithResolvers<Said>>();
  /** By question, likewise: what keeps an answer. */
  readonly #keeps = new Map<number, Visit['keep']>();
  readonly #exited: Promise<void>;
  #asked = 0;
  #load = 0;
  #over: Error | undefined;

  constructor(start: AnswerThreadStart) {
    const { mostMb } = start;
    this.#worker = new Worker(threadFile(import.meta.url, 'answer-thread'), {
      workerData: start,
      ...(mostMb !== undefined && { resourceLimits: { maxOldGenerationSizeMb: mostMb } }),
    });
    this.#worker.on('message', (message: FromAnswerThread) => this.#hear(message));
    // Out of memory, mostly: the answers under way are lost, and nothing else has noticed.
    this.#worker.on('error', (cause) => this.#end(fail('ANSWER_BROKEN', { reason: reasonOf(cause) }, { cause })));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#end(fail('ANSWER_BROKEN', { reason: 'its thread ended' }));
        resolve();
      });
    });
  }

  /** Answers under way. */
  get load(): number {
    return this.#load;
  }

  /** Whether another thread is needed in its place. */
  get isOver(): boolean {
    return this.#over !== undefined;
  }

  /**
   * The answer, once its first piece is there. It is under way until the last one has been taken, the pieces are returned, or the
   * signal is aborted.
   *
   * @param asking `keep`: keeps an answer that the question wants kept; `ended`: called when it is no longer under way
   * @throws HallpassError ANSWER_BROKEN, and those of the question; the signal's reason
   */
  async answer({ question, signal, keep, ended }: Asking): Promise<Answer> {
    this.#asked += 1;
    const id = this.#asked;
    this.#load += 1;
    let isUnderWay = true;
    const end = () => {
      if (!isUnderWay) return;
      isUnderWay = false;
      this.#load -= 1;
      signal.removeEventListener('abort', abort);
      this.#keeps.delete(id);
      ended();
    };
    const leave = () => {
      if (isUnderWay) this.#post({ type: 'end', id });
      end();
    };
    const abort = () => {
      this.#waiting.get(id)?.reject(signal.reason);
      leave();
    };
    signal.addEventListener('abort', abort, { once: true });
    const say = async (message: ToAnswerThread): Promise<Said> => {
      try {
        signal.throwIfAborted();
        if (this.#over !== undefined) throw this.#over;
        const said = await this.#ask(message);
        if (said.piece.isLast) end();
        return said;
      } catch (error) {
        leave();
        throw error;
      }
    };
    this.#keeps.set(id, keep);
    const first = await say({ type: 'ask', id, question });
    if (first.type !== 'head') throw new TypeError('an answer without a head');
    const { head, piece } = first;
    if (piece.isLast) return answerFrom(head, piece.bytes);
    return answerFrom(
      head,
      piecesFrom(piece, async () => (await say({ type: 'next', id })).piece, leave),
    );
  }

  /** Ends at once, whatever is under way. */
  async close(): Promise<void> {
    this.#end(fail('RELAY_BUSY', {}));
    void this.#worker.terminate();
    await this.#exited;
  }

  async #ask(message: ToAnswerThread): Promise<Said> {
    const { id } = message;
    const waiting = Promise.withResolvers<Said>();
    this.#waiting.set(id, waiting);
    this.#post(message);
    try {
      return await waiting.promise;
    } finally {
      this.#waiting.delete(id);
    }
  }

  #hear(message: FromAnswerThread): void {
    if (message.type === 'idle') {
      if (this.#load === 0) void this.close();
      return;
    }
    if (message.type === 'keep') {
      void this.#keep(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if (message.type !== 'failed') {
      waiting?.resolve(message);
      return;
    }
    const error = fromCarried(message.error);
    waiting?.reject(message.more === undefined ? error : new Refused(error, message.more));
  }

  /** Nobody waits for a question anymore that is unknown: what it wants kept is not. */
  async #keep({ id, head, bytes }: Extract<FromAnswerThread, { type: 'keep' }>): Promise<void> {
    const keep = this.#keeps.get(id) ?? (() => Promise.reject(fail('RELAY_BUSY', {})));
    const error = await keep(answerFrom(head, bytes)).then(
      () => undefined,
      (thrown: unknown) => carried(thrown),
    );
    this.#post({ type: 'kept', id, error });
  }

  #post(message: ToAnswerThread): void {
    this.#worker.postMessage(message);
  }

  #end(error: Error): void {
    this.#over ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
  }
}

function answerFrom({ status, headers, as }: AnswerHead, text: Uint8Array | Pieces): Answer {
  const said = { ...(status !== undefined && { status }), headers };
  return as === 'empty' ? { ...said, empty: true } : { ...said, as, text };
}

/** No generator around it: one that was never begun would not pass its return on. */
function piecesFrom(first: Piece, more: () => Promise<Piece>, leave: () => void): Pieces {
  let ahead: Piece | undefined = first;
  let isOver = false;
  const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
    if (isOver) return { done: true, value: undefined };
    const piece: Piece = ahead ?? (await more());
    ahead = undefined;
    isOver = piece.isLast;
    return { done: false, value: piece.bytes };
  };
  const end = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
    isOver = true;
    leave();
    return { done: true, value: undefined };
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: end }) };
}
