/** Access: enrollment codes and agents, and the tokens of programs. */
import { z } from 'zod';
import { makeCode, shutOut } from '../../app/commands/agents.ts';
import { endToken, makeToken } from '../../app/commands/tokens.ts';
import { agentsNow, listedAgentSchema } from '../../app/queries/agents.ts';
import { moment } from '../../app/queries/fields.ts';
import { accessRoles } from '../../model/access-role.ts';
import { accessScopes } from '../../model/access-scope.ts';
import { listAgents } from '../../store/agents/agents.ts';
import { listTokens } from '../../store/tenants/api-tokens.ts';
import { change, nothing } from './change-route.ts';
import { queries } from './query.ts';
import { question, type Route, read } from './route.ts';

const label = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^\P{Cc}*$/u, 'it must be one line without control characters');

const scopes = z.array(z.enum(accessScopes)).meta({ description: 'The subjects that it is for.' });

export const accessRoutes: readonly Route[] = [
  question({
    path: 'agents',
    question: 'agents',
    effort: 'keyed',
    summary: 'The agents of the district, with the condition of each and its last report.',
    query: queries.none,
    answer: z.object({ agents: z.array(listedAgentSchema) }),
    json: async (context) => ({ agents: agentsNow(await read(context, listAgents), context.nowMs) }),
  }),
  change({
    path: 'agents/{agent}/revoke',
    action: 'agent.revoke',
    summary: 'Revokes an agent for good, by id or name. A connected agent is disconnected within 2 seconds.',
    body: nothing,
    answer: z.object({
      agent: z.string(),
      name: z.string(),
      revokedBefore: moment.nullable().meta({ description: 'When it was revoked before, if it was.' }),
    }),
    async perform({ app, actor, tenant, params }) {
      const { id, name, revokedAt } = await shutOut(app, actor, { tenant, agent: params.agent ?? '' });
      return { agent: id, name, revokedBefore: revokedAt };
    },
  }),
  change({
    path: 'enrollment-codes',
    action: 'agent.code',
    summary: 'Creates a code for one agent, valid once and for 10 minutes. The answer is the only place that shows it.',
    body: nothing,
    answer: z.object({ code: z.string(), expiresAt: moment, relay: z.string() }),
    status: 201,
    async perform({ app, actor, tenant, url }) {
      return { ...(await makeCode(app, actor, { tenant })), relay: url };
    },
  }),
  question({
    path: 'tokens',
    question: 'tokens',
    effort: 'keyed',
    summary: 'The tokens with access to the district, without the secrets.',
    query: queries.none,
    answer: z.object({
      tokens: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          role: z.enum(accessRoles),
          scopes,
          opensOthers: z.boolean().meta({ description: 'Whether it also gives access to other districts.' }),
          createdAt: moment,
          createdBy: z.string(),
          expiresAt: moment,
          lastUsedAt: moment.nullable(),
          revokedAt: moment.nullable(),
        }),
      ),
    }),
    json: async (context) => ({ tokens: await read(context, listTokens) }),
  }),
  change({
    path: 'tokens',
    action: 'token.create',
    summary:
      'Creates a token, which can do no more, and has access to no more districts, than the token that asks. The answer is the only place that shows it.',
    body: z.strictObject({
      name: label,
      role: z.enum(accessRoles).default('viewer'),
      scopes: z.array(z.enum(accessScopes)).min(1).max(accessScopes.length).optional().meta({
        description:
          'The subjects that it is for. By default, everything that the role can use, except first passwords.',
      }),
      days: z.int().min(1).max(36_500).default(90),
      also: z
        .union([z.literal('all'), z.array(z.string().min(1).max(100)).max(1000)])
        .default([])
        .meta({
          description:
            'Slugs of more districts that it gives access to; "all" for every district, including future ones.',
        }),
    }),
    answer: z.object({ id: z.string(), token: z.string(), expiresAt: moment, scopes }),
    status: 201,
    async perform({ app, actor, tenant }, given) {
      const { slug: _slug, ...made } = await makeToken(app, actor, { tenant, ...given });
      return made;
    },
  }),
  change({
    path: 'tokens/{token}/revoke',
    action: 'token.revoke',
    summary: 'Revokes a token for good, by its id, never by the token itself.',
    body: nothing,
    answer: z.object({ token: z.string() }),
    async perform({ app, actor, tenant, params }) {
      const { token = '' } = params;
      await endToken(app, actor, { tenant, token });
      return { token };
    },
  }),
];
