/** The main thread's side of one answer thread: sends questions, and receives pieces of answers. */
import { Worker } from 'node:worker_threads';
import { fail, reasonOf } from '../../../shared/errors.ts';
import { carried, fromCarried } from '../../../shared/threads.ts';
import type {
  AnswerHead,
  AnswerThreadStart,
  FromAnswerThread,
  Piece,
  Question,
  ToAnswerThread,
} from './answer-messages.ts';
import { Refused } from './problem.ts';
import type { Answer, Pieces, RequestContext } from './route.ts';

type PieceMessage = Extract<FromAnswerThread, { piece: Piece }>;

interface Asking extends Pick<RequestContext, 'keep'> {
  question: Question;
  signal: AbortSignal;
  ended(): void;
}

export class OneAnswerThread {
  readonly #worker: Worker;
  /** By question: who waits for the thread's next message. */
  readonly #waiting = new Map<number, PromiseWithResolvers<PieceMessage>>();
  /** By question: the function that keeps its answer. */
  readonly #keeps = new Map<number, RequestContext['keep']>();
  readonly #exited: Promise<void>;
  #asked = 0;
  #load = 0;
  #over: Error | undefined;

  /** @param file that the thread runs */
  constructor(file: URL, start: AnswerThreadStart) {
    const { mostMb } = start;
    this.#worker = new Worker(file, {
      workerData: start,
      ...(mostMb !== undefined && { resourceLimits: { maxOldGenerationSizeMb: mostMb } }),
    });
    this.#worker.on('message', (message: FromAnswerThread) => this.#hear(message));
    // Usually out of memory. Only the answers in progress are lost.
    this.#worker.on('error', (cause) => this.#end(fail('ANSWER_BROKEN', { reason: reasonOf(cause) }, { cause })));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#end(fail('ANSWER_BROKEN', { reason: 'its thread ended' }));
        resolve();
      });
    });
  }

  /** Answers in progress. */
  get load(): number {
    return this.#load;
  }

  /** Whether it needs a replacement. */
  get isOver(): boolean {
    return this.#over !== undefined;
  }

  /**
   * The answer, once its first piece is there. It is in progress until the last piece has been taken, the iterator is
   * closed, or the signal is aborted.
   *
   * @param asking `keep`: keeps an answer if the question asks for it; `ended`: called when it is no longer in progress
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
    const say = async (message: ToAnswerThread): Promise<PieceMessage> => {
      try {
        signal.throwIfAborted();
        if (this.#over !== undefined) throw this.#over;
        const reply = await this.#ask(message);
        if (reply.piece.isLast) end();
        return reply;
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

  /** Ends at once, without finishing the answers in progress. */
  async close(): Promise<void> {
    this.#end(fail('RELAY_BUSY', {}));
    void this.#worker.terminate();
    await this.#exited;
  }

  async #ask(message: ToAnswerThread): Promise<PieceMessage> {
    const { id } = message;
    const waiting = Promise.withResolvers<PieceMessage>();
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

  /** If the question is unknown, nobody is waiting for it anymore, and its answer is not kept. */
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
  const reply = { ...(status !== undefined && { status }), headers };
  return as === 'empty' ? { ...reply, empty: true } : { ...reply, as, text };
}

/** Not a generator: one that has not started would not run its cleanup on return(). */
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
