/** The accounts of a tenant, found by the three properties that an identity rule may name. */
import { fold } from '../../shared/invisible.ts';
import { type Target, targets } from '../profile/identity-rules.ts';

export interface DirectoryUser {
  id: string;
  userPrincipalName: string;
  mail: string | null;
  mailNickname: string | null;
  /** Mastered in an on-premises Active Directory: Graph refuses to write most of its properties. */
  onPremises: boolean;
  /** `Member`, `Guest`; null for accounts of before there were types. */
  userType?: string | null;
  /** `Invitation` for guests, `EmailVerified` for those who signed up by themselves; null for ordinary accounts. */
  creationType?: string | null;
  /** `PendingAcceptance`, `Accepted`; null for accounts of the tenant itself. */
  externalUserState?: string | null;
  /** Whether anybody can sign in with it. */
  enabled?: boolean;
  /** Whether it has a license of its own or through a group. */
  licensed?: boolean;
  /** Whether it has the names of a person; the names themselves are not kept. */
  hasGivenName?: boolean;
  hasSurname?: boolean;
}

export class DirectoryIndex {
  readonly #users = new Map<string, DirectoryUser>();
  readonly #byValue: Record<Target, Map<string, string[]>> = {
    userPrincipalName: new Map(),
    mail: new Map(),
    mailNickname: new Map(),
  };

  constructor(users: Iterable<DirectoryUser> = []) {
    for (const user of users) this.add(user);
  }

  /** Adds an account, or replaces it. */
  add(user: DirectoryUser): void {
    this.remove(user.id);
    this.#users.set(user.id, user);
    for (const target of targets) {
      const value = comparable(user, target);
      if (value === undefined) continue;
      const ids = this.#byValue[target].get(value);
      if (ids === undefined) this.#byValue[target].set(value, [user.id]);
      else ids.push(user.id);
    }
  }

  remove(id: string): void {
    const user = this.#users.get(id);
    if (user === undefined) return;
    this.#users.delete(id);
    for (const target of targets) {
      const value = comparable(user, target);
      if (value === undefined) continue;
      const others = this.#byValue[target].get(value)?.filter((other) => other !== id) ?? [];
      if (others.length === 0) this.#byValue[target].delete(value);
      else this.#byValue[target].set(value, others);
    }
  }

  get(id: string): DirectoryUser | undefined {
    return this.#users.get(id);
  }

  /** Object ids of the accounts whose property equals the value, as {@link fold} compares. */
  find(target: Target, value: string): readonly string[] {
    return this.#byValue[target].get(fold(value)) ?? [];
  }
}

/** What a delta says of an account; a property that is missing has not changed. */
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

/** What is read of accounts: `$select` of the delta. */
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

function comparable(user: DirectoryUser, target: Target): string | undefined {
  return fold(user[target] ?? '') || undefined;
}
