/** First passwords of accounts that Hallpass created: listed, renewed, and exported once. */
import { z } from 'zod';
import { exportPasswords } from '../../app/commands/export-passwords.ts';
import { renewPasswords } from '../../app/commands/renew-passwords.ts';
import {
  type FirstPassword,
  firstPassword,
  passwordsAnswer,
  passwordsNow,
  passwordTable,
} from '../../app/queries/passwords.ts';
import { readBody } from './body.ts';
import { change, nothing } from './change-route.ts';
import { csvPieces } from './csv-answer.ts';
import { pageWithin, readCursor } from './cursor.ts';
import { queries, readQuery } from './query.ts';
import { type Answer, isForCsv, ofDistrict, plain, question, type Route, read } from './route.ts';

/** Accounts per request: ten Graph batches, well within the time limit of a request. */
const mostRenewed = 200;

export const passwordRoutes: readonly Route[] = [
  question({
    path: 'passwords',
    question: 'passwords',
    effort: 'long',
    summary: 'Accounts whose first password has not been exported yet; never the passwords themselves.',
    query: queries.passwords,
    answer: passwordsAnswer.extend({ next: z.string().nullable() }),
    async json(context, { limit, cursor }) {
      const after = readCursor(cursor, z.tuple([z.string().max(100)]));
      const { passwords, ...rest } = await read(context, passwordsNow);
      const { page, next } = pageWithin(passwords, { limit, after }, ({ person }) => [person]);
      return { passwords: page, ...rest, next };
    },
  }),
  {
    ...plain,
    method: 'POST',
    path: ofDistrict('passwords/export'),
    action: 'passwords.export',
    effort: 'long',
    summary:
      'Exports the first passwords that wait, and deletes them at the relay. Needs an Idempotency-Key: for a day, the same request with the same key gets the same answer.',
    query: queries.passwordExport,
    body: nothing,
    answer: z.object({ passwords: z.array(firstPassword) }),
    hasCsv: true,
    needsKey: true,
    isAcross: false,
    async answerTo(context, input) {
      const query = readQuery(queries.passwordExport, input.query);
      readBody(nothing, input.body);
      const answer = (passwords: readonly FirstPassword[]): Answer =>
        isForCsv(query, context) ? { csv: csvPieces(passwordTable, passwords) } : { json: { passwords } };
      const { app, actor, tenant, keep } = context;
      const handed = await exportPasswords(app, actor, { tenant, hand: (passwords) => keep(answer(passwords)) });
      return answer(handed);
    },
  },
  change({
    path: 'passwords/renew',
    action: 'passwords.renew',
    effort: 'long',
    summary: `Sets new first passwords in Microsoft 365, to be exported; for at most ${mostRenewed} accounts in one request.`,
    body: z
      .strictObject({
        unknown: z.literal(true).optional().meta({ description: 'For all accounts whose first password was lost.' }),
        person: z
          .string()
          .min(1)
          .max(200)
          .optional()
          .meta({ description: 'For this person: DCID, number, user name, email address, name, or account.' }),
      })
      .refine((given) => Object.keys(given).length > 0, 'it must name either unknown or person'),
    answer: z.object({
      renewed: z.int(),
      failed: z.array(z.object({ person: z.string(), code: z.string(), message: z.string(), action: z.string() })),
      left: z.int().meta({ description: 'Accounts that remain for the next request.' }),
    }),
    asksMicrosoft: true,
    async perform({ app, actor, tenant }, input) {
      const { renewed, failed, left } = await renewPasswords(app, actor, { tenant, ...input, most: mostRenewed });
      const refusals = failed.map(({ person, error: { code, message, action } }) => ({
        person,
        code,
        message,
        action,
      }));
      return { renewed, failed: refusals, left };
    },
  }),
];
