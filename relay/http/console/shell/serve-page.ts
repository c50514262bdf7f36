/** What becomes of a request for a page: who asks is admitted, what is asked is allowed, done, and shown. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { fail, type HallpassError } from '../../../../shared/errors.ts';
import { type Action, allow, mayDo } from '../../../app/access.ts';
import { admitVisitor } from '../../../app/commands/sessions.ts';
import type { SignInContext } from '../../../app/commands/sign-in-provider.ts';
import { enter } from '../../../app/perform.ts';
import type { Tenant } from '../../../store/tenants/system.ts';
import type { AnswerThreads } from '../../api/answer-threads.ts';
import { problemDetails } from '../../problem-details.ts';
import type { CookieJar } from './cookies.ts';
import { consoleBase, documentOf, type Frame, mainOf, type Place } from './document.ts';
import { fieldsOf, formToken } from './form.ts';
import { longQuestions } from './long-questions.ts';
import type { DistrictVisit, Download, Form, Outcome, Page, Shown, View, Visit } from './page.ts';
import { knownError, refusalPage } from './refusal.ts';

export interface ServeOptions {
  context: SignInContext;
  frame: Frame;
  jar: CookieJar;
  log: Logger;
  threads: AnswerThreads;
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
  const { context, frame, jar, log, threads, changed } = options;
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

  const refuse = (request: FastifyRequest, reply: FastifyReply, error: unknown) => {
    const known = knownError(error);
    if (known.code === 'UNEXPECTED') log.error({ event: 'console.failed', route: page.path, err: error });
    const here = request.method === 'GET' ? request.url : `${request.url.split('/').slice(0, -1).join('/')}`;
    if (known.code === 'SIGN_IN_REQUIRED' && request.method === 'GET') return signInFirst(request, reply, here);
    // Everybody lands on the first page; not every role may see the fleet.
    if (known.code === 'ROLE_INSUFFICIENT' && page.path === '/') return reply.redirect(`${consoleBase}/me`, 302);
    // A page that changes in place tries again: what was wrong may pass.
    const isPart = request.headers['hx-request-type'] === 'partial';
    const shown = { ...refusalPage(known, here), ...(isPart && { refreshSeconds: afterRefusalSeconds }) };
    return answer(request, statusOf(reply, known), shown);
  };

  app.get<{ Params: Record<string, string> }>(
    page.path,
    {
      exposeHeadRoute: false,
      errorHandler: (error, request, reply) => refuse(request, reply, error),
    },
    async (request, reply) => {
      const shown = await admit(request, reply, page.needs, {
        across: (one, visit, view) => one.show(visit, request.query, view),
        inDistrict: (one, visit, view) => one.show(visit, request.query, view),
      });
      return answer(request, reply, shown);
    },
  );
  if (page.table !== undefined) {
    app.get<{ Params: Record<string, string> }>(
      `${page.path}.csv`,
      { exposeHeadRoute: false, errorHandler: (error, request, reply) => refuse(request, reply, error) },
      async (request, reply) => {
        const table = await admit(request, reply, page.needs, {
          across: (one, visit) => tableOf(one.table, visit, request),
          inDistrict: (one, visit) => tableOf(one.table, visit, request),
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

async function tableOf<V extends Visit>(
  table: ((visit: V, query: unknown) => Promise<Download>) | undefined,
  visit: V,
  request: FastifyRequest,
): Promise<Download> {
  if (table === undefined) throw fail('PATH_UNKNOWN', { path: request.routeOptions.url ?? '' });
  return await table(visit, request.query);
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
