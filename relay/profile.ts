/**
 * The sync profile: how one district's roster becomes accounts and classes. These are the steps of School Data Sync's
 * own wizard (create or match, identity, domains, licences, schools, properties), as one JSON document. Parsing fills in
 * what a document does not say, so that one that is exported says everything and means the same in a later version.
 */
import { z } from 'zod';
import { fail } from '../shared/errors.ts';
import { kinds, optionalFields } from '../shared/roster.ts';
import { guardSchema } from './plan/guard-settings.ts';
import { accountsSchema, licencesSchema } from './profile/accounts.ts';
import { adoptionSchema } from './profile/adoption.ts';
import { classesSchema } from './profile/classes.ts';
import { driftSchema } from './profile/drift.ts';
import { domainSchema, identitySchema } from './profile/identity-rules.ts';
import { datesSchema, policiesSchema, scheduleSchema } from './profile/life.ts';

/** `match`: sync existing users. `create`: create new users. */
const modeSchema = z.enum(['match', 'create']);

const profileSchema = z
  .strictObject({
    version: z.literal(1),
    name: z.string().min(1).max(100),
    /** `preview`: runs plan and count, and write nothing. `paused`: nothing runs. A profile that does not say starts in preview. */
    state: z.enum(['preview', 'enabled', 'paused']).default('preview'),
    mode: z.strictObject({ students: modeSchema, teachers: modeSchema }),
    identity: identitySchema,
    domains: z.strictObject({
      /** Of the accounts to create. */
      students: domainSchema.optional(),
      teachers: domainSchema.optional(),
      /** The one that addresses of classes are expected to have. Graph offers no choice: it is checked, and not set. */
      classes: domainSchema.optional(),
    }),
    accounts: accountsSchema,
    licences: licencesSchema,
    /** Ids of the schools to sync, or `all`. */
    schools: z.union([z.literal('all'), z.array(z.string().min(1).max(40)).min(1)]),
    /** Optional properties that are written to Microsoft 365, per kind. */
    properties: z.partialRecord(z.enum(kinds), z.array(z.string())),
    classes: classesSchema,
    /** What was there before Hallpass. */
    adoption: adoptionSchema,
    dates: datesSchema,
    policies: policiesSchema,
    /** What becomes of what people change in Microsoft 365 by hand. */
    drift: driftSchema,
    schedule: scheduleSchema,
    /** How much a run may change before a person has to look at it. */
    guards: guardSchema,
  })
  .superRefine((profile, context) => {
    const complain = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    for (const role of ['students', 'teachers'] as const) {
      if (profile.mode[role] === 'match' && profile.identity[role] === undefined) {
        complain(['identity', role], 'a rule is needed to sync existing users');
      }
      if (profile.mode[role] === 'create' && profile.domains[role] === undefined) {
        complain(['domains', role], 'a domain is needed to create new users');
      }
    }
    const { startsOn, expiresOn } = profile.dates;
    if (startsOn !== null && expiresOn !== null && expiresOn < startsOn) {
      complain(['dates', 'expiresOn'], 'it is before the day on which the profile starts');
    }
    for (const kind of kinds) {
      const known: readonly string[] = optionalFields[kind];
      for (const property of profile.properties[kind] ?? []) {
        if (!known.includes(property)) complain(['properties', kind], `there is no property "${property}"`);
      }
    }
  });

export type Profile = z.infer<typeof profileSchema>;
export type Role = 'students' | 'teachers';

/** @throws HallpassError PROFILE_INVALID, naming the first field that is wrong. */
export function parseProfile(json: unknown, name: string): Profile {
  const result = profileSchema.safeParse(json);
  if (result.success) return result.data;
  const issue = deepest(result.error.issues[0]);
  throw fail('PROFILE_INVALID', {
    profile: name,
    field: issue?.path.join('.') || 'the document',
    reason: issue?.message ?? 'it does not fit the schema',
  });
}

/** Of a value that fits none of several forms, what is wrong with it in the form that it comes closest to. */
function deepest(issue: z.core.$ZodIssue | undefined): z.core.$ZodIssue | undefined {
  if (issue?.code !== 'invalid_union') return issue;
  const inner = issue.errors.flatMap(([first]) => deepest(first) ?? []);
  const closest = inner.sort((a, b) => b.path.length - a.path.length)[0];
  return closest && { ...closest, path: [...issue.path, ...closest.path] };
}
