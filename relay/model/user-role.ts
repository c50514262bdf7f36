/**
 * What a user of the console may do. Operators and observers see every district; the other roles are given for one district.
 * A school viewer sees what concerns the schools in the grant, a registrar what the people who maintain PowerSchool can fix.
 */
export const userRoles = ['operator', 'observer', 'admin', 'viewer', 'schoolViewer', 'registrar'] as const;
export type UserRole = (typeof userRoles)[number];

/** Roles for every district, including future ones. */
export const relayRoles = ['operator', 'observer'] as const satisfies readonly UserRole[];

export function isRelayRole(role: UserRole): boolean {
  return (relayRoles as readonly UserRole[]).includes(role);
}

export interface Grant {
  role: UserRole;
  /** Id of the district; `all` for operators and observers. */
  tenantId: string;
  /** Ids of the schools of a school viewer; null for the other roles. */
  schools: readonly string[] | null;
}

/** As people read it. */
export const roleNames: Readonly<Record<UserRole, string>> = {
  operator: 'Operator',
  observer: 'Operator, read-only',
  admin: 'District admin',
  viewer: 'District viewer',
  schoolViewer: 'School viewer',
  registrar: 'SIS registrar',
};
