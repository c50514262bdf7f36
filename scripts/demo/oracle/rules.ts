/**
 * A profile as the oracle reads it: from the JSON document, by docs/profile.md, with the defaults given there.
 * Documents that the relay refuses do not concern the oracle.
 */
import type { Role } from './district.ts';

export interface IdentityRule {
  source: 'username' | 'number' | 'email';
  /** Appended as `@suffix`. */
  suffix: string | undefined;
  target: 'userPrincipalName' | 'mail' | 'mailNickname';
}

export type Mode = 'match' | 'create';

export type UsernameRule = 'username' | { pattern: string; maxLength: number; numbered: boolean };

/** Of first passwords. */
export interface PasswordRule {
  length: number;
  /** Without characters that are hard to tell apart. */
  readable: boolean;
}

export type License = { skuId: string; disabledPlans: string[] } | { group: string };

type WayToGroup = 'role' | 'school' | 'grade' | 'schoolGrade';

export interface Rules {
  name: string;
  mode: Record<Role, Mode>;
  /** In the order in which they are tried. */
  identity: Record<Role, IdentityRule[]>;
  /** Of new accounts. */
  domains: Record<Role, string>;
  usernames: Record<Role, UsernameRule>;
  passwords: Record<Role, PasswordRule>;
  /** For accounts that are created. */
  licenses: Record<Role, License | undefined>;
  usageLocation: string;
  /** DCIDs. */
  schools: 'all' | Set<string>;
  /** The ids used by the classes that already existed. */
  classesBy: { id: 'dcid' | 'id'; prefix: string };
  properties: Record<'school' | 'student' | 'teacher', Set<string>>;
  /** The code that is written for a grade level. */
  gradeCode(level: string): string;
  /** Whether pre-registered students count as students. */
  takesPreRegistered: boolean;
  /** The pattern of class names. */
  className: string;
  /** Whether a class gets its name when it is created, and never again. */
  namedOnce: boolean;
  replacesCharacters: boolean;
  /** Security groups. */
  groups: { by: Set<WayToGroup>; schoolName: string; keepsLeavers: boolean };
  /** Whether every class with an owner is a team. */
  teams: boolean;
  /** The first and last day on which anything is provisioned, YYYY-MM-DD. */
  startsOn: string | undefined;
  expiresOn: string | undefined;
  openDaysBefore: number | undefined;
  studentsFrom: string | undefined;
  /** Whether a person who leaves a class before its end stays in it. */
  keeps: Record<Role, boolean>;
  /** Whether a person stays in a class whose term is over. */
  keepsAfterTerm: Record<Role, boolean>;
  /** What happens to people whom PowerSchool no longer has. */
  gone: {
    disables: Record<Role, boolean>;
    signsOut: boolean;
    /** For classes without a section. */
    ends: Set<'removeStudents' | 'markExpired' | 'archiveTeam'>;
    afterDays: number;
  };
}

/** The parts of a document that the oracle knows; everything else has no visible effect. */
export interface ProfileDocument {
  name: string;
  mode: Record<Role, Mode>;
  identity: Partial<Record<Role, DocumentRule | DocumentRule[]>>;
  domains: Partial<Record<Role, string>>;
  accounts?: Partial<
    Record<Role, { username?: DocumentUsername; password?: Partial<PasswordRule> & { mustChange?: boolean } }>
  >;
  licenses: Record<Role, null | string | { skuId: string; disabledPlans?: string[] } | { group: string }> & {
    usageLocation: string;
  };
  schools: 'all' | string[];
  adoption?: { ids?: { sections?: DocumentReading; [kind: string]: unknown } };
  properties: { school?: string[]; student?: string[]; teacher?: string[]; [kind: string]: string[] | undefined };
  classes?: {
    name?: string;
    displayName?: 'always' | 'create-only';
    unsupportedCharacters?: 'keep' | 'replace';
    createTeam?: boolean;
  };
  groups?: { by?: WayToGroup[]; names?: { school?: string }; leavers?: 'remove' | 'keep' };
  dates?: Partial<Record<'startsOn' | 'expiresOn' | 'studentsFrom', string | null>> & {
    openDaysBefore?: number | null;
  };
  grades?: 'raw' | Record<string, string>;
  preRegistered?: boolean;
  policies?: {
    studentLeftClass?: 'remove' | 'keep';
    teacherLeftClass?: 'remove' | 'keep';
    studentTermEnded?: 'remove' | 'keep' | null;
    teacherTermEnded?: 'remove' | 'keep' | null;
    studentGone?: 'keep' | 'disable';
    teacherGone?: 'keep' | 'disable';
    revokeSessions?: boolean;
    sectionGone?: 'keep' | ('removeStudents' | 'markExpired' | 'archiveTeam')[];
    goneForDays?: number;
  };
  [other: string]: unknown;
}

