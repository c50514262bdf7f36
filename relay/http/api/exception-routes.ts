/** What Hallpass leaves alone: accounts for good, and everything on some days. */
import { z } from 'zod';
import { endBlackout, makeBlackout } from '../../app/commands/blackouts.ts';
import { endExemption, makeExempt } from '../../app/commands/exempt.ts';
import { blackoutSchema, blackoutsAnswer, blackoutsNow } from '../../app/queries/blackouts.ts';
import { exemptAnswer, exemptNow, exemptSchema } from '../../app/queries/exempt.ts';
import { change, nothing } from './change-route.ts';
import { queries } from './query.ts';
import { question, type Route, read } from './route.ts';

const text = z.string().min(1).max(200);

export const exceptionRoutes: readonly Route[] = [
  question({
    path: 'exempt',
    question: 'exempt',
    effort: 'keyed',
    summary: 'The accounts that Hallpass never writes to, and why.',
    query: queries.none,
    answer: exemptAnswer,
    json: (context) => read(context, exemptNow),
  }),
  change({
    path: 'exempt',
    action: 'exempt.add',
    summary: 'Makes an account exempt: Hallpass never writes to it again, and leaves its memberships as they are.',
    body: z.strictObject({
      account: text.meta({ description: 'User name or object id, with * for any characters.' }),
      reason: text,
    }),
    answer: exemptSchema,
    status: 201,
    perform: ({ app, actor, tenant }, body) => makeExempt(app, actor, { tenant, ...body }),
  }),
  change({
    method: 'DELETE',
    path: 'exempt/{account}',
    action: 'exempt.remove',
    summary: 'Has Hallpass look after an account again.',
    body: nothing,
    answer: exemptSchema,
    perform: ({ app, actor, tenant, params }) => endExemption(app, actor, { tenant, account: params.account ?? '' }),
  }),
  question({
    path: 'blackouts',
    question: 'blackouts',
    effort: 'keyed',
    summary: 'The days on which nothing is written to Microsoft 365, by the first day.',
    query: queries.none,
    answer: blackoutsAnswer,
    json: (context) => read(context, (scope) => blackoutsNow(scope, context.nowMs)),
  }),
  change({
    path: 'blackouts',
    action: 'blackout.add',
    summary: 'Adds days on which nothing is written to Microsoft 365. What changes meanwhile is written afterwards.',
    body: z.strictObject({
      from: text.meta({ description: "The first day, YYYY-MM-DD in the district's time zone." }),
      to: text.meta({ description: 'The last day, likewise.' }),
      reason: text,
    }),
    answer: blackoutSchema,
    status: 201,
    perform: ({ app, actor, tenant }, body) => makeBlackout(app, actor, { tenant, ...body }),
  }),
  change({
    method: 'DELETE',
    path: 'blackouts/{blackout}',
    action: 'blackout.remove',
    summary: 'Removes a blackout, also one that has begun.',
    body: nothing,
    answer: blackoutSchema,
    perform: ({ app, actor, tenant, params }) => endBlackout(app, actor, { tenant, blackout: params.blackout ?? '' }),
  }),
];
