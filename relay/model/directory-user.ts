import type { DeltaPosition } from './delta-position.ts';

/** An account of the tenant, as far as the relay stores it. */
export interface DirectoryUser {
  id: string;
  userPrincipalName: string;
  mail: string | null;
  mailNickname: string | null;
  /** Mastered in an on-premises Active Directory: Graph refuses to write most of its properties. */
  onPremises: boolean;
  /** `Member`, `Guest`; null for accounts older than these types. */
  userType?: string | null;
  /** `Invitation` for guests, `EmailVerified` for those who signed up themselves; null for ordinary accounts. */
  creationType?: string | null;
  /** `PendingAcceptance`, `Accepted`; null for the tenant's own accounts. */
  externalUserState?: string | null;
  /** Whether sign-in is allowed. */
  enabled?: boolean;
  /** Whether it has a license, directly or through a group. */
  licensed?: boolean;
  /** Whether it has a person's names; the names themselves are not stored. */
  hasGivenName?: boolean;
  hasSurname?: boolean;
}

/** A delta's report about an account; a missing property has not changed. */
export interface DirectoryUserChange {
  id: string;
  userPrincipalName?: string;
  mail?: string | null;
  mailNickname?: string | null;
  onPremisesSyncEnabled?: boolean | null;
  userType?: string | null;
  creationType?: string | null;
  externalUserState?: string | null;
  accountEnabled?: boolean | null;
  assignedLicenses?: readonly unknown[] | null;
  givenName?: string | null;
  surname?: string | null;
}

/** What is read of accounts: the delta's `$select`. */
export const accountProperties = [
  'id',
  'userPrincipalName',
  'mail',
  'mailNickname',
  'onPremisesSyncEnabled',
  'userType',
  'creationType',
  'externalUserState',
  'accountEnabled',
  'assignedLicenses',
  'givenName',
  'surname',
] as const satisfies readonly (keyof DirectoryUserChange)[];

/** The account after the change. */
export function changedUser(before: DirectoryUser | undefined, change: DirectoryUserChange): DirectoryUser {
  const { id, userPrincipalName, mail, mailNickname, onPremisesSyncEnabled } = change;
  return {
    id,
    userPrincipalName: userPrincipalName ?? before?.userPrincipalName ?? '',
    mail: mail === undefined ? (before?.mail ?? null) : mail,
    mailNickname: mailNickname === undefined ? (before?.mailNickname ?? null) : mailNickname,
    onPremises: onPremisesSyncEnabled === undefined ? before?.onPremises === true : onPremisesSyncEnabled === true,
    userType: change.userType === undefined ? (before?.userType ?? null) : change.userType,
    creationType: change.creationType === undefined ? (before?.creationType ?? null) : change.creationType,
    externalUserState:
      change.externalUserState === undefined ? (before?.externalUserState ?? null) : change.externalUserState,
    enabled: change.accountEnabled === undefined ? before?.enabled !== false : change.accountEnabled !== false,
    licensed:
      change.assignedLicenses === undefined ? before?.licensed === true : (change.assignedLicenses?.length ?? 0) > 0,
    hasGivenName: change.givenName === undefined ? before?.hasGivenName === true : Boolean(change.givenName),
    hasSurname: change.surname === undefined ? before?.hasSurname === true : Boolean(change.surname),
  };
}

export interface DirectoryChanges extends DeltaPosition {
  /** True when this is the whole directory rather than a difference. */
  full: boolean;
  upserts: DirectoryUserChange[];
  /** Object ids that are gone (including soft-deleted ones). */
  deletes: string[];
}
