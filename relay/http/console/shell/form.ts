/** Forms: only the pages of a session can send them (against cross-site request forgery). */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { html } from 'ghtml';
import type { z } from 'zod';
import { fail } from '../../../../shared/errors.ts';
import type { Change } from '../../../app/access.ts';
import { checked, type Form, type Outcome, type View, type Visit } from './page.ts';

/** A hundred schools with their ids fit well. */
export const mostFormBytes = 64 << 10;

/** Derived from the session's secret: nothing more to store, and another session's or an earlier one's does not fit. */
export function formToken(sessionSecret: string): string {
  return createHmac('sha256', sessionSecret).update('form').digest('base64url');
}

/**
 * The fields of a form that a page of this session sent.
 *
 * @throws HallpassError FORM_FOREIGN
 */
export function fieldsOf(request: FastifyRequest, sessionSecret: string): Record<string, unknown> {
  needOwnOrigin(request);
  const { token, ...fields } = request.body as Record<string, unknown>;
  const [given, expected] = [Buffer.from(String(token)), Buffer.from(formToken(sessionSecret))];
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw fail('FORM_FOREIGN', {});
  return fields;
}

/**
 * Browsers say which site a form comes from, and no site can make them say anything else.
 *
 * @throws HallpassError FORM_FOREIGN
 */
export function needOwnOrigin({ headers }: FastifyRequest): void {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') throw fail('FORM_FOREIGN', {});
  const { origin, host } = headers;
  if (origin !== undefined && URL.parse(origin)?.host !== host) throw fail('FORM_FOREIGN', {});
  if (site === undefined && origin === undefined) throw fail('FORM_FOREIGN', {});
}

/** Forms become objects: a name that is there several times has a list. */
export function takeForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: mostFormBytes },
    async (_request: FastifyRequest, body: string | Buffer) => {
      const sent = new URLSearchParams(String(body));
      return Object.fromEntries([...new Set(sent.keys())].map((name) => [name, oneOrAll(sent.getAll(name))]));
    },
  );
}

function oneOrAll(values: readonly string[]): unknown {
  return values.length === 1 ? values[0] : values;
}

/** @param action path that it is sent to @param content HTML: fields and button */
export function formTo(action: string, { token }: Pick<View, 'token'>, content: string): string {
  return html`<form method="post" action="${action}"><input type="hidden" name="token" value="${token}">!${content}</form>`;
}

/** A form on a page, whose fields are checked before anything is done. */
export function form<V extends Visit, F extends z.ZodObject>(given: {
  name: string;
  needs: Change;
  fields: F;
  perform(visit: V, fields: z.output<F>, view: View): Promise<Outcome>;
}): Form<V> {
  const { name, needs, fields, perform } = given;
  return { name, needs, act: async (visit, sent, view) => await perform(visit, checked(fields, sent), view) };
}
