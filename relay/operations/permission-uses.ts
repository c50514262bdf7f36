/** Every application permission that the relay asks for, with the reason, for the administrator who is to grant it. Pure. */
import type { AccessKind } from '../model/microsoft-access.ts';
import { type AnyOf, lackingOf, reading, toRead } from '../model/permissions.ts';
import type { Profile } from '../profile/profile.ts';
import { alwaysNeeded, neededByOptions } from './needed-permissions.ts';

export interface PermissionUse {
  /** The least privileged one. */
  permission: string;
  anyOf: AnyOf;
  access: AccessKind;
  /** A sentence. */
  why: string;
  /** `always`: without it there is nothing to see, or nothing is written; `helpful`: something is missing; else a field of profiles. */
  when: 'always' | 'helpful' | string;
}

/** By the least privileged permission. A test keeps the list complete. */
export const reasons: Readonly<Record<string, string>> = {
  'User.Read.All': 'To find the account of each student and teacher by the identity rule.',
  'EduRoster.Read.All': 'To find schools and classes that exist already, so that none comes a second time.',
  'GroupMember.Read.All': 'To see names, owners and members of the groups behind classes.',
  'Member.Read.Hidden': 'To see who is in a class: Microsoft hides the members of every class.',
  'Domain.Read.All': 'To check the domains that new accounts would get.',
  'Organization.Read.All': 'To show the licenses with their free seats.',
  'EduRoster.ReadWrite.All':
    'To create and update schools, classes, and the accounts and school properties of students and teachers.',
  'Group.ReadWrite.All':
    'To add owners and members to classes, and to remove them: each class is a group. The same for security groups, where a profile keeps some.',
  'Group.Create': 'To create security groups of roles, schools and grade levels.',
  'LicenseAssignment.ReadWrite.All': 'To assign licenses to new accounts.',
  'Team.Create': 'To create a team for each class.',
  'User.RevokeSessions.All': 'To sign people out everywhere when their accounts are disabled.',
  'TeamSettings.ReadWrite.All': 'To archive the teams of classes that have ended.',
};

export const permissionUses: readonly PermissionUse[] = [
  ...Object.values(reading).map((anyOf: AnyOf) => useOf(anyOf, 'read', toRead.includes(anyOf) ? 'always' : 'helpful')),
  ...alwaysNeeded.filter((anyOf) => anyOf !== reading.accounts).map((anyOf) => useOf(anyOf, 'write', 'always')),
  ...[...neededByOptions].flatMap(([{ field }, needs]) => needs.map((anyOf) => useOf(anyOf, 'write', field))),
];

function useOf(anyOf: AnyOf, access: AccessKind, when: string): PermissionUse {
  const [permission] = anyOf;
  return { permission, anyOf, access, why: reasons[permission] ?? '', when };
}

/** What an enabled profile needs and does not have. @param granted permissions, as listed in the token */
export function lackingToWrite(profile: Profile, granted: readonly string[]): string[] {
  const chosen = [...neededByOptions].flatMap(([{ isSet }, needs]) => (isSet(profile) ? needs : []));
  return [...new Set(lackingOf([...alwaysNeeded, ...chosen], granted))];
}
