/** The console under `/console`: pages for people, rendered here, with nothing kept in this process. */
import cookie from '@fastify/cookie';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { fail } from '../../../shared/errors.ts';
import { type SignInContext, SignInProviders } from '../../app/commands/sign-in-provider.ts';
import type { AnswerThreads } from '../api/answer-threads.ts';
import type { Origins } from '../link/origins.ts';
import { assetAddresses, serveAssets } from './assets/serve-assets.ts';
import { consentDoor } from './doors/consent-door.ts';
import { showAtDoor } from './doors/doors.ts';
import { linkDoor } from './doors/link-door.ts';
import { signInDoor } from './doors/sign-in-door.ts';
import { signOutDoor } from './doors/sign-out-door.ts';
import { pages } from './pages.ts';
import { cookieJar } from './shell/cookies.ts';
import { consoleBase } from './shell/document.ts';
import { takeForms } from './shell/form.ts';
import { knownError, refusalPage } from './shell/refusal.ts';
import { servePage, statusOf } from './shell/serve-page.ts';

/**
 * Nothing comes from elsewhere, nothing is kept on the way, and no other site frames it. Pico's drawings are `data:` images.
 * No page's address goes to other sites.
 */
const protection = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'content-security-policy': [
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'",
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  ].join('; '),
};

export interface ConsoleOptions extends SignInContext {
  origins: Origins;
  log: Logger;
  /** For what takes seconds. Shared with the API. */
  threads: AnswerThreads;
  /** How long the main part of a page is waited for before its frame is sent without it, milliseconds. */
  frameAfterMs: number;
  /** The relay's address, as browsers reach it. */
  url(): string;
  /** Called after every form that may have changed something. */
  changed(): void;
}

export async function consoleRoutes(app: FastifyInstance, options: ConsoleOptions): Promise<void> {
  const { origins, log, threads, frameAfterMs, url, changed, ...context } = options;
  const frame = { asset: await assetAddresses(consoleBase), pages };
  const jar = cookieJar(url);
  const providers = new SignInProviders(context);
  const doors = { context, providers, frame, jar, origins, log, url };
  app.get('/', { exposeHeadRoute: false }, async (_request, reply) => reply.redirect(`${consoleBase}/`, 302));
  app.register(
    async (site) => {
      await site.register(cookie);
      takeForms(site);
      site.addHook('onRequest', async (_request, reply) => {
        reply.headers(protection);
      });
      site.addHook('onResponse', async (request, reply) => {
        const { url: route = 'none' } = request.routeOptions;
        const [status, ms] = [reply.statusCode, Math.round(reply.elapsedTime)];
        log.info({ event: 'console.request', method: request.method, route, status, ms });
      });
      site.setErrorHandler((error, request, reply) => {
        const known = knownError(error);
        if (known.code === 'UNEXPECTED') log.error({ event: 'console.failed', err: error });
        return showAtDoor(statusOf(reply, known), frame, refusalPage(known, request.url));
      });
      site.setNotFoundHandler((request) => {
        throw fail('PATH_UNKNOWN', { path: request.url.split('?', 1).join('').slice(0, 200) });
      });
      serveAssets(site);
      for (const door of [signInDoor, linkDoor, signOutDoor, consentDoor]) door(site, doors);
      const serving = { context, frame, jar, log, threads, frameAfterMs, url, changed };
      for (const page of pages) servePage(site, page, serving);
    },
    { prefix: consoleBase },
  );
}
