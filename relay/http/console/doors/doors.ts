/** What the ways in have in common: they are for people who are not signed in. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { SignInContext, SignInProviders } from '../../../app/commands/sign-in-provider.ts';
import type { Origins } from '../../link/origins.ts';
import type { CookieJar } from '../shell/cookies.ts';
import { consoleBase, documentOf, type Frame } from '../shell/document.ts';
import type { Shown } from '../shell/page.ts';

export interface DoorOptions {
  context: SignInContext;
  providers: SignInProviders;
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

/** Where the provider sends browsers back: the redirect URI that is registered there. */
export function callbackOf(url: string): string {
  return `${url}${consoleBase}/sign-in/callback`;
}

/** The path at the console that somebody wanted to see; the first page for anything else, such as another site's address. */
export function returnPath(wanted: unknown): string {
  const first = `${consoleBase}/`;
  if (typeof wanted !== 'string' || wanted.length > 1000) return first;
  const base = 'http://console.invalid';
  const url = URL.parse(wanted, base);
  if (url === null || url.origin !== base || !url.pathname.startsWith(first)) return first;
  return `${url.pathname}${url.search}`;
}

export function addressOf({ origins }: Pick<DoorOptions, 'origins'>, request: FastifyRequest): string {
  return origins.of(request.raw);
}
