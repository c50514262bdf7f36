/** The option for security groups, and what their operations have in common. Pure. */
import { hash } from 'node:crypto';
import type { Body } from '../model/body.ts';
import type { GroupingId } from '../model/keys.ts';
import type { MarkedItem, ProfileOption } from './spec.ts';

export const groupOption: ProfileOption = {
  field: 'groups.by',
  isSet: ({ groups }) => groups.by.length > 0,
  act: 'create security groups',
  otherwise: 'set groups.by to []',
};

/** Graph's limit for the mailNickname of groups. */
const longest = 64;

/**
 * The alias by which Hallpass knows a security group of its own again: the one text of such a group that is required, can
 * be searched for, and that nobody sees in lists. Microsoft keeps it unique among Microsoft 365 groups alone.
 */
export function groupNickname(id: GroupingId): string {
  const whole = `hallpass-${id}`;
  return whole.length <= longest ? whole : `${whole.slice(0, longest - 17)}-${hash('sha256', id, 'hex').slice(0, 16)}`;
}

/** What is sent when it is created, and never again. */
export function groupCreation(id: GroupingId): Body {
  const description = 'People of PowerSchool, kept in step by Hallpass';
  return { description, mailNickname: groupNickname(id), mailEnabled: false, securityEnabled: true };
}

/**
 * Whether it is a plain security group with our alias. One with dynamic members, one to which roles can be assigned, and
 * one of an on-premises Active Directory is never touched, whatever it is called.
 */
export function isOwnGroup(item: MarkedItem, id: GroupingId): boolean {
  return (
    item.mailNickname?.toLowerCase() === groupNickname(id).toLowerCase() &&
    item.securityEnabled === true &&
    item.mailEnabled !== true &&
    item.isAssignableToRole !== true &&
    item.onPremisesSyncEnabled !== true &&
    (item.groupTypes ?? []).length === 0
  );
}

export const groupMarks =
  'id,mailNickname,securityEnabled,mailEnabled,groupTypes,isAssignableToRole,onPremisesSyncEnabled';
