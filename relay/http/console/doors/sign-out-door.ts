/** Signing out: the session ends in the database, so that a copy of the cookie opens nothing either. */
import type { FastifyInstance } from 'fastify';
import { leave } from '../../../app/commands/sessions.ts';
import { consoleBase } from '../shell/document.ts';
import { fieldsOf } from '../shell/form.ts';
import type { DoorOptions } from './doors.ts';

export function signOutDoor(app: FastifyInstance, { context, jar }: DoorOptions): void {
  app.post('/sign-out', async (request, reply) => {
    const secret = jar.read(request);
    fieldsOf(request, secret);
    await leave(context, secret);
    jar.clear(reply);
    return reply.redirect(`${consoleBase}/sign-in`, 303);
  });
}
