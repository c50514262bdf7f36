/**
 * A thread that answers questions over read-only connections of its own, and makes the changes that read whole districts.
 * These take seconds, and neither agents nor runs wait for them. Every answer has its own connection and shares nothing
 * with another. ../api/one-answer-thread.ts starts the thread and asks for the answers piece by piece. Pages of the console that read
 * much are questions too.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type Clock, systemClock } from '../../../shared/clock.ts';
import { type CarriedError, carried, fromCarried } from '../../../shared/threads.ts';
import { isChange } from '../../app/access.ts';
import { openReader, openStore } from '../../store/store.ts';
import type {
  AnswerHead,
  AnswerThreadStart,
  FromAnswerThread,
  Piece,
  Question,
  ToAnswerThread,
} from '../api/answer-messages.ts';
import { Refused } from '../api/problem.ts';
import type { Answer, RequestContext, Route } from '../api/route.ts';
import { routes } from '../api/routes.ts';
import { isPageQuestion } from '../console/shell/page-question.ts';
import { jsonPieces } from '../csv-answer.ts';

const routeOf = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));
const utf8 = new TextEncoder();

/** One answer: its head, then pieces of its text. It prepares one piece ahead. */
class OneAnswer {
  readonly #pieces: AsyncGenerator<string, undefined>;
  readonly #ended = new AbortController();
  #head: AnswerHead | undefined;
  #ahead: IteratorResult<string, undefined> | undefined;
  #keeping: PromiseWithResolvers<void> | undefined;

  /** @param keep asks the main thread to keep an answer; the main thread then calls {@link kept} */
  constructor(start: AnswerThreadStart, question: Question, keep: (head: AnswerHead, bytes: Uint8Array) => void) {
    this.#pieces = this.#answer(start, question, async (answer) => {
      this.#keeping = Promise.withResolvers();
      const pieces: Buffer[] = [];
      for await (const piece of textOf(answer)) pieces.push(Buffer.from(piece));
      keep(headOf(answer), Buffer.concat(pieces));
      await this.#keeping.promise;
    });
  }

  kept(error: CarriedError | undefined): void {
    if (error === undefined) this.#keeping?.resolve();
    else this.#keeping?.reject(fromCarried(error));
  }

  /** @throws whatever the question throws */
  async begin(): Promise<{ head: AnswerHead; piece: Piece }> {
    const piece = await this.next();
    if (this.#head === undefined) throw new TypeError('an answer without a head');
    return { head: this.#head, piece };
  }

  async next(): Promise<Piece> {
    const { value = '' } = this.#ahead ?? (await this.#pieces.next());
    this.#ahead = await this.#pieces.next();
    return { bytes: utf8.encode(value), isLast: this.#ahead.done === true };
  }

  async end(): Promise<void> {
    this.#ended.abort(new Error('nobody waits for the answer'));
    await this.#pieces.return(undefined);
  }

  async *#answer(
    { file, home, keyFile, proxies }: AnswerThreadStart,
    question: Question,
    keep: RequestContext['keep'],
  ): AsyncGenerator<string, undefined> {
    // A change writes as the commands do, without the main thread.
    const isWriting = !isPageQuestion(question) && isChange(routeNamed(question.route).action);
    const store = isWriting ? await openStore(file) : await openReader(file);
    try {
      const app = { home, keyFile, proxies, store, clock: clockFrom(question.nowMs), signal: this.#ended.signal };
      const answer = await answerTo(question, app, keep);
      this.#head = headOf(answer);
      yield* textOf(answer);
      return undefined;
    } finally {
      await store.close();
    }
  }
}

function headOf(answer: Answer): AnswerHead {
  const { status, headers = {} } = answer;
  return { status, headers, as: 'csv' in answer ? 'csv' : 'json' in answer ? 'json' : 'empty' };
}

async function* textOf(answer: Answer): AsyncGenerator<string> {
  if ('csv' in answer) yield* answer.csv;
  if ('json' in answer) yield* jsonPieces(answer.json);
}

/** A clock that continues from the time of the request. */
function clockFrom(nowMs: number): Clock {
  const from = performance.now();
  return { ...systemClock, now: () => Math.round(nowMs + performance.now() - from) };
}

function routeNamed(name: string): Route {
  const route = routeOf.get(name);
  if (route === undefined) throw new TypeError(`no route ${name}`);
  return route;
}

async function answerTo(asked: Question, app: RequestContext['app'], keep: RequestContext['keep']): Promise<Answer> {
  if (isPageQuestion(asked)) {
    // Only what shows pages loads them.
    const { showPage } = await import('../console/page-answers.ts');
    return await showPage(asked, app, {
      answer: async (_effort, _who, question) => {
        const answer = await answerTo(question, app, keep);
        return { as: 'csv' in answer ? 'csv' : 'json', text: textOf(answer) };
      },
    });
  }
  const { route: name, tenant, ...question } = asked;
  const route = routeNamed(name);
  const { actor, params, headers, nowMs, url, query, body } = question;
  const context: RequestContext = { actor, params, headers, nowMs, url, app, keep };
  if (route.isAcross) return await route.answerTo(context, { query, body });
  if (tenant === undefined) throw new TypeError(`${name} asks about no district`);
  return await route.answerTo({ ...context, tenant }, { query, body });
}

class AnswerThread {
  readonly #port: MessagePort;
  readonly #start: AnswerThreadStart;
  readonly #answers = new Map<number, OneAnswer>();
  #idle: NodeJS.Timeout | undefined;

  constructor(port: MessagePort, start: AnswerThreadStart) {
    this.#port = port;
    this.#start = start;
  }

  async hear(message: ToAnswerThread): Promise<void> {
    const { id } = message;
    if (message.type === 'ask') {
      clearTimeout(this.#idle);
      const answer = new OneAnswer(this.#start, message.question, (head, bytes) =>
        this.#post({ type: 'keep', id, head, bytes }),
      );
      this.#answers.set(id, answer);
      return await this.#say(id, async () => ({ type: 'head', id, ...(await answer.begin()) }));
    }
    const answer = this.#answers.get(id);
    if (answer === undefined) return;
    if (message.type === 'kept') return answer.kept(message.error);
    if (message.type === 'next')
      return await this.#say(id, async () => ({ type: 'piece', id, piece: await answer.next() }));
    this.#forget(id);
    await answer.end().catch(() => undefined);
  }

  async #say(id: number, work: () => Promise<Extract<FromAnswerThread, { piece: Piece }>>): Promise<void> {
    try {
      const reply = await work();
      if (reply.piece.isLast) this.#forget(id);
      this.#post(reply, [reply.piece.bytes.buffer as ArrayBuffer]);
    } catch (thrown) {
      this.#forget(id);
      const { error, more } = thrown instanceof Refused ? thrown : { error: thrown, more: undefined };
      this.#post({ type: 'failed', id, error: carried(error), more });
    }
  }

  #forget(id: number): void {
    if (!this.#answers.delete(id) || this.#answers.size > 0) return;
    this.#idle = setTimeout(() => this.#post({ type: 'idle' }), this.#start.idleMs);
  }

  #post(message: FromAnswerThread, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }
}

if (parentPort !== null) {
  const thread = new AnswerThread(parentPort, workerData);
  parentPort.on('message', (message: ToAnswerThread) => thread.hear(message));
}
