/** Questions that take seconds in a large district: other threads answer them, as they answer the API's. */
import type { UserActor } from '../../../app/actor.ts';
import type { Tenant } from '../../../store/tenants/system.ts';
import type { AnswerThreads, LongEffort } from '../../api/answer-threads.ts';
import type { Answer } from '../../api/route.ts';

/** One of the API's questions. */
export interface LongQuestion {
  effort: LongEffort;
  /** Of the API's route: `plan`, `runs/{number}`. */
  path: string;
  /** What the path has in braces. */
  params?: Readonly<Record<string, string>>;
  tenant: Tenant;
  query: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface LongQuestions {
  /** @throws HallpassError ANSWERS_TOO_MANY, PLAN_UNDER_WAY …, and those of the question */
  json(question: LongQuestion): Promise<unknown>;
  /** @throws as {@link json} */
  csv(question: LongQuestion): Promise<AsyncIterable<string | Uint8Array>>;
}

/** Whatever answers them: threads, or the thread in which the page is shown. */
export type Answering = Pick<AnswerThreads, 'answer'>;

/** @param who asks: `signal` is aborted when nobody waits anymore */
export function longQuestions(
  threads: Answering,
  { actor, nowMs, url, signal }: { actor: UserActor; nowMs: number; url: string; signal: AbortSignal },
): LongQuestions {
  const ask = async (
    { effort, path, params = {}, tenant, query }: LongQuestion,
    format: 'json' | 'csv',
  ): Promise<Answer> => {
    const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
    const headers = { accept: undefined, ifMatch: undefined, ifNoneMatch: undefined };
    const asked = {
      params: { ...params, slug: tenant.slug },
      headers,
      nowMs,
      url,
      query: { ...given, ...(format === 'csv' && { format }) },
      body: '',
    };
    const question = { ...asked, route: `GET tenants/{slug}/${path}`, actor, tenant };
    return await threads.answer(effort, tenant.id, question, signal);
  };
  return {
    json: async (question) => JSON.parse(await textOf(await ask(question, 'json'))),
    csv: async (question) => piecesOf(await ask(question, 'csv')),
  };
}

/** All of an answer. */
export async function textOf(answer: Answer): Promise<string> {
  const pieces = [];
  for await (const piece of piecesOf(answer)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

export function piecesOf(answer: Answer): AsyncIterable<string | Uint8Array> {
  if (!('text' in answer)) throw new TypeError('an answer of a thread is text');
  const { text } = answer;
  return text instanceof Uint8Array ? one(text) : text;
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
