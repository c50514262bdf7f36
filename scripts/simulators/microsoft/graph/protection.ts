/** Accounts and groups that an application may not change although it has the permission for all others. */
import type { Group, User } from '../directory/entities.ts';
import { GraphError } from '../errors.ts';
import type { Bag } from '../json.ts';

/** Properties of an administrator's account that an application may not change without a role of its own. */
const sensitive = [
  'accountEnabled',
  'businessPhones',
  'mobilePhone',
  'onPremisesImmutableId',
  'otherMails',
  'passwordProfile',
  'userPrincipalName',
];

/** @param patch the properties to change; undefined for a deletion @throws 403 */
export function checkMayChange(user: User, patch: Bag | undefined): void {
  if (user.protection === 'restrictedUnit') throw restricted();
  if (user.protection !== 'administrator') return;
  if (patch === undefined || Object.keys(patch).some((name) => sensitive.includes(name))) throw refused();
}

/** Its properties, its members and owners. @throws 403 */
export function checkMayChangeGroup(group: Group): void {
  if (group.protection === 'restrictedUnit') throw restricted();
}

/** Groups that can hold administrator roles require a permission that the simulator's app never has. @throws 403 */
export function checkMayAssign(group: Group): void {
  checkMayChangeGroup(group);
  if (group.props.isAssignableToRole === true) throw refused();
}

const plain = 'Insufficient privileges to complete the operation.';

function refused(): GraphError {
  return new GraphError(403, 'Authorization_RequestDenied', plain);
}

function restricted(): GraphError {
  return new GraphError(
    403,
    'Authorization_RequestDenied',
    `${plain} Target object is a member of a restricted management administrative unit and can only be modified by administrators scoped to that administrative unit. Check that you are assigned a role that has permission to perform the operation for this restricted management administrative unit. Learn more: https://go.microsoft.com/fwlink/?linkid=2197831`,
  );
}
