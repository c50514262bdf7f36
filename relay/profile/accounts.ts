/** Accounts that Hallpass creates: their names, their first passwords, their licenses. */
import { z } from 'zod';
import { propertiesOf } from '../../shared/properties.ts';
import { patternSchema } from './pattern.ts';

/** The values that a user name can be made from, per role. */
export const usernameValues = { students: valuesOf('student'), teachers: valuesOf('teacher') };

function valuesOf(kind: 'student' | 'teacher'): readonly string[] {
  return propertiesOf(kind).flatMap(({ name, inUserNames }) => (inUserNames === true ? [name] : []));
}

/** `username` uses PowerSchool's user name unchanged; a pattern makes one, in lower case and without accents. */
function usernameSchema(values: readonly string[]) {
  const pattern = z.strictObject({
    pattern: patternSchema(values, /^[A-Za-z0-9._-]*$/),
    /** The part before the @; Graph allows 64. */
    maxLength: z.int().min(3).max(64).default(64),
    /**
     * For two people with one name: `report` gives it to neither. `number` gives later ones a 2, 3 …, and never a name
     * that Hallpass gave to another person before, even if that account is gone.
     */
    onCollision: z.enum(['report', 'number']).default('report'),
  });
  return z.union([z.literal('username'), pattern]).default('username');
}

/** The first password: random for each person, stored encrypted until it is exported, once. */
const passwordSchema = z
  .strictObject({
    length: z.int().min(12).max(64).default(16),
    /** Leaves out characters that are easily confused: 0 O o, 1 l I … */
    readable: z.boolean().default(true),
    /** Whether it must be changed at the first sign-in. */
    mustChange: z.boolean().default(true),
  })
  .prefault({});

function roleSchema(values: readonly string[]) {
  return z.strictObject({ username: usernameSchema(values), password: passwordSchema }).prefault({});
}

export const accountsSchema = z
  .strictObject({ students: roleSchema(usernameValues.students), teachers: roleSchema(usernameValues.teachers) })
  .prefault({});

export type UsernameRule = z.infer<ReturnType<typeof usernameSchema>>;
export type PasswordPolicy = z.infer<typeof passwordSchema>;

const guid = z.guid().toLowerCase();

/**
 * Assigned to each account, or through a group that has the license: one write for twenty people instead of one each.
 */
const licenseSchema = z
  .union([
    guid,
    z.strictObject({ skuId: guid, disabledPlans: z.array(guid).max(200).default([]) }),
    z.strictObject({ group: guid }),
    z.null(),
  ])
  .transform((given) => (typeof given === 'string' ? { skuId: given, disabledPlans: [] } : given));

/** Licenses for accounts that Hallpass creates: a SKU (`skuId`, from /subscribedSkus) per role, or null for none. */
export const licensesSchema = z.strictObject({
  students: licenseSchema,
  teachers: licenseSchema,
  /** ISO 3166 alpha-2; Graph refuses a license for an account without it. */
  usageLocation: z
    .string()
    .regex(/^[A-Z]{2}$/, 'it must be the two capital letters of a country (ISO 3166), such as US'),
});

export type License = { skuId: string; disabledPlans: readonly string[] } | { group: string };
