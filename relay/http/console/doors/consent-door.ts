/**
 * Where Microsoft sends an administrator back. The address is the same for every district: each registration of the relay has it as a
 * redirect URI. Which question is answered follows from the state alone, in the session that asked it.
 */
import type { FastifyInstance } from 'fastify';
import { html } from 'ghtml';
import { z } from 'zod';
import { fail, HallpassError } from '../../../../shared/errors.ts';
import { accessPath } from '../../../app/access-page.ts';
import { answerConsent } from '../../../app/commands/consent.ts';
import { admitVisitor } from '../../../app/commands/sessions.ts';
import { consoleBase } from '../shell/document.ts';
import { formToken } from '../shell/form.ts';
import { refusalPage } from '../shell/refusal.ts';
import { statusOf } from '../shell/serve-page.ts';
import { type DoorOptions, showAtDoor } from './doors.ts';

const text = z.string().max(4000);
const answer = z.object({
  state: text.optional(),
  tenant: text.optional(),
  admin_consent: text.optional(),
  error: text.optional(),
  error_subcode: text.optional(),
  error_description: text.optional(),
});

export function consentDoor(app: FastifyInstance, { context, frame, jar, log, origins }: DoorOptions): void {
  app.get('/consent/callback', { exposeHeadRoute: false }, async (request, reply) => {
    const query = answer.safeParse(request.query);
    const secret = jar.read(request);
    const visitor = await admitVisitor(context, secret);
    try {
      // Whoever followed a link from a mail has no session, and asked nothing here.
      if (!query.success || query.data.state === undefined || visitor === undefined) throw fail('CONSENT_EXPIRED', {});
      const { state, tenant, admin_consent: adminConsent, error, error_subcode: subcode } = query.data;
      const returned = { state, session: formToken(secret), tenant, adminConsent, error, subcode };
      const description = query.data.error_description;
      const answered = await answerConsent(context, visitor.actor, { ...returned, description });
      const { refused } = answered;
      log.info({ event: 'console.consent', tenant: answered.tenant.slug, code: refused?.code ?? 'none' });
      if (refused === undefined) return reply.redirect(accessPath(answered.tenant), 302);
      const back = { path: accessPath(answered.tenant), label: `To Microsoft 365 of ${answered.tenant.name}` };
      return showAtDoor(statusOf(reply, refused), frame, refusalPage(refused, back.path, back));
    } catch (refused) {
      if (!(refused instanceof HallpassError)) throw refused;
      log.warn({ event: 'console.consent-refused', code: refused.code, address: origins.of(request.raw) });
      const shown = refusalPage(refused, `${consoleBase}/`);
      const isUnknown = refused.code === 'CONSENT_EXPIRED' && visitor === undefined;
      return showAtDoor(statusOf(reply, refused), frame, isUnknown ? thanks : shown);
    }
  });
}

/** For an administrator without a role at the console. It claims nothing: the relay asks Microsoft by itself. */
const thanks = {
  title: 'Back from Microsoft',
  main: html`<section class="panel narrow stack">
<h1>You are back from Microsoft.</h1>
<p>If you accepted there, nothing more is to be done: what you granted takes some minutes to arrive, and Hallpass asks Microsoft for it by itself. Whoever sent you the link sees what is granted. You can close this window.</p>
<p><a href="${consoleBase}/sign-in">I have an account here</a></p>
</section>`,
};
