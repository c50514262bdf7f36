/** The district's sync profile, and the same choices as the oracle reads them. */
import type { Mode, Rules } from './oracle/expected.ts';

export const domain = 'summit.example';
export const studentDomain = `students.${domain}`;

/** SKU part numbers of the simulated tenant, per role. */
export const skus = { students: 'STANDARDWOFFPACK_STUDENT', teachers: 'STANDARDWOFFPACK_FACULTY' };

/** @param licences skuId per role, from the tenant's subscribed SKUs */
export function demoRules({ mode, teams }: { mode: Mode; teams: boolean }, licences: Rules['licences']): Rules {
  return {
    mode,
    teams,
    identity: {
      students: { source: 'number', suffix: undefined, target: 'mailNickname' },
      teachers: { source: 'username', suffix: domain, target: 'userPrincipalName' },
    },
    domains: { students: studentDomain, teachers: domain },
    licences,
    usageLocation: 'US',
  };
}

/** The profile as `hallpass-relay profile set` takes it. */
export function demoProfile({ mode, teams, domains, licences, usageLocation }: Rules): object {
  return {
    version: 1,
    state: 'enabled',
    name: mode === 'match' ? 'Sync existing users' : 'Create new users',
    mode: { students: mode, teachers: mode },
    identity:
      mode === 'match'
        ? {
            students: { source: 'studentNumber', suffix: null, target: 'mailNickname' },
            teachers: { source: 'username', suffix: domains.teachers, target: 'userPrincipalName' },
          }
        : {},
    domains: mode === 'create' ? domains : {},
    licences: { ...(mode === 'create' ? licences : { students: null, teachers: null }), usageLocation },
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
