/** The page on which people sign in. */
import type { FastifyInstance } from 'fastify';
import { html } from 'ghtml';
import { consoleBase } from '../shell/document.ts';
import type { Shown } from '../shell/page.ts';
import { type DoorOptions, showAtDoor } from './doors.ts';

export function signInDoor(app: FastifyInstance, { frame }: DoorOptions): void {
  app.get('/sign-in', { exposeHeadRoute: false }, async (_request, reply) => showAtDoor(reply, frame, signInPage()));
}

function signInPage(): Shown {
  return {
    title: 'Sign in',
    main: html`<section class="panel narrow stack">
<h1>Sign in to Hallpass</h1>
<p>The operator makes a link at the relay's terminal with <code>hallpass-relay sign-in link</code>, and opens it in a browser.</p>
<p><a href="${consoleBase}/link">I have a link or its code</a></p>
</section>`,
  };
}
