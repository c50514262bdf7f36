/**
 * The profile: how one district's roster becomes accounts and classes. These are the steps of School Data Sync's own
 * wizard (create or match, identity, domains, licenses, schools, properties), as one JSON document. Parsing fills in
 * defaults, so that an exported document says everything and means the same in a later version.
 */
import { z } from 'zod';
import { fail, type HallpassError } from '../../shared/errors.ts';
import { nearest } from '../../shared/nearest.ts';
import { kinds, optionalFields } from '../../shared/roster.ts';
import { type SchemaMistake, schemaMistakes } from '../../shared/schema-reason.ts';
import { accountsSchema, licensesSchema } from './accounts.ts';
import { adoptionSchema } from './adoption.ts';
import { classesSchema } from './classes.ts';
import { driftSchema } from './drift.ts';
import { gradesSchema } from './grades.ts';
import { groupsSchema } from './groups.ts';
import { guardSchema } from './guards.ts';
import { domainSchema, identitySchema } from './identity-rules.ts';
import { datesSchema, policiesSchema, scheduleSchema } from './life.ts';

/** `match`: sync existing users. `create`: create new users. */
const modeSchema = z.enum(['match', 'create']);

/** `preview`: runs plan and count, but write nothing. `paused`: nothing runs. */
export const profileState = z.enum(['preview', 'enabled', 'paused']);

/** The document by itself: what every part may contain. */
export const profileShape = z.strictObject({
  version: z.literal(1),
  name: z.string().min(1).max(100),
  /** The default is preview. */
  state: profileState.default('preview'),
  mode: z.strictObject({ students: modeSchema, teachers: modeSchema }),
  identity: identitySchema,
  domains: z.strictObject({
    /** Domains of the accounts to create. */
    students: domainSchema.optional(),
    teachers: domainSchema.optional(),
    /** The expected domain of class addresses. Graph offers no choice: it is checked, not set. */
    classes: domainSchema.optional(),
  }),
  accounts: accountsSchema,
  licenses: licensesSchema,
  /** Ids of the schools to sync, or `all`. */
  schools: z.union([z.literal('all'), z.array(z.string().min(1).max(40)).min(1)]),
  /** Optional properties that are written to Microsoft 365, per kind. */
  properties: z.partialRecord(z.enum(kinds), z.array(z.string())),
  /** How grade levels are written. */
  grades: gradesSchema,
  /** Pre-registered students (Enroll_Status -1) get accounts, and their classes in time. */
  preRegistered: z.boolean().default(false),
  classes: classesSchema,
  /** Security groups of roles, schools and grade levels. */
  groups: groupsSchema,
  /** What existed before Hallpass. */
  adoption: adoptionSchema,
  dates: datesSchema,
  policies: policiesSchema,
  /** What happens to people's manual changes in Microsoft 365. */
  drift: driftSchema,
  schedule: scheduleSchema,
  /** How much a run may change before a person has to look at it. */
  guards: guardSchema,
});

const profileSchema = profileShape.superRefine((profile, context) => {
  for (const { path, reason } of contradictionsIn(profile)) {
    context.addIssue({ code: 'custom', path: path.split('.'), message: reason });
  }
});

export type Profile = z.infer<typeof profileSchema>;
/** Parts that are valid by themselves but do not go together. Undefined stands for a part that is invalid by itself. */
function* contradictionsIn(
  profile: {
    [part in 'mode' | 'identity' | 'domains' | 'dates' | 'properties']: Profile[part] | undefined;
  },
): Iterable<SchemaMistake> {
  const { mode, identity, domains, dates, properties } = profile;
  for (const role of ['students', 'teachers'] as const) {
    if (mode?.[role] === 'match' && identity !== undefined && identity[role] === undefined) {
      yield { path: `identity.${role}`, reason: 'a rule is needed to sync existing users' };
    }
    if (mode?.[role] === 'create' && domains !== undefined && domains[role] === undefined) {
      yield { path: `domains.${role}`, reason: 'a domain is needed to create new users' };
    }
  }
  const { startsOn = null, expiresOn = null } = dates ?? {};
  if (startsOn !== null && expiresOn !== null && expiresOn < startsOn) {
    yield { path: 'dates.expiresOn', reason: 'it is before the day on which the profile starts' };
  }
  for (const kind of kinds) {
    const known: readonly string[] = optionalFields[kind];
    for (const property of properties?.[kind] ?? []) {
      if (known.includes(property)) continue;
      const near = nearest(property, known);
      const there = known.length === 0 ? 'there is nothing to choose' : `there are ${known.join(', ')}`;
      const hint = near === undefined ? there : `did you mean "${near}"?`;
      yield { path: `properties.${kind}`, reason: `there is no property "${property}"; ${hint}` };
    }
  }
}

/**
 * The document with current names: 0.2.0 wrote `licences`. A document with both is left as it is, and one of them is
 * unknown.
 */
export function inTodaysWords(document: unknown): unknown {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return document;
  if (!('licences' in document) || 'licenses' in document) return document;
  return Object.fromEntries(
    Object.entries(document).map(([name, part]) => [name === 'licences' ? 'licenses' : name, part]),
  );
}

/** A document checked against the profile schema: the profile, or everything that is wrong with it. */
export type CheckedForm =
  | { profile: Profile; mistakes: readonly [] }
  | { profile: undefined; mistakes: readonly SchemaMistake[] };

export function checkProfileForm(document: unknown): CheckedForm {
  const json = inTodaysWords(document);
  const result = profileSchema.safeParse(json);
  if (result.success) return { profile: result.data, mistakes: [] };
  const found = schemaMistakes(result.error, profileShape, json);
  // The schema compares parts only when each is valid; the author wants to know everything at once.
  const parts = typeof json === 'object' && json !== null ? json : {};
  const part = <P extends keyof typeof profileShape.shape>(name: P) => {
    return profileShape.shape[name].safeParse(Reflect.get(parts, name)).data as Profile[P] | undefined;
  };
  const contradictions = contradictionsIn({
    mode: part('mode'),
    identity: part('identity'),
    domains: part('domains'),
    dates: part('dates'),
    properties: part('properties'),
  });
  const known = new Set(found.map(({ path, reason }) => `${path} ${reason}`));
  const more = [...contradictions].filter(({ path, reason }) => !known.has(`${path} ${reason}`));
  return { profile: undefined, mistakes: [...found, ...more] };
}

/** @throws HallpassError PROFILE_INVALID, naming everything that is wrong */
export function parseProfile(json: unknown, name: string): Profile {
  const { profile, mistakes } = checkProfileForm(json);
  if (profile !== undefined) return profile;
  throw profileInvalid(name, mistakes);
}

/** One mistake is put into the sentence, several are listed below it. */
export function profileInvalid(profile: string, mistakes: readonly SchemaMistake[]): HallpassError {
  const lines = mistakes.map(({ path, reason }) => `${path === '' ? 'the document' : path}: ${reason}`);
  const [first = 'it does not fit the schema'] = lines;
  const all = lines.length <= 1 ? first : `${lines.length} mistakes\n    ${lines.join('\n    ')}`;
  // A guess ends in a question mark, and needs no period after it.
  return fail('PROFILE_INVALID', { profile, mistakes: /[.?]$/.test(all) ? all : `${all}.` });
}
