/** What Microsoft 365 has that a profile can choose. */
import { z } from 'zod';
import { domainsNow, licensesNow } from '../../app/queries/cloud-choices.ts';
import { queries } from './query.ts';
import { question, type Route } from './route.ts';

export const cloudRoutes: readonly Route[] = [
  question({
    path: 'licenses',
    question: 'licenses',
    effort: 'keyed',
    summary: 'The licenses of the Microsoft 365 tenant, and how many seats are free.',
    query: queries.none,
    answer: z.object({
      licenses: z.array(
        z.object({
          skuId: z.string(),
          partNumber: z.string(),
          name: z.string().nullable(),
          state: z.string(),
          seats: z.int(),
          used: z.int(),
          free: z.int(),
          plans: z.array(z.object({ id: z.string(), name: z.string() })),
        }),
      ),
    }),
    asksMicrosoft: true,
    json: async ({ app, actor, tenant }) => ({ licenses: await licensesNow(app, actor, tenant) }),
  }),
  question({
    path: 'domains',
    question: 'domains',
    effort: 'keyed',
    summary: 'The domains of the Microsoft 365 tenant, and which of them can have new accounts.',
    query: queries.none,
    answer: z.object({
      domains: z.array(
        z.object({ domain: z.string(), verified: z.boolean(), default: z.boolean(), federated: z.boolean() }),
      ),
    }),
    asksMicrosoft: true,
    json: async ({ app, actor, tenant }) => ({ domains: await domainsNow(app, actor, tenant) }),
  }),
];