type DocumentReading = 'dcid' | 'id' | { id: 'dcid' | 'id'; prefix?: string };

interface DocumentRule {
  source: string;
  suffix: string | null;
  target: IdentityRule['target'];
}

type DocumentUsername = 'username' | { pattern: string; maxLength?: number; onCollision?: 'report' | 'number' };

export function readRules(document: ProfileDocument): Rules {
  const { name, mode, identity, domains, accounts, licenses, schools, properties, classes, dates, policies, adoption } =
    document;
  const perRole = <T>(value: (role: Role) => T): Record<Role, T> => ({
    students: value('students'),
    teachers: value('teachers'),
  });
  const keeps = { students: policies?.studentLeftClass === 'keep', teachers: policies?.teacherLeftClass !== 'remove' };
  const afterTerm = { students: policies?.studentTermEnded, teachers: policies?.teacherTermEnded };
  return {
    name,
    mode,
    gradeCode: gradeCoder(document.grades),
    takesPreRegistered: document.preRegistered === true,
    identity: perRole((role) => [identity[role] ?? []].flat().map(identityRule)),
    domains: perRole((role) => domains[role] ?? ''),
    usernames: perRole((role) => usernameRule(accounts?.[role]?.username)),
    passwords: perRole((role) => {
      const { length = 16, readable = true } = accounts?.[role]?.password ?? {};
      return { length, readable };
    }),
    licenses: perRole((role) => license(licenses[role])),
    usageLocation: licenses.usageLocation,
    schools: schools === 'all' ? 'all' : new Set(schools),
    classesBy: reading(adoption?.ids?.sections),
    properties: {
      school: new Set(properties.school),
      student: new Set(properties.student),
      teacher: new Set(properties.teacher),
    },
    className: classes?.name ?? '{courseName} - {sectionNumber}',
    namedOnce: classes?.displayName === 'create-only',
    replacesCharacters: classes?.unsupportedCharacters === 'replace',
    groups: {
      by: new Set(document.groups?.by),
      schoolName: document.groups?.names?.school ?? '{role} - {schoolName}',
      keepsLeavers: document.groups?.leavers === 'keep',
    },
    teams: classes?.createTeam === true,
    startsOn: dates?.startsOn ?? undefined,
    expiresOn: dates?.expiresOn ?? undefined,
    openDaysBefore: dates?.openDaysBefore ?? undefined,
    studentsFrom: dates?.studentsFrom ?? undefined,
    keeps,
    keepsAfterTerm: perRole((role) => (afterTerm[role] ? afterTerm[role] === 'keep' : keeps[role])),
    gone: {
      disables: { students: policies?.studentGone === 'disable', teachers: policies?.teacherGone === 'disable' },
      signsOut: policies?.revokeSessions === true,
      ends: new Set(Array.isArray(policies?.sectionGone) ? policies.sectionGone : []),
      afterDays: policies?.goneForDays ?? 14,
    },
  };
}

/** Kindergarten is 0, levels below it are pre-kindergarten down to -5, and the others have two digits up to 13. */
function gradeCoder(given: ProfileDocument['grades']): (level: string) => string {
  if (given === 'raw') return (level) => level;
  return (level) => {
    const own = given?.[level];
    if (own !== undefined) return own;
    if (level === '0') return 'KG';
    if (/^-[1-5]$/.test(level)) return 'PK';
    return /^[1-9]$/.test(level) ? `0${level}` : level;
  };
}

/** Whether nothing is provisioned under the profile today. */
export function rests({ startsOn, expiresOn }: Pick<Rules, 'startsOn' | 'expiresOn'>, today: string): boolean {
  return (startsOn !== undefined && today < startsOn) || (expiresOn !== undefined && today > expiresOn);
}

function identityRule({ source, suffix, target }: DocumentRule): IdentityRule {
  const own = source === 'username' ? 'username' : source === 'secondaryEmail' ? 'email' : 'number';
  return { source: own, suffix: suffix ?? undefined, target };
}

function reading(given: DocumentReading = 'dcid'): Rules['classesBy'] {
  return typeof given === 'string' ? { id: given, prefix: '' } : { prefix: '', ...given };
}

function usernameRule(rule: DocumentUsername = 'username'): UsernameRule {
  if (rule === 'username') return rule;
  const { pattern, maxLength = 64, onCollision } = rule;
  return { pattern, maxLength, numbered: onCollision === 'number' };
}

function license(given: ProfileDocument['licenses'][Role]): License | undefined {
  if (given === null) return undefined;
  if (typeof given === 'string') return { skuId: given, disabledPlans: [] };
  return 'group' in given ? given : { skuId: given.skuId, disabledPlans: given.disabledPlans ?? [] };
}
