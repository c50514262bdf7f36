/** Signing out: the session ends in the database, so that a copy of the cookie opens nothing either. */
import type { FastifyInstance } from 'fastify';
import { html } from 'ghtml';
import { leave } from '../../../app/commands/sessions.ts';
import { consoleBase } from '../shell/document.ts';
import { fieldsOf } from '../shell/form.ts';
import { type DoorOptions, showAtDoor } from './doors.ts';

export function signOutDoor(app: FastifyInstance, { context, providers, frame, jar, url }: DoorOptions): void {
  app.post('/sign-out', async (request, reply) => {
    const secret = jar.read(request);
    fieldsOf(request, secret);
    await leave(context, secret);
    jar.clear(reply);
    return reply.redirect(`${consoleBase}/signed-out`, 303);
  });
  app.get('/signed-out', { exposeHeadRoute: false }, async (_request, reply) => {
    const address = await endAddress().catch(() => undefined);
    return showAtDoor(reply, frame, { title: 'Signed out', main: signedOut(address) });
  });

  /** Where to sign out of the provider as well (OpenID Connect RP-Initiated Logout 1.0). */
  async function endAddress(): Promise<string | undefined> {
    const provider = await providers.now();
    const { end_session_endpoint: endpoint } = await provider.document();
    if (endpoint === undefined) return undefined;
    const address = new URL(endpoint);
    address.searchParams.set('client_id', provider.clientId);
    address.searchParams.set('post_logout_redirect_uri', `${url()}${consoleBase}/sign-in`);
    return address.href;
  }
}

function signedOut(address: string | undefined): string {
  const more = html`<p>At the sign-in provider, you are still signed in. On a computer that others use, <a href="${address ?? ''}">sign out there, too</a>.</p>`;
  return html`<section class="panel narrow stack">
<h1>You are signed out.</h1>
!${address === undefined ? '' : more}
<p><a href="${consoleBase}/sign-in">Sign in again</a></p>
</section>`;
}
