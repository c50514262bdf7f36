/** First passwords of accounts that Hallpass created: listed, renewed, and exported once. */
import { z } from 'zod';
import { type Exported, exportPasswords } from '../../app/commands/export-passwords.ts';
import { renewPasswords } from '../../app/commands/renew-passwords.ts';
import { firstPassword, passwordsAnswer, passwordsNow, passwordTable } from '../../app/queries/passwords.ts';
import { isPersonKey } from '../../model/person-key.ts';
import { csvPieces } from '../csv-answer.ts';
import { readBody } from './body.ts';
import { change, nothing } from './change-route.ts';
import { pageOf, readCursor } from './cursor.ts';
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
      const [after] = readCursor(cursor, z.tuple([z.string().max(100).refine(isPersonKey)])) ?? [];
      const part = { after, limit: limit && limit + 1 };
      const { passwords, ...rest } = await read(context, (scope) => passwordsNow(scope, part));
      const { page, next } = pageOf(passwords, limit ?? passwords.length, ({ person }) => [person]);
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
    answer: z.object({
      passwords: z.array(firstPassword),
      left: z.int().meta({ description: 'First passwords that wait for the next request.' }),
    }),
    hasCsv: true,
    needsKey: true,
    isAcross: false,
    async answerTo(context, input) {
      const query = readQuery(queries.passwordExport, input.query);
      readBody(nothing, input.body);
      const answer = ({ passwords, left }: Exported): Answer =>
        isForCsv(query, context)
          ? { csv: csvPieces(passwordTable, passwords), headers: { 'hallpass-left': `${left}` } }
          : { json: { passwords, left } };
      const { app, actor, tenant, keep } = context;
      const asked = { tenant, most: query.limit, hand: (exported: Exported) => keep(answer(exported)) };
      return answer(await exportPasswords(app, actor, asked));
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
