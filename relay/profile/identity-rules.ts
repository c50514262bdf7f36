/** How each role's people are found among the existing accounts: School Data Sync's rule matrix. */
import { z } from 'zod';

/** A domain of the Microsoft tenant, without the @. */
export const domainSchema = z
  .string()
  .max(48)
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'it must be a domain such as contoso.edu, in lower case and without an @');

export const targets = ['userPrincipalName', 'mail', 'mailNickname'] as const;
export type Target = (typeof targets)[number];

/** Names of the sources: the third is a student's or a teacher's number. */
export const sources = {
  students: ['username', 'studentNumber', 'secondaryEmail'],
  teachers: ['username', 'teacherNumber', 'secondaryEmail'],
} as const;

function rulesSchema<const S extends string>(number: S) {
  const rule = z.strictObject({
    /** The property in PowerSchool. */
    source: z.enum(['username', number, 'secondaryEmail']),
    /** Appended to the source value as `@suffix`; null if the value needs none. */
    suffix: domainSchema.nullable(),
    /** The property in Microsoft 365 that must be equal, ignoring case, in exactly one account. */
    target: z.enum(targets),
  });
  return z
    .union([rule, z.array(rule).min(1).max(9)])
    .transform((given) => (Array.isArray(given) ? given : [given]))
    .optional();
}

/**
 * One rule, or several that are tried in order. The first that finds an account decides; a rule that finds two is an
 * error and no reason to try the next one.
 */
export const identitySchema = z.strictObject({
  students: rulesSchema('studentNumber'),
  teachers: rulesSchema('teacherNumber'),
  /** Agents send every source, whatever the rules use, so that `hallpass-relay match` can compare all rules. */
  compareAll: z.boolean().default(false),
  /** Guests of the tenant, such as parents: they belong to nobody in the roster, unless the profile says so. */
  guests: z.enum(['exclude', 'match']).default('exclude'),
  /** Rooms, equipment and shared mailboxes: accounts without sign-in, license and a person's name. */
  mailboxes: z.enum(['exclude', 'match']).default('exclude'),
  /**
   * Accounts that no rule matches to anyone: user names or object ids, `*` for any characters (`admin-*@contoso.edu`).
   */
  never: z.array(z.string().trim().min(3).max(200)).max(500).default([]),
});

type Rules = z.infer<typeof identitySchema>;
export type CandidateOptions = Pick<Rules, 'guests' | 'mailboxes' | 'never'>;

/** The meaning of a profile without these options. */
export const noCandidateOptions: CandidateOptions = { guests: 'exclude', mailboxes: 'exclude', never: [] };

export type IdentityRule = NonNullable<Rules['students'] | Rules['teachers']>[number];
