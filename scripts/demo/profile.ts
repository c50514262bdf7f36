/** The sync profiles of the demo's district, as documents: the relay and the oracle each read them in their own way. */

import type { Role } from './oracle/district.ts';
import type { Mode, ProfileDocument } from './oracle/rules.ts';

export const domain = 'summit.example';
export const studentDomain = `students.${domain}`;

/** SKU part numbers of the simulated tenant, per role. */
export const skus = { students: 'STANDARDWOFFPACK_STUDENT', teachers: 'STANDARDWOFFPACK_FACULTY' };

export type ProfileKind = 'plain' | 'rich' | 'split' | 'random';

/** What the tenant has to offer. */
export interface Offer {
  /** skuId per role. */
  licences: Record<Role, string>;
  /** A plan of both SKUs. */
  plan: string;
}

export function plainProfile(
  { mode, teams }: { mode: Mode; teams: boolean },
  licences: Offer['licences'],
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
    licences: { ...(creates ? licences : { students: null, teachers: null }), usageLocation: 'US' },
    schools: 'all',
    classes: { createTeam: teams },
    properties: {
      school: ['lowGrade', 'highGrade', 'principalName', 'phone', 'street', 'city', 'state', 'postalCode'],
      section: [],
      student: ['studentNumber', 'grade'],
      teacher: ['teacherNumber'],
    },
  };
}

/** The groups that profiles take licences from. */
export function groupsOf(profiles: readonly ProfileDocument[]): string[] {
  const given = profiles.flatMap(({ licences }) => [licences.students, licences.teachers]);
  return [
    ...new Set(given.flatMap((one) => (one !== null && typeof one === 'object' && 'group' in one ? [one.group] : []))),
  ];
}
