/** What becomes of a request for a page: who asks is admitted, what is asked is allowed, done, and shown. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { fail, type HallpassError } from '../../../../shared/errors.ts';
import { type Action, allow, mayDo } from '../../../app/access.ts';
import type { UserActor } from '../../../app/actor.ts';
import { admitVisitor } from '../../../app/commands/sessions.ts';
import type { SignInContext } from '../../../app/commands/sign-in-provider.ts';
import { enter } from '../../../app/perform.ts';
import { whoAmI } from '../../../app/queries/self.ts';
import type { Tenant } from '../../../store/tenants/system.ts';
import type { AnswerThreads } from '../../api/answer-threads.ts';
import { problemDetails } from '../../problem-details.ts';
import { districtPath, firstPageOf } from './addresses.ts';
import type { CookieJar } from './cookies.ts';
import { consoleBase, documentOf, type Frame, frameOf, mainOf, type Place } from './document.ts';
import { fieldsOf, formToken } from './form.ts';
import { inTime, type Late, lateDocument } from './late.ts';
import { longQuestions } from './long-questions.ts';
import type { Described, DistrictVisit, Download, Form, Outcome, Page, Shown, View, Visit } from './page.ts';
import { showInThread, tableInThread } from './page-question.ts';
import { knownError, refusalPage } from './refusal.ts';

export interface ServeOptions {
  context: SignInContext;
  frame: Frame;
  jar: CookieJar;
  log: Logger;
  threads: AnswerThreads;
  /** How long the main part of a page is waited for before its frame is sent without it, milliseconds. */
  frameAfterMs: number;
  /** The relay's address. */
  url(): string;
  /** Called after every form that may have changed something. */
  changed(): void;
}

const afterRefusalSeconds = 15;

type PageRequest = FastifyRequest<{ Params: Record<string, string> }>;

/** Who asks, where, and what they see around the answer. */
interface Seen {
  place: Place;
  view: View;
}

