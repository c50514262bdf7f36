/**
 * One-time links: invitations, and those from the terminal. The code of a link stands behind the "#" of its address: browsers send
 * that to no server, so that it is in no log. A script puts it into the field; without scripts, people paste it.
 */
import type { FastifyInstance } from 'fastify';
import { html } from 'ghtml';
import { z } from 'zod';
import { fail, HallpassError } from '../../../../shared/errors.ts';
import { accessPath } from '../../../app/access-page.ts';
import { replace } from '../../../app/commands/sessions.ts';
import { beginSignIn } from '../../../app/commands/sign-in.ts';
import { enterByLink, purposeOfLink } from '../../../app/commands/sign-in-links.ts';
import { AttemptLimit } from '../../link/attempts.ts';
import { consoleBase } from '../shell/document.ts';
import { needOwnOrigin } from '../shell/form.ts';
import type { Shown } from '../shell/page.ts';
import { callbackOf, type DoorOptions, showAtDoor } from './doors.ts';

/** Wrong codes of one address in a minute. */
const refusalsPerMinute = 20;

const sent = z.object({ code: z.string().max(200) });

export function linkDoor(app: FastifyInstance, options: DoorOptions): void {
  const { context, providers, frame, jar, origins, log, url } = options;
  const refusals = new AttemptLimit(refusalsPerMinute);
  app.get('/link', { exposeHeadRoute: false }, async (_request, reply) => showAtDoor(reply, frame, codePage()));
  app.post('/link', async (request, reply) => {
    needOwnOrigin(request);
    const fields = sent.safeParse(request.body);
    const address = origins.of(request.raw);
    try {
      if (!fields.success) throw fail('SIGN_IN_LINK_INVALID', {});
      const code = fields.data.code.trim();
      const purpose = await purposeOfLink(context, code);
      if (purpose?.kind === 'invitation') {
        // Whoever comes to manage a district begins with what its Microsoft 365 has to grant.
        const returnTo = purpose.manages === undefined ? `${consoleBase}/me` : accessPath(purpose.manages);
        const asked = { callback: callbackOf(url()), returnTo, isFresh: false, invitation: code };
        const begun = await beginSignIn(context, await providers.now(), asked);
        jar.ofSignIn(begun.state).write(reply, begun.browser);
        return showAtDoor(reply, frame, leadingTo(begun.address));
      }
      const { cookie, link } = await enterByLink(context, code);
      await replace(context, jar.read(request));
      jar.write(reply, cookie);
      log.warn({ event: 'console.link-used', link, address }, 'somebody signed in with a link from the terminal');
      return reply.redirect(`${consoleBase}/`, 303);
    } catch (error) {
      const isWrong = error instanceof HallpassError && error.code === 'SIGN_IN_LINK_INVALID';
      throw isWrong ? refusals.refuse(address, context.clock.now(), error) : error;
    }
  });
}

function codePage(): Shown {
  return {
    title: 'Sign in with a link',
    main: html`<section class="panel narrow">
<form class="stack" method="post" action="${consoleBase}/link">
<h1>Sign in with a link</h1>
<p>The code of a link works once. If the field is empty, paste what stands behind the # in the address.</p>
<label>Code<input type="text" name="code" required autocomplete="off" spellcheck="false" data-from-link></label>
<button class="primary">Continue</button>
</form>
</section>`,
  };
}

/** A page and no redirect: browsers apply "form-action 'self'" also to where the answer to a form leads. */
function leadingTo(address: string): Shown {
  return {
    title: 'Accept the invitation',
    leadsTo: address,
    main: html`<section class="panel narrow stack">
<h1>Sign in to accept the invitation</h1>
<p><a class="button" href="${address}">Continue</a></p>
</section>`,
  };
}
