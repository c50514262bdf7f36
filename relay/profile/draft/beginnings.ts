/** What a draft begins with: nothing, a profile in force, or a profile of another district. Pure. */
import { licensesSchema } from '../accounts.ts';
import { type Profile, profileShape } from '../profile.ts';

const { shape } = profileShape;

/** The defaults of everything that has some; whoever writes the profile decides the rest. */
export function blankDocument(): Record<string, unknown> {
  return {
    version: 1,
    name: '',
    identity: { compareAll: false, guests: 'exclude', mailboxes: 'exclude', never: [] },
    domains: {},
    accounts: shape.accounts.parse(undefined),
    licenses: { students: null, teachers: null, usageLocation: 'US' },
    properties: {},
    grades: shape.grades.parse(undefined),
    preRegistered: false,
    classes: shape.classes.parse(undefined),
    groups: shape.groups.parse(undefined),
    adoption: shape.adoption.parse(undefined),
    dates: shape.dates.parse(undefined),
    policies: shape.policies.parse(undefined),
    drift: shape.drift.parse(undefined),
    schedule: shape.schedule.parse(undefined),
    guards: shape.guards.parse(undefined),
  };
}

/** A profile in force; what puts it in force again decides about its state. */
export function documentOf({ state: _state, ...document }: Profile): Record<string, unknown> {
  return document;
}

/**
 * What one district's profile has to say to another: modes, rules, options and limits. Domains, groups, accounts to leave alone,
 * schools, days, the ids of an earlier tool and the name are the other district's own. Products keep their ids, which are
 * Microsoft's and the same in every tenant.
 */
export function templateOf(profile: Profile): Record<string, unknown> {
  const { students, teachers, ...identity } = profile.identity;
  const { schools: _schools, state: _state, ...rest } = profile;
  return {
    ...rest,
    name: '',
    identity: {
      ...{ ...identity, compareAll: false, never: [] },
      ...(students !== undefined && { students: students.map(withoutDomain) }),
      ...(teachers !== undefined && { teachers: teachers.map(withoutDomain) }),
    },
    domains: {},
    licenses: {
      students: withoutGroup(profile.licenses.students),
      teachers: withoutGroup(profile.licenses.teachers),
      usageLocation: profile.licenses.usageLocation,
    },
    adoption: shape.adoption.parse(undefined),
    dates: { ...shape.dates.parse(undefined), openDaysBefore: profile.dates.openDaysBefore },
  };
}

/** An empty suffix is a mistake, and so has to be chosen; null would be another rule. */
function withoutDomain<R extends { suffix: string | null }>(rule: R): R {
  return rule.suffix === null ? rule : { ...rule, suffix: '' };
}

function withoutGroup(license: Profile['licenses']['students']): Profile['licenses']['students'] {
  return license === null || 'group' in license ? null : license;
}

const anyRule = { source: 'username', suffix: null, target: 'userPrincipalName' } as const;

/**
 * A profile that can be tried while the draft is not finished: it matches, and agents send for it every source and nothing else, so
 * that rules can be compared and schools counted. It is to be stored in preview, which writes nothing.
 *
 * @returns undefined without a valid name
 */
export function trialOf(document: Readonly<Record<string, unknown>>): Profile | undefined {
  const name = shape.name.safeParse(document.name);
  if (!name.success || name.data.trim() === '') return undefined;
  const identity = shape.identity.safeParse(document.identity).data;
  const kept = {
    ...{ guests: identity?.guests, mailboxes: identity?.mailboxes, never: identity?.never },
    students: identity?.students ?? anyRule,
    teachers: identity?.teachers ?? anyRule,
  };
  const blank = blankDocument();
  return profileShape.parse({
    ...blank,
    name: name.data,
    mode: { students: 'match', teachers: 'match' },
    identity: { ...kept, compareAll: true },
    licenses: licensesSchema.parse(blank.licenses),
    schools: shape.schools.safeParse(document.schools).data ?? 'all',
  });
}
