/** Signing in by the provider: the page with the button, the way there, and the way back. */
import type { FastifyInstance } from 'fastify';
import { html } from 'ghtml';
import { z } from 'zod';
import { fail, HallpassError } from '../../../../shared/errors.ts';
import { advice } from '../../../../shared/page/parts.ts';
import { admitVisitor, replace } from '../../../app/commands/sessions.ts';
import { beginSignIn, endSignIn } from '../../../app/commands/sign-in.ts';
import { AttemptLimit } from '../../link/attempts.ts';
import { consoleBase } from '../shell/document.ts';
import type { Shown } from '../shell/page.ts';
import { callbackOf, type DoorOptions, returnPath, showAtDoor } from './doors.ts';

/** Sign-ins that one address may begin in a minute: a school's people share one. */
const beginningsPerMinute = 300;

const startQuery = z.object({ return: z.unknown(), again: z.literal('yes').optional() });

const text = z.string().max(4000);
const callbackQuery = z.object({
  state: text,
  code: text.optional(),
  error: text.optional(),
  error_description: text.optional(),
  iss: text.optional(),
});

export function signInDoor(app: FastifyInstance, options: DoorOptions): void {
  const { context, providers, frame, jar, origins, log, url } = options;
  const beginnings = new AttemptLimit(beginningsPerMinute);

  app.get('/sign-in', { exposeHeadRoute: false }, async (request, reply) => {
    const { return: wanted, again } = startQuery.catch({ return: '' }).parse(request.query);
    const returnTo = returnPath(wanted);
    const isIn = (await admitVisitor(context, jar.read(request))) !== undefined;
    if (isIn && again === undefined) return reply.redirect(returnTo, 302);
    const trouble = await providers.now().then(
      () => undefined,
      (error: unknown) => (error instanceof HallpassError ? error : Promise.reject(error)),
    );
    return showAtDoor(reply, frame, signInPage({ returnTo, isAgain: again !== undefined, trouble }));
  });

  app.get('/sign-in/start', { exposeHeadRoute: false }, async (request, reply) => {
    const { return: wanted, again } = startQuery.catch({ return: '' }).parse(request.query);
    const [address, now] = [origins.of(request.raw), context.clock.now()];
    const exceeded = beginnings.exceeded(address, now);
    if (exceeded !== undefined) throw exceeded;
    beginnings.count(address, now);
    const asked = { callback: callbackOf(url()), returnTo: returnPath(wanted), isFresh: again === 'yes' };
    const begun = await beginSignIn(context, await providers.now(), asked);
    jar.ofSignIn(begun.state).write(reply, begun.browser);
    return reply.redirect(begun.address, 302);
  });

  app.get('/sign-in/callback', { exposeHeadRoute: false }, async (request, reply) => {
    const query = callbackQuery.safeParse(request.query);
    if (!query.success) throw fail('SIGN_IN_EXPIRED', {});
    const { state, code, error, error_description: description, iss } = query.data;
    const kept = jar.ofSignIn(state);
    const returned = { state, browser: kept.read(request), code, error, description, iss, callback: callbackOf(url()) };
    kept.clear(reply);
    try {
      const { cookie, returnTo } = await endSignIn(context, () => providers.now(), returned);
      await replace(context, jar.read(request));
      jar.write(reply, cookie);
      log.info({ event: 'console.signed-in' });
      return reply.redirect(returnTo, 302);
    } catch (refused) {
      const reason = refused instanceof HallpassError ? refused.code : 'UNEXPECTED';
      log.warn({ event: 'console.sign-in-failed', code: reason, address: origins.of(request.raw) });
      // Somebody went back to the address of a sign-in that has ended well.
      const isIn = reason === 'SIGN_IN_EXPIRED' && (await admitVisitor(context, jar.read(request))) !== undefined;
      if (isIn) return reply.redirect(`${consoleBase}/`, 302);
      throw refused;
    }
  });
}

function signInPage(how: { returnTo: string; isAgain: boolean; trouble: HallpassError | undefined }): Shown {
  const { returnTo, isAgain, trouble } = how;
  const query = new URLSearchParams({ return: returnTo, ...(isAgain && { again: 'yes' }) });
  const start = html`<p><a class="button" href="${consoleBase}/sign-in/start?${query.toString()}">Sign in</a></p>`;
  return {
    title: 'Sign in',
    main: html`<section class="panel narrow stack">
<h1>${isAgain ? 'Sign in once more' : 'Sign in to Hallpass'}</h1>
!${isAgain ? html`<p>What you are about to do needs a sign-in of the last few minutes. Then repeat it.</p>` : ''}
!${trouble === undefined ? start : html`<p role="alert">${trouble.message}</p><p class="action">!${advice(trouble.action)}</p>`}
<p><a href="${consoleBase}/link">I have a link or its code</a></p>
</section>`,
  };
}
