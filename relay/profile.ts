/**
 * The sync profile: how one district's roster becomes accounts and classes. These are the steps of School Data Sync's
 * own wizard (create or match, identity, domains, licences, schools, properties), as one JSON document.
 */
import { z } from 'zod';
import { fail } from '../shared/errors.ts';
import { kinds, optionalFields, type WantedFields } from '../shared/roster.ts';
import { guardSchema } from './plan/guard-settings.ts';

/** `match`: sync existing users. `create`: create new users. */
const modeSchema = z.enum(['match', 'create']);

/** A verified domain of the tenant, without the @. */
const domainSchema = z
  .string()
  .max(48)
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'a domain such as contoso.edu');

const targetSchema = z.enum(['userPrincipalName', 'mail', 'mailNickname']);

function ruleSchema<const S extends string>(number: S) {
  return z.strictObject({
    /** The property in PowerSchool. */
    source: z.enum(['username', number, 'secondaryEmail']),
    /** Appended to the source value as `@suffix`; null when the value needs none. */
    suffix: domainSchema.nullable(),
    /** The property in Microsoft 365 that must be equal, ignoring case, in exactly one account. */
    target: targetSchema,
  });
}

export const profileSchema = z
  .strictObject({
    version: z.literal(1),
    name: z.string().min(1).max(100),
    /** `preview`: runs plan and count, and write nothing. `paused`: nothing runs. A profile that does not say starts in preview. */
    state: z.enum(['preview', 'enabled', 'paused']).default('preview'),
    mode: z.strictObject({ students: modeSchema, teachers: modeSchema }),
    identity: z.strictObject({
      students: ruleSchema('studentNumber').optional(),
      teachers: ruleSchema('teacherNumber').optional(),
    }),
    domains: z.strictObject({ students: domainSchema.optional(), teachers: domainSchema.optional() }),
    /** Licences for accounts that Hallpass creates: a SKU per role, or null for none. */
    licences: z.strictObject({
      students: z.guid().nullable(),
      teachers: z.guid().nullable(),
      /** ISO 3166 alpha-2; Graph refuses a licence for an account without it. */
      usageLocation: z.string().regex(/^[A-Z]{2}$/),
    }),
    /** Ids of the schools to sync, or `all`. */
    schools: z.union([z.literal('all'), z.array(z.string().min(1).max(40)).min(1)]),
    /** Optional properties that are written to Microsoft 365, per kind. */
    properties: z.partialRecord(z.enum(kinds), z.array(z.string())),
    /** How much a run may change before a person has to look at it. */
    guards: guardSchema,
  })
  .superRefine((profile, context) => {
    for (const role of ['students', 'teachers'] as const) {
      if (profile.mode[role] === 'match' && profile.identity[role] === undefined) {
        context.addIssue({
          code: 'custom',
          path: ['identity', role],
          message: 'a rule is needed to sync existing users',
        });
      }
      if (profile.mode[role] === 'create' && profile.domains[role] === undefined) {
        context.addIssue({
          code: 'custom',
          path: ['domains', role],
          message: 'a domain is needed to create new users',
        });
      }
    }
    for (const kind of kinds) {
      const known: readonly string[] = optionalFields[kind];
      for (const property of profile.properties[kind] ?? []) {
        if (known.includes(property)) continue;
        context.addIssue({ code: 'custom', path: ['properties', kind], message: `there is no property "${property}"` });
      }
    }
  });

export type Profile = z.infer<typeof profileSchema>;
export type ProfileState = Profile['state'];
export type Role = 'students' | 'teachers';
export type IdentityRule = NonNullable<Profile['identity'][Role]>;

/** @throws HallpassError PROFILE_INVALID, naming the first field that is wrong. */
export function parseProfile(json: unknown, name: string): Profile {
  const result = profileSchema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw fail('PROFILE_INVALID', {
    profile: name,
    field: issue?.path.join('.') || 'the document',
    reason: issue?.message ?? 'it does not fit the schema',
  });
}

/** The optional fields that the agent must send for this profile to work: nothing else leaves the district. */
export function wantedFields(profile: Profile): WantedFields {
  const wanted: WantedFields = {};
  for (const kind of kinds) {
    const fields = new Set(profile.properties[kind] ?? []);
    const role = kind === 'student' ? 'students' : kind === 'teacher' ? 'teachers' : undefined;
    if (role !== undefined) {
      const rule = profile.identity[role];
      if (profile.mode[role] === 'match' && rule !== undefined) fields.add(rule.source);
      // Creating an account takes a user name and a display name.
      if (profile.mode[role] === 'create') for (const field of ['username', 'givenName', 'surname']) fields.add(field);
    }
    if (fields.size > 0) wanted[kind] = [...fields].sort();
  }
  return wanted;
}
