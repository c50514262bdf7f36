/** Profiles beyond the plain one: all options at once, several profiles, or random ones. Repeatable by seed. */

import type { Profile } from '../../relay/profile/profile.ts';
import { type Random, seededRandom } from '../simulators/microsoft/random.ts';
import type { Role } from './oracle/district.ts';
import type { Mode, ProfileDocument } from './oracle/rules.ts';
import { type DirectoryKind, domain, type Offer, type ProfileKind, plainProfile } from './profile.ts';

export interface DrawContext {
  kind: ProfileKind;
  mode: Mode;
  teams: boolean;
  directory: DirectoryKind;
  seed: number;
  /** DCIDs. */
  schools: readonly string[];
  /** Local date, YYYY-MM-DD. */
  today: string;
}

const ends: ('removeStudents' | 'markExpired' | 'archiveTeam')[] = ['removeStudents', 'markExpired', 'archiveTeam'];

const names = ['Summit', 'Harbor', 'Meadow'];

export function demoProfiles(context: DrawContext, offer: Offer): ProfileDocument[] {
  const { kind, mode, schools } = context;
  const draw = new Draw(seededRandom(context.seed * 7919 + (mode === 'match' ? 1 : 2)), kind === 'rich');
  if (kind === 'plain') return [plainProfile(context, offer.licenses)];
  if (kind === 'rich') return [drawProfile(draw, context, offer, { at: 0, schools: someOf(schools) })];
  // A single school is named, and the profile with all schools has none left.
  const parts = kind === 'split' ? draw.one([2, 3]) : draw.one([1, 1, 2, 3]);
  const shares = Array.from({ length: parts - 1 }, (_, at) => schools.filter((_, index) => index % parts === at));
  const named = shares.filter((share) => share.length > 0);
  const rest = parts > 1 || draw.maybe(0.5) ? ('all' as const) : someOf(schools);
  const profiles = [...named, rest].map((share, at) => drawProfile(draw, context, offer, { at, schools: share }));
  if (kind !== 'random') return profiles;
  // One of several may not have begun, or may be over: the others must leave its schools and people alone.
  return profiles.map((profile, at) =>
    at < named.length && draw.maybe(0.4) ? { ...profile, dates: draw.one(resting(context.today)) } : profile,
  );
}

function resting(today: string): NonNullable<ProfileDocument['dates']>[] {
  return [{ startsOn: later(today, 30) }, { expiresOn: later(today, -1) }];
}

/** Not all of them, if there are several. */
function someOf(schools: readonly string[]): string[] {
  return schools.slice(0, Math.max(1, schools.length - 1));
}

/** The domains of one of several profiles. */
function domainsOf(at: number): Record<Role, string> {
  const own = at === 0 ? domain : `${names[at]?.toLowerCase()}.${domain}`;
  return { students: `students.${own}`, teachers: own };
}

function drawProfile(
  draw: Draw,
  context: DrawContext,
  offer: Offer,
  { at, schools }: { at: number; schools: ProfileDocument['schools'] },
): ProfileDocument {
  const { today, teams } = context;
  const mode = { students: modeOf(draw, context), teachers: modeOf(draw, context) };
  const domains = domainsOf(at);
  const group = draw.random.guid();
  const license = (role: Role): ProfileDocument['licenses'][Role] => {
    if (mode[role] === 'match') return null;
    const skuId = offer.licenses[role];
    const kinds = [{ skuId, disabledPlans: [offer.plan] }, { group }, skuId, null];
    // With all options at once, one role gets each variant.
    return draw.all ? (kinds[role === 'students' ? 1 : 0] ?? null) : draw.one(kinds);
  };
  return {
    version: 1,
    name: names[at] ?? `Profile ${at + 1}`,
    mode,
    identity: {
      ...(mode.students === 'match' ? { students: identityOf(draw, 'students', domains.students) } : {}),
      ...(mode.teachers === 'match' ? { teachers: identityOf(draw, 'teachers', domains.teachers) } : {}),
    },
    domains,
    accounts: { students: accountsOf(draw, 'students'), teachers: accountsOf(draw, 'teachers') },
    licenses: { students: license('students'), teachers: license('teachers'), usageLocation: draw.one(['US', 'CA']) },
    schools,
    properties: {
      school: draw.some([
        'lowGrade',
        'highGrade',
        'principalName',
        'principalEmail',
        'phone',
        'street',
        'city',
        'state',
        'postalCode',
      ]),
      section: draw.some(['period']),
      student: draw.some(['studentNumber', 'grade', 'graduationYear', 'middleName', 'homeRoom']),
      teacher: draw.some(['teacherNumber', 'middleName']),
    },
    classes: {
      createTeam: teams,
      ...(draw.maybe(0.7) ? { name: draw.one(classNames) } : {}),
      ...(draw.maybe(0.4) ? { displayName: 'create-only' as const } : {}),
      ...(draw.maybe(0.5) ? { unsupportedCharacters: 'replace' as const } : {}),
    },
    ...(draw.maybe(0.5) ? { grades: draw.one(['raw' as const, { '-1': 'TK', '0': 'K' }, { '12': 'Senior' }]) } : {}),
    ...(draw.maybe(0.5) ? { preRegistered: true } : {}),
    dates: {
      ...(draw.maybe(0.4) ? { startsOn: later(today, -1 - draw.random.below(90)) } : {}),
      ...(draw.maybe(0.4) ? { expiresOn: later(today, 1 + draw.random.below(90)) } : {}),
      ...(draw.maybe(0.6) ? { openDaysBefore: draw.random.below(121) } : {}),
      ...(draw.maybe(0.4) ? { studentsFrom: later(today, draw.one([-60, -1, 0, 1, 60])) } : {}),
    },
    policies: {
      studentLeftClass: draw.one(['remove', 'keep']),
      teacherLeftClass: draw.all ? 'remove' : draw.one(['remove', 'keep']),
      studentTermEnded: draw.one(['remove', 'keep', null]),
      teacherTermEnded: draw.one(['remove', 'keep', null]),
      studentGone: draw.all ? 'disable' : draw.one(['keep', 'disable']),
      teacherGone: draw.one(['keep', 'disable']),
      revokeSessions: draw.maybe(0.5),
      sectionGone: draw.all ? ends : draw.one(['keep', ends, ends.slice(1), ends.slice(0, 1)]),
      goneForDays: draw.all ? 0 : draw.one([0, 0, 14]),
      // For schools there is no choice.
    } satisfies Record<Exclude<keyof Profile['policies'], 'schoolGone'>, unknown>,
    // Nobody changes anything by hand here, so no policy may have an effect. Existing class members stay.
    drift: {
      memberships: draw.one(['repair', 'report', 'ignore']),
      attributes: draw.one(['repair', 'report', 'ignore']),
      deletedObjects: draw.one(['report', 'recreate']),
      deletedAccounts: draw.one(['report', 'recreate']),
    },
    ...(draw.maybe(0.3) ? { guards: { removals: { percent: 100 }, updates: { percent: 100 } } } : {}),
    ...(draw.maybe(0.5) ? { groups: groupsOf(draw) } : {}),
  };
}