export function servePage(app: FastifyInstance, page: Page, options: ServeOptions): void {
  const { context, frame, jar, log, threads, frameAfterMs, changed } = options;
  const seen = new WeakMap<FastifyRequest, Seen>();

  /** Calls back with what the page's functions take, once it is certain that this visitor may ask. */
  const admit = async <T>(request: PageRequest, reply: FastifyReply, action: Action, fn: Runner<T>): Promise<T> => {
    const secret = jar.read(request);
    const visitor = await admitVisitor(context, secret);
    if (visitor === undefined) throw fail('SIGN_IN_REQUIRED', {});
    const { actor } = visitor;
    const nowMs = context.clock.now();
    const { proxies } = context;
    const ask = longQuestions(threads, { actor, nowMs, url: options.url(), signal: goneOf(reply) });
    const asked = { params: request.params, nowMs, url: options.url(), proxies, ask };
    const visit: Visit = { app: context, actor, visitor, ...asked };
    const settle = (tenant: Tenant | undefined) => {
      const token = formToken(secret);
      const { path } = page;
      const here = request.url;
      const place = { actor, token, path, here, tenant };
      const view: View = { nowMs, token, may: (what) => mayDo(actor, what, tenant?.id) };
      seen.set(request, { place, view });
      return view;
    };
    if (page.isAcross) {
      settle(undefined);
      allow(actor, action);
      return await fn.across(page, visit, settle(undefined));
    }
    // What is refused is shown in the frame of the relay: the district's name is for those who may see it.
    settle(undefined);
    const tenant = await enter(context.store, actor, action, request.params.slug ?? '');
    return await fn.inDistrict(page, { ...visit, tenant }, settle(tenant));
  };

  const answer = (request: FastifyRequest, reply: FastifyReply, shown: Shown) => {
    const place = seen.get(request)?.place;
    const isPart = request.headers['hx-request-type'] === 'partial';
    return reply.type('text/html; charset=utf-8').send(isPart ? mainOf(shown, place) : documentOf(frame, shown, place));
  };
  /** With the frame first, where the main part is not there yet. */
  const answerLate = (request: FastifyRequest, reply: FastifyReply, { late }: Late) => {
    const place = seen.get(request)?.place;
    if (place === undefined) throw new TypeError('a page without a place');
    const refused = (error: unknown) => ({ ...refusalPage(knownOf(error), request.url), refreshSeconds: undefined });
    const main = async () => mainOf(await late.catch(refused), place);
    return reply.type('text/html; charset=utf-8').send(lateDocument(frameOf(frame, page.name, place), main));
  };
  const send = (request: FastifyRequest, reply: FastifyReply, { name, csv }: Download) => {
    const file = [seen.get(request)?.place.tenant?.slug, name].filter((part) => part !== undefined).join('-');
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="${file}.csv"`)
      .send(Readable.from(csv, { objectMode: false }));
  };
  const conclude = (request: FastifyRequest, reply: FastifyReply, outcome: Outcome) => {
    if ('goTo' in outcome) return reply.redirect(outcome.goTo, 303);
    return 'download' in outcome ? send(request, reply, outcome.download) : answer(request, reply, outcome);
  };

  const knownOf = (error: unknown): HallpassError => {
    const known = knownError(error);
    if (known.code === 'UNEXPECTED') log.error({ event: 'console.failed', route: page.path, err: error });
    return known;
  };
  const refuse = async (request: FastifyRequest, reply: FastifyReply, error: unknown) => {
    const known = knownOf(error);
    const here = request.method === 'GET' ? request.url : `${request.url.split('/').slice(0, -1).join('/')}`;
    if (known.code === 'SIGN_IN_REQUIRED' && request.method === 'GET') return signInFirst(request, reply, here);
    // Everybody lands on the first page; not every role may see the fleet.
    const actor = seen.get(request)?.place.actor;
    if (known.code === 'ROLE_INSUFFICIENT' && page.path === '/' && actor !== undefined)
      return reply.redirect(await firstPage(context, actor), 302);
    // A page that changes in place tries again: what was wrong may pass.
    const isPart = request.headers['hx-request-type'] === 'partial';
    const shown = { ...refusalPage(known, here), ...(isPart && { refreshSeconds: afterRefusalSeconds }) };
    return answer(request, statusOf(reply, known), shown);
  };

  /** Here, or in a thread where it takes longer. */
  const inThread = <V extends Visit & { tenant?: Tenant }>(
    { effort, path }: Pick<Described<V>, 'effort' | 'path'>,
    visit: V,
    query: unknown,
    token = '',
  ) => effort && { page: { effort, path }, visit, tenant: visit.tenant, query, token };
  const show = async <V extends Visit & { tenant?: Tenant }>(
    one: Described<V>,
    visit: V,
    { request, reply, view }: { request: PageRequest; reply: FastifyReply; view: View },
  ): Promise<Shown> => {
    const wanted = inThread(one, visit, request.query, view.token);
    if (wanted === undefined) return await one.show(visit, request.query, view);
    return await showInThread(threads, wanted, goneOf(reply));
  };
  const tableOf = async <V extends Visit & { tenant?: Tenant }>(
    one: Described<V>,
    visit: V,
    { request, reply }: { request: PageRequest; reply: FastifyReply },
  ): Promise<Download> => {
    if (one.table === undefined) throw fail('PATH_UNKNOWN', { path: request.routeOptions.url ?? '' });
    const wanted = inThread(one, visit, request.query);
    if (wanted === undefined) return await one.table(visit, request.query);
    return await tableInThread(threads, wanted, goneOf(reply));
  };

  app.get<{ Params: Record<string, string> }>(
    page.path,
    {
      exposeHeadRoute: false,
      errorHandler: (error, request, reply) => refuse(request, reply, error),
    },
    async (request, reply) => {
      const isPart = request.headers['hx-request-type'] === 'partial';
      const wait = (showing: Promise<Shown>) => (isPart ? showing : inTime(showing, frameAfterMs));
      const shown = await admit<Shown | Late>(request, reply, page.needs, {
        across: (one, visit, view) => wait(show(one, visit, { request, reply, view })),
        inDistrict: (one, visit, view) => wait(show(one, visit, { request, reply, view })),
      });
      return 'late' in shown ? answerLate(request, reply, shown) : answer(request, reply, shown);
    },
  );
  if (page.table !== undefined) {
    app.get<{ Params: Record<string, string> }>(
      `${page.path}.csv`,
      { exposeHeadRoute: false, errorHandler: (error, request, reply) => refuse(request, reply, error) },
      async (request, reply) => {
        const table = await admit(request, reply, page.needs, {
          across: (one, visit) => tableOf(one, visit, { request, reply }),
          inDistrict: (one, visit) => tableOf(one, visit, { request, reply }),
        });
        return send(request, reply, table);
      },
    );
  }
  for (const { name, needs } of page.forms) {
    app.post<{ Params: Record<string, string> }>(
      `${page.path.replace(/\/$/, '')}/${name}`,
      { errorHandler: (error, request, reply) => refuse(request, reply, error) },
      async (request, reply) => {
        const fields = fieldsOf(request, jar.read(request));
        const outcome = await admit(request, reply, needs, {
          across: (one, visit, view) => formOf(one.forms, name).act(visit, fields, view),
          inDistrict: (one, visit, view) => formOf(one.forms, name).act(visit, fields, view),
        });
        changed();
        return conclude(request, reply, outcome);
      },
    );
  }
}

interface Runner<T> {
  across(page: Extract<Page, { isAcross: true }>, visit: Visit, view: View): Promise<T>;
  inDistrict(page: Extract<Page, { isAcross: false }>, visit: DistrictVisit, view: View): Promise<T>;
}

function formOf<V extends Visit>(forms: readonly Form<V>[], name: string): Form<V> {
  const found = forms.find((one) => one.name === name);
  if (found === undefined) throw fail('PATH_UNKNOWN', { path: name });
  return found;
}

/** For whoever may not see the fleet: their district, or which ones they have. */
async function firstPage(context: SignInContext, actor: UserActor): Promise<string> {
  const { roles } = await whoAmI(context, actor);
  const [first] = roles;
  const isOne = roles.every(({ district }) => district?.slug === first?.district?.slug);
  return isOne && first?.district != null ? districtPath(first.district, firstPageOf(first.role)) : `${consoleBase}/me`;
}

/** Aborted when the browser has gone. */
function goneOf({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => gone.abort(new Error('the connection is closed')));
  return gone.signal;
}

function signInFirst(request: FastifyRequest, reply: FastifyReply, here: string) {
  const address = `${consoleBase}/sign-in?${new URLSearchParams({ return: here }).toString()}`;
  // htmx would follow a redirect, and put the sign-in into the page.
  if (request.headers['hx-request'] === 'true') return reply.status(204).header('hx-redirect', address).send();
  return reply.redirect(address, 302);
}

export function statusOf(reply: FastifyReply, error: HallpassError): FastifyReply {
  const { status, headers } = problemDetails(error);
  const retryAfter = headers['retry-after'];
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  return reply.status(status);
}
