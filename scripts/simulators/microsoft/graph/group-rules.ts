/** What the directory requires of a group, and what it adds when a group is created. */
import type { Directory } from '../directory/directory.ts';
import type { Group } from '../directory/entities.ts';
import { badRequest, conflict, invalidValue } from '../errors.ts';
import { type Bag, textOf } from '../json.ts';
import { checkAddressIsFree, checkNotInBin } from './addresses.ts';
import { checkNickname } from './user-rules.ts';

const visibilities = ['Private', 'Public', 'HiddenMembership'];
const atCreationOnly = ['creationOptions', 'resourceBehaviorOptions', 'groupTypes', 'isAssignableToRole'];
export function checkNewGroup(directory: Directory, props: Bag): void {
  const unified = isUnified(props);
  if (unified && props.mailEnabled !== true) throw invalidValue('mailEnabled', 'Group');
  if (!unified && props.mailEnabled === true) {
    throw badRequest('Mail-enabled security groups and distribution lists cannot be created through Microsoft Graph.');
  }
  const visibility = textOf(props, 'visibility');
  if (visibility !== undefined && !visibilities.includes(visibility)) throw invalidValue('visibility', 'Group');
  checkGroupNames(directory, props);
}

export function checkGroupPatch(directory: Directory, group: Group, patch: Bag): void {
  const fixed = atCreationOnly.find((name) => Object.hasOwn(patch, name));
  if (fixed !== undefined) throw badRequest(`Property '${fixed}' can be set only when the group is created.`);
  const visibility = textOf(patch, 'visibility');
  const hidden = 'HiddenMembership';
  const mayChange = visibility !== hidden && group.props.visibility !== hidden;
  if (visibility !== undefined && visibility !== group.props.visibility && !mayChange) {
    throw badRequest('HiddenMembership can be set only when a group is created, and cannot be updated later.');
  }
  if (visibility !== undefined && !visibilities.includes(visibility)) throw invalidValue('visibility', 'Group');
  checkGroupNames(directory, patch, group);
}

/**
 * mailNickname and uniqueName: well-formed, and not used by another group. The reference promises a unique mailNickname
 * for Microsoft 365 groups alone: two security groups may share one.
 */
export function checkGroupNames(directory: Directory, props: Bag, self?: Group): void {
  const alias = textOf(props, 'mailNickname');
  if (alias !== undefined) {
    checkNickname(alias, 'Group');
    if (isUnified(self?.props ?? props)) {
      const others = directory.groups.find('mailNickname', alias).filter((group) => group !== self);
      if (others.some((group) => isUnified(group.props))) throw conflict('mailNickname');
      checkNotInBin(directory, 'group', 'mailNickname', alias);
      checkAddressIsFree(directory, addressOf(directory, alias), self);
    }
  }
  const unique = textOf(props, 'uniqueName');
  if (unique !== undefined && directory.groups.find('uniqueName', unique).some((group) => group !== self)) {
    throw conflict('uniqueName');
  }
}

/** The properties that the directory sets itself. */
export function completeGroup(directory: Directory, props: Bag): Bag {
  if (!isUnified(props)) return { groupTypes: [], ...props };
  const mail = addressOf(directory, String(props.mailNickname));
  return { visibility: 'Public', ...props, mail, proxyAddresses: [`SMTP:${mail}`] };
}

function addressOf({ tenant }: Directory, alias: string): string {
  return `${alias}@${tenant.domains.find((known) => known.isDefault)?.id ?? 'localhost'}`;
}

export function isUnified(props: Bag): boolean {
  const types = props.groupTypes;
  return Array.isArray(types) && types.includes('Unified');
}
