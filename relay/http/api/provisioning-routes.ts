/** One person, provisioned at once, and what becomes of it. */
import { z } from 'zod';
import { provisionPerson } from '../../app/commands/provision-person.ts';
import { provisioningAnswer, provisioningNow } from '../../app/queries/provisioning.ts';
import { change } from './change-route.ts';
import { queries } from './query.ts';
import { question, type Route, read } from './route.ts';

export const provisioningRoutes: readonly Route[] = [
  change({
    path: 'provisionings',
    action: 'person.provision',
    effort: 'long',
    summary:
      'Provisions one person now, before everything else. Ask for the request by its id until its state is "over". While one for the same person is open, that is the answer.',
    body: z.strictObject({
      person: z
        .string()
        .min(1)
        .max(200)
        .meta({ description: 'students:DCID or teachers:DCID, number, user name, email address, name, or account.' }),
    }),
    answer: provisioningAnswer,
    status: 202,
    async perform(context, { person }) {
      const { app, actor, tenant, nowMs } = context;
      const { id } = await provisionPerson(app, actor, { tenant, person });
      return await read(context, (scope) => provisioningNow(scope, id, nowMs));
    },
  }),
  question({
    path: 'provisionings/{request}',
    question: 'provisioning',
    effort: 'keyed',
    summary: 'What was found, planned and done for one person who is provisioned at once, with the state of each step.',
    query: queries.none,
    answer: provisioningAnswer,
    json: (context) => read(context, (scope) => provisioningNow(scope, context.params.request ?? '', context.nowMs)),
  }),
];
