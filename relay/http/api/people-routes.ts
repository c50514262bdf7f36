/** Account links, and what each identity rule would match. */
import { z } from 'zod';
import { linkPerson } from '../../app/commands/link-person.ts';
import { unlinkPerson } from '../../app/commands/unlink-person.ts';
import { previewTenant } from '../../app/queries/match.ts';
import { outcomes } from '../../identity/match-preview.ts';
import { listLinks } from '../../store/accounts/links.ts';
import { change, nothing } from './change-route.ts';
import { pageOf, readCursor } from './cursor.ts';
import { queries } from './query.ts';
import { question, type Route, read } from './route.ts';

const role = z.enum(['students', 'teachers']);
const rule = z.object({ source: z.string(), suffix: z.string().nullable(), target: z.string() });
const each = <S extends z.ZodType>(schema: S) => z.record(z.enum(outcomes), schema);
const example = z.object({
  subject: z.string(),
  value: z.string().optional(),
  accounts: z.array(z.string()).optional(),
});

export const peopleRoutes: readonly Route[] = [
  question({
    path: 'links',
    question: 'links',
    effort: 'long',
    summary: 'Which person has which account, since when, and by which rule.',
    query: queries.links,
    answer: z.object({
      links: z.array(
        z.object({
          role,
          personId: z.string(),
          objectId: z.string(),
          rule: z.string(),
          linkedAt: z.string().meta({ format: 'date-time' }),
          userPrincipalName: z.string().optional(),
        }),
      ),
      next: z.string().nullable(),
    }),
    json: async (context, { role: only, limit, cursor }) => {
      const [afterRole, personId] = readCursor(cursor, z.tuple([role, z.string()])) ?? [];
      const after = afterRole && personId !== undefined ? { role: afterRole, personId } : undefined;
      const part = { role: only, after, limit: limit && limit + 1 };
      const found = await read(context, (scope) => listLinks(scope, part));
      const { page, next } = pageOf(found, limit ?? found.length, (one) => [one.role, one.personId]);
      return { links: page, next };
    },
  }),
  change({
    method: 'PUT',
    path: 'links/{person}',
    action: 'link.set',
    effort: 'long',
    summary:
      'Links an account to a person by hand; identity rules never change it again. The account of a person who left PowerSchool is handed over.',
    body: z.strictObject({
      account: z.string().min(1).max(200).meta({ description: 'Object id or userPrincipalName.' }),
    }),
    answer: z.object({
      person: z.string(),
      userPrincipalName: z.string(),
      former: z.string().nullable().meta({ description: 'The former person who had the account until now.' }),
      listedBy: z
        .string()
        .nullable()
        .meta({ description: 'The profile that lists the account in identity.never: no rule matches it.' }),
    }),
    asksMicrosoft: true,
    async perform({ app, actor, tenant, params }, { account }) {
      const input = { tenant, person: params.person ?? '', account };
      const { former = null, listedBy = null, ...linked } = await linkPerson(app, actor, input);
      return { ...linked, former, listedBy };
    },
  }),
  change({
    method: 'DELETE',
    path: 'links/{person}',
    action: 'link.remove',
    effort: 'long',
    summary: 'Unlinks an account from a person by hand. The account and its memberships stay.',
    body: nothing,
    answer: z.object({ person: z.string(), wasLinked: z.boolean() }),
    perform: ({ app, actor, tenant, params }) => unlinkPerson(app, actor, { tenant, person: params.person ?? '' }),
  }),
  change({
    path: 'match',
    action: 'match',
    effort: 'long',
    summary: 'What every identity rule would match among the existing accounts. Changes nothing.',
    body: z.strictObject({
      roles: z.array(role).min(1).max(2).default(['students', 'teachers']),
      profile: z.string().min(1).max(200).optional().meta({ description: 'Only people in this profile.' }),
    }),
    answer: z.object({
      roles: z.array(
        z.object({
          role,
          people: z.int(),
          rules: z.array(z.object({ rule, counts: each(z.int()), examples: each(z.array(example)) })),
          recommended: rule.optional(),
          emptySources: z.array(z.string()),
        }),
      ),
    }),
    asksMicrosoft: true,
    async perform({ app, actor, tenant }, { roles, profile }) {
      return { roles: await previewTenant(app, actor, tenant, { roles: [...new Set(roles)], profile }) };
    },
  }),
];
