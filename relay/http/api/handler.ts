/** Handles an authenticated request: authorizes it, carries it out once, and sends the answer. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../../shared/clock.ts';
import { fail, HallpassError } from '../../../shared/errors.ts';
import { allow, isChange } from '../../app/access.ts';
import type { Actor } from '../../app/actor.ts';
import { answerOnce, type WholeAnswer } from '../../app/commands/answer-once.ts';
import { enter } from '../../app/perform.ts';
import type { ProxyVariables } from '../../network/proxy.ts';
import { ofTheRelay } from '../../store/audit/audit.ts';
import type { Store } from '../../store/store.ts';
import type { Tenant } from '../../store/tenants/system.ts';
import { AttemptLimit } from '../link/attempts.ts';
import type { AnswerThreads, LongEffort } from './answer-threads.ts';
import type { Admitted } from './gate.ts';
import { idempotencyKeyIn } from './idempotency.ts';
import { MicrosoftSlots } from './microsoft-slots.ts';
import { noteIn } from './note.ts';
import { nothingAt, problemFor } from './problem.ts';
import { readQuery } from './query.ts';
import type { Answer, RequestContext, Route } from './route.ts';

/** Changes per token and minute. */
const changesPerMinute = 600;
/** How long a request may wait for Microsoft 365, milliseconds. */
const longestAskMs = 2 * 60_000;

export interface HandlerOptions {
  /** The state folder. */
  home: string;
  keyFile?: string | undefined;
  /** HTTPS_PROXY and the like; by default none. */
  proxies?: ProxyVariables | undefined;
  store: Store;
  clock: Clock;
  /** Aborted when the relay shuts down. */
  signal: AbortSignal;
  /** Shared with the console. */
  threads: AnswerThreads;
  /** The relay's address, for agents. */
  url(): string;
}

export interface Call {
  request: FastifyRequest<{ Params: Record<string, string> }>;
  reply: FastifyReply;
  admitted: Admitted;
  /** Called with the district of the request. */
  found(tenant: Tenant): void;
}

export interface Handler {
  answer(route: Route, call: Call): Promise<FastifyReply>;
}

/** All requests share its limits. */
export function requestHandler(options: HandlerOptions): Handler {
  const { home, keyFile, proxies, store, clock, signal, threads, url } = options;
  const app = { home, keyFile, proxies, store, clock };
  const microsoft = new MicrosoftSlots();
  const changes = new AttemptLimit(changesPerMinute);

  const answer = async (route: Route, { request, reply, admitted: { actor: known, token }, found }: Call) => {
    allow(known, route.action);
    const tenant = route.isAcross ? undefined : await districtOf(store, known, route, request);
    if (tenant !== undefined) found(tenant);
    const changing = isChange(route.action);
    if (changing) countChange(changes, known.id, clock.now());
    const { params, query, headers } = request;
    const note = changing ? noteIn(headerIn(request, 'hallpass-note')) : undefined;
    const asking = route.asksMicrosoft ? AbortSignal.any([signal, AbortSignal.timeout(longestAskMs)]) : signal;
    const base = {
      ...{ actor: { ...known, note }, params },
      headers: { accept: headers.accept, ifMatch: headers['if-match'], ifNoneMatch: headers['if-none-match'] },
      nowMs: clock.now(),
      url: url(),
    };
    const context: Omit<RequestContext, 'keep'> = { ...base, app: { ...app, signal: asking } };
    const input = { query, body: typeof request.body === 'string' ? request.body : '' };
    const inThread = (effort: LongEffort, keep: RequestContext['keep']): Promise<Answer> => {
      // An invalid query takes no place.
      readQuery(route.query, query);
      const question = { ...base, ...input, route: `${route.method} ${route.path}`, tenant };
      // A change that has begun is finished, even if the client goes away.
      const waited = changing ? asking : AbortSignal.any([asking, goneOf(reply)]);
      return threads.answer(effort, tenant?.id ?? `token ${known.id}`, question, waited, keep);
    };
    const answered = async (keep: RequestContext['keep']) => {
      const work = (): Promise<Answer> => {
        if (route.effort !== 'keyed') return inThread(route.effort, keep);
        if (route.isAcross) return route.answerTo({ ...context, keep }, input);
        if (tenant === undefined) throw nothingAt(request.url);
        return route.answerTo({ ...context, keep, tenant }, input);
      };
      try {
        return await (route.asksMicrosoft ? microsoft.take(tenant?.id ?? '', work) : work());
      } catch (error) {
        throw asking.aborted ? fail('RELAY_BUSY', {}, { cause: error }) : error;
      }
    };
    const key =
      route.method === 'POST' && changing ? idempotencyKeyIn(headerIn(request, 'idempotency-key')) : undefined;
    const owner = tenant?.slug ?? 'relay';
    if (key === undefined) {
      if (route.needsKey) throw fail('IDEMPOTENCY_KEY_MISSING', {});
      return await send(reply, route, owner, await answered(async () => undefined));
    }
    const { method, url: path } = request;
    const repeatable = {
      ...{ tenantId: tenant?.id ?? ofTheRelay, tokenId: known.id, token, key },
      said: [method, path, input.body, headers['if-match'], note],
    };
    const once = await answerOnce({ store, clock }, repeatable, (keep) =>
      orProblem(request, async () => {
        const made = await answered(async (early) => keep(await inFull(route, owner, early)));
        return await inFull(route, owner, made);
      }),
    );
    if (once.isRepeated) reply.header('idempotency-replayed', 'true');
    return reply.status(once.answer.status).headers(once.answer.headers).send(once.answer.body);
  };
  return { answer };
}

