/** The profiles of the demo's district, as documents: the relay and the oracle each read them independently. */
import type { Role } from './oracle/district.ts';
import type { Mode, ProfileDocument } from './oracle/rules.ts';
import { summit } from './sites.ts';

export const { domain } = summit;
const studentDomain = `students.${domain}`;

/** SKU part numbers of the simulated tenant, per role. */
export const skus = { students: 'STANDARDWOFFPACK_STUDENT', teachers: 'STANDARDWOFFPACK_FACULTY' };

/** What the tenant holds at the start. */
export type DirectoryKind = 'accounts' | 'sds-v1' | 'sds-v2.1' | 'sds-mixed' | 'seed-roster';

export type ProfileKind = 'plain' | 'rich' | 'split' | 'random';

/** As `profile check` recommends for a tenant of the seed-roster plugin. */
const seedRosterIds: Record<string, unknown> & { sections: 'id' } = {
  schools: 'schoolNumber',
  sections: 'id',
  students: { id: 'studentNumber', prefix: 'students_' },
  teachers: { id: 'dcid', prefix: 'users_' },
};

/** What the tenant offers. */
export interface Offer {
  /** skuId per role. */
  licenses: Record<Role, string>;
  /** A plan that both SKUs have. */
  plan: string;
}

export function plainProfile(
  { mode, teams, directory }: { mode: Mode; teams: boolean; directory: DirectoryKind },
  licenses: Offer['licenses'],
): ProfileDocument {
  const creates = mode === 'create';
  return {
    version: 1,
    name: creates ? 'Create new users' : 'Sync existing users',
    mode: { students: mode, teachers: mode },
    identity: creates
      ? {}
      : {
          students: { source: 'studentNumber', suffix: null, target: 'mailNickname' },
          teachers: { source: 'username', suffix: domain, target: 'userPrincipalName' },
        },
    domains: creates ? { students: studentDomain, teachers: domain } : {},
    licenses: { ...(creates ? licenses : { students: null, teachers: null }), usageLocation: 'US' },
    schools: 'all',
    classes: { createTeam: teams },
    ...(directory === 'seed-roster' ? { adoption: { ids: seedRosterIds } } : {}),
    properties: {
      school: ['lowGrade', 'highGrade', 'principalName', 'phone', 'street', 'city', 'state', 'postalCode'],
      section: [],
      student: ['studentNumber', 'grade'],
      teacher: ['teacherNumber'],
    },
  };
}

/** The groups from which profiles give licenses. */
export function groupsOf(profiles: readonly ProfileDocument[]): string[] {
  const given = profiles.flatMap(({ licenses }) => [licenses.students, licenses.teachers]);
  return [
    ...new Set(given.flatMap((one) => (one !== null && typeof one === 'object' && 'group' in one ? [one.group] : []))),
  ];
}
