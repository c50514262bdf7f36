/** What the ways in have in common: they are for people who are not signed in. */
import type { FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import type { AppContext } from '../../../app/perform.ts';
import type { Origins } from '../../link/origins.ts';
import type { CookieJar } from '../shell/cookies.ts';
import { documentOf, type Frame } from '../shell/document.ts';
import type { Shown } from '../shell/page.ts';

export interface DoorOptions {
  context: AppContext;
  frame: Frame;
  jar: CookieJar;
  origins: Origins;
  log: Logger;
  /** The relay's address. */
  url(): string;
}

export function showAtDoor(reply: FastifyReply, frame: Frame, shown: Shown): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(documentOf(frame, shown));
}