function modeOf(draw: Draw, { kind, mode }: DrawContext): Mode {
  if (kind !== 'random' || draw.maybe(0.8)) return mode;
  return mode === 'match' ? 'create' : 'match';
}

function identityOf(draw: Draw, role: Role, suffix: string): NonNullable<ProfileDocument['identity'][Role]> {
  const number = role === 'students' ? 'studentNumber' : 'teacherNumber';
  const rules = [
    { source: 'username', suffix, target: 'userPrincipalName' as const },
    { source: number, suffix: null, target: 'mailNickname' as const },
    { source: 'secondaryEmail', suffix: null, target: 'mail' as const },
    { source: 'username', suffix, target: 'mail' as const },
  ];
  const order = draw.shuffled(rules);
  return draw.all ? order : order.slice(0, 1 + draw.random.below(3));
}

/** Groups of grade levels in the whole district only where no other profile spells grades differently. */
function groupsOf(draw: Draw): NonNullable<ProfileDocument['groups']> {
  const ways = ['role', 'school', 'schoolGrade'] as const;
  return {
    by: draw.all ? ['role', 'school', 'grade', 'schoolGrade'] : ways.filter(() => draw.maybe(0.6)),
    ...(draw.maybe(0.5) ? { names: { school: '{schoolName}: {role}' } } : {}),
    leavers: draw.one(['remove', 'remove', 'keep']),
  };
}

const usernames: Record<Role, string[]> = {
  students: [
    '{givenName:1}{surname}[{graduationYear}]',
    '{surname}.{givenName}[.{middleName:1}]',
    '{studentNumber}',
    '{givenName}-{surname:4}[_{grade}]',
    '{middleName}.{surname}',
    '[{username}.]{studentNumber}',
  ],
  teachers: ['{givenName}.{surname}', '{givenName:1}[{middleName:1}]{surname}', 't-{teacherNumber}', '{username}'],
};

function accountsOf(draw: Draw, role: Role): NonNullable<NonNullable<ProfileDocument['accounts']>[Role]> {
  const pattern = {
    pattern: draw.one(usernames[role]),
    ...(draw.maybe(0.5) ? { maxLength: 8 + draw.random.below(20) } : {}),
    onCollision: draw.all ? ('number' as const) : draw.one(['number' as const, 'report' as const]),
  };
  return {
    ...(draw.maybe(0.75) ? { username: pattern } : {}),
    ...(draw.maybe(0.5)
      ? { password: { length: 12 + draw.random.below(20), readable: false, mustChange: false } }
      : {}),
  };
}

const classNames = [
  '{courseName}[ {period}] - {teacherSurname}[ ({termName})]',
  '{courseNumber}/{sectionNumber}[ <{termName}>] {teacher}',
  '{schoolName}: {courseName:10} #{sectionNumber}[ | {teacher}]',
  '{schoolNumber}-{courseNumber:4}-{sectionNumber}',
  '[{teacherSurname}: ]{courseName} "{period}"',
];

function later(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Draws at random, or takes everything. */
class Draw {
  readonly random: Random;
  /** Every option there is. */
  readonly all: boolean;

  constructor(random: Random, all: boolean) {
    this.random = random;
    this.all = all;
  }

  maybe(share: number): boolean {
    return this.random.next() < share || this.all;
  }

  one<const T>(items: readonly T[]): T {
    return items[this.random.below(items.length)] as T;
  }

  some(items: readonly string[]): string[] {
    return items.filter(() => this.random.next() < 0.6);
  }

  shuffled<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, rank: this.random.next() }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ item }) => item);
  }
}