/** Aborted when the client has gone. */
function goneOf({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => gone.abort(new Error('the connection is closed')));
  return gone.signal;
}

/** @throws HallpassError API_PATH_UNKNOWN, also for a district to which the token has no access */
async function districtOf(store: Store, actor: Actor, { action }: Route, { params, url }: Call['request']) {
  return await enter(store, actor, action, params.slug ?? '').catch((error: unknown) => {
    throw error instanceof HallpassError && error.code === 'TENANT_UNKNOWN' ? nothingAt(url) : error;
  });
}

function countChange(changes: AttemptLimit, tokenId: string, nowMs: number): void {
  const exceeded = changes.exceeded(tokenId, nowMs);
  if (exceeded !== undefined) throw fail('API_CHANGES_TOO_MANY', {}, { retryAfterMs: exceeded.retryAfterMs ?? 60_000 });
  changes.count(tokenId, nowMs);
}

/** Turns an error into an answer, which can be kept like any other. */
async function orProblem(request: FastifyRequest, answer: () => Promise<WholeAnswer>): Promise<WholeAnswer> {
  try {
    return await answer();
  } catch (error) {
    const { status, headers, body } = problemFor(error, request);
    return { status, headers, body: JSON.stringify(body) };
  }
}

/** The answer as it is kept. */
async function inFull(route: Route, owner: string, answer: Answer): Promise<WholeAnswer> {
  const { status = route.status } = answer;
  return { status, headers: headersOf(route, owner, answer), body: await bodyOf(answer) };
}

async function bodyOf(answer: Answer): Promise<string> {
  if ('json' in answer) return JSON.stringify(answer.json);
  if ('empty' in answer) return '';
  const text = 'csv' in answer ? answer.csv : answer.text;
  const pieces: Uint8Array[] = [];
  if (text instanceof Uint8Array) pieces.push(text);
  else for await (const piece of text) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

/** Repeated headers are joined with commas. */
function headerIn({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

async function send(reply: FastifyReply, route: Route, owner: string, answer: Answer): Promise<FastifyReply> {
  reply.status(answer.status ?? route.status).headers(headersOf(route, owner, answer));
  if ('empty' in answer) return reply.send();
  if ('json' in answer) return reply.send(answer.json);
  if ('csv' in answer) return reply.send(Readable.from(answer.csv, { objectMode: false }));
  return reply.send(
    answer.text instanceof Uint8Array ? answer.text : Readable.from(answer.text, { objectMode: false }),
  );
}

/** @param owner for the file name of a table in a browser */
function headersOf(route: Route, owner: string, answer: Answer): Record<string, string> {
  const as = 'as' in answer ? answer.as : 'csv' in answer ? 'csv' : 'json' in answer ? 'json' : undefined;
  const name = `${owner}-${route.path.replace('tenants/{slug}/', '').split('/')[0]}`;
  return {
    ...answer.headers,
    ...(route.hasCsv && { vary: 'Accept' }),
    ...(as === 'json' && { 'content-type': 'application/json; charset=utf-8' }),
    ...(as === 'csv' && {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${name}.csv"`,
    }),
  };
}
