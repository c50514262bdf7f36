/** What becomes of a request: anyone who asks is let in, what is asked is done, once, and the answer is sent. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../../shared/clock.ts';
import { fail, HallpassError } from '../../../shared/errors.ts';
import { allow, isChange } from '../../app/access.ts';
import type { Actor } from '../../app/actor.ts';
import { answerOnce, type WholeAnswer } from '../../app/commands/answer-once.ts';
import { enter } from '../../app/perform.ts';
import { ofTheRelay } from '../../store/audit/audit.ts';
import type { Store } from '../../store/store.ts';
import type { Tenant } from '../../store/tenants/system.ts';
import { AttemptLimit } from '../link/attempts.ts';
import type { Admitted } from './gate.ts';
import { idempotencyKeyIn } from './idempotency.ts';
import { MicrosoftSlots } from './microsoft-slots.ts';
import { noteIn } from './note.ts';
import { PlanSlots } from './plan-slots.ts';
import { nothingAt, problemFor } from './problem.ts';
import type { Answer, Route, Visit } from './route.ts';

/** Changes that a token may ask for in a minute. */
const changesPerMinute = 600;
/** The longest that Microsoft 365 is asked on somebody's behalf, milliseconds. */
const longestAskMs = 2 * 60_000;

export interface HandlerOptions {
  /** The state folder. */
  home: string;
  keyFile?: string | undefined;
  store: Store;
  /** Its database. */
  file: string;
  clock: Clock;
  /** Aborted when the relay goes down. */
  signal: AbortSignal;
  /** The relay's address, for agents. */
  url(): string;
}

export interface Call {
  request: FastifyRequest<{ Params: Record<string, string> }>;
  reply: FastifyReply;
  admitted: Admitted;
  /** Hears which district it is about. */
  found(tenant: Tenant): void;
}

/** All requests under way share what it opens. */
export function requestHandler(options: HandlerOptions): (route: Route, call: Call) => Promise<FastifyReply> {
  const { home, keyFile, store, file, clock, signal, url } = options;
  const slots = new PlanSlots(signal);
  const microsoft = new MicrosoftSlots();
  const changes = new AttemptLimit(changesPerMinute);

  return async (route, { request, reply, admitted: { actor: known, token }, found }) => {
    allow(known, route.action);
    const tenant = route.isAcross ? undefined : await districtOf(store, known, route, request);
    if (tenant !== undefined) found(tenant);
    const changing = isChange(route.action);
    if (changing) countChange(changes, known.id, clock.now());
    const { params, query, headers } = request;
    const note = changing ? noteIn(headerIn(request, 'hallpass-note')) : undefined;
    const asking = route.asksMicrosoft ? AbortSignal.any([signal, AbortSignal.timeout(longestAskMs)]) : signal;
    const visit: Omit<Visit, 'keep'> = {
      ...{ actor: { ...known, note }, params, file, slots },
      app: { home, keyFile, store, clock, signal: asking },
      headers: { accept: headers.accept, ifMatch: headers['if-match'], ifNoneMatch: headers['if-none-match'] },
      nowMs: clock.now(),
      url: url(),
    };
    const asked = { query, body: typeof request.body === 'string' ? request.body : '' };
    const answer = async (keep: Visit['keep']) => {
      const work = (): Promise<Answer> => {
        if (route.isAcross) return route.answerTo({ ...visit, keep }, asked);
        if (tenant === undefined) throw nothingAt(request.url);
        return route.answerTo({ ...visit, keep, tenant }, asked);
      };
      try {
        return await (route.asksMicrosoft ? microsoft.take(tenant?.id ?? '', work) : work());
      } catch (error) {
        throw asking.aborted ? fail('RELAY_BUSY', {}, { cause: error }) : error;
      }
    };
    const key =
      route.method === 'POST' && changing ? idempotencyKeyIn(headerIn(request, 'idempotency-key')) : undefined;
    const whose = tenant?.slug ?? 'relay';
    if (key === undefined) {
      if (route.needsKey) throw fail('IDEMPOTENCY_KEY_MISSING', {});
      return await send(reply, route, whose, await answer(async () => undefined));
    }
    const { method, url: path } = request;
    const repeatable = {
      ...{ tenantId: tenant?.id ?? ofTheRelay, tokenId: known.id, token, key },
      said: [method, path, asked.body, headers['if-match'], note],
    };
    const once = await answerOnce({ store, clock }, repeatable, (keep) =>
      orProblem(request, async () => {
        const made = await answer(async (early) => keep(await inFull(route, whose, early)));
        return await inFull(route, whose, made);
      }),
    );
    if (once.isRepeated) reply.header('idempotency-replayed', 'true');
    return reply.status(once.answer.status).headers(once.answer.headers).send(once.answer.body);
  };
}

/** @throws HallpassError API_PATH_UNKNOWN also for a district that the token does not open */
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

/** What went wrong is an answer, too. */
async function orProblem(request: FastifyRequest, answer: () => Promise<WholeAnswer>): Promise<WholeAnswer> {
  try {
    return await answer();
  } catch (error) {
    const { status, headers, body } = problemFor(error, request);
    return { status, headers, body: JSON.stringify(body) };
  }
}

/** As it is kept. */
async function inFull(route: Route, whose: string, answer: Answer): Promise<WholeAnswer> {
  const { status = route.status } = answer;
  const pieces: string[] = [];
  if ('csv' in answer) for await (const piece of answer.csv) pieces.push(piece);
  else if ('json' in answer) pieces.push(JSON.stringify(answer.json));
  return { status, headers: headersOf(route, whose, answer), body: pieces.join('') };
}

/** Several of one name are one, with commas. */
function headerIn({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

async function send(reply: FastifyReply, route: Route, whose: string, answer: Answer): Promise<FastifyReply> {
  reply.status(answer.status ?? route.status).headers(headersOf(route, whose, answer));
  if ('csv' in answer) return reply.send(Readable.from(answer.csv, { objectMode: false }));
  if ('empty' in answer) return reply.send();
  return reply.send('pieces' in answer.json ? Readable.from(answer.json.pieces, { objectMode: false }) : answer.json);
}

/** @param whose for the name of the file that a browser makes of a table */
function headersOf(route: Route, whose: string, answer: Answer): Record<string, string> {
  const name = `${whose}-${route.path.replace('tenants/{slug}/', '').split('/')[0]}`;
  return {
    ...answer.headers,
    ...(route.hasCsv && { vary: 'Accept' }),
    ...('json' in answer && { 'content-type': 'application/json; charset=utf-8' }),
    ...('csv' in answer && {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${name}.csv"`,
    }),
  };
}
