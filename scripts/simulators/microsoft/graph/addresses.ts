/** Email addresses and aliases are unique in a tenant across accounts, groups and contacts. */
import type { Directory } from '../directory/directory.ts';
import type { Entity } from '../directory/entities.ts';
import { conflict } from '../errors.ts';
import { textOf } from '../json.ts';

/** @throws 400 when something else has the address */
export function checkAddressIsFree(directory: Directory, address: string, self?: Entity): void {
  const key = `smtp:${address}`;
  const { users, groups, contacts } = directory;
  const holders: readonly Entity[] = [...users.find('proxyAddresses', key), ...groups.find('proxyAddresses', key)];
  if (contacts.has(address.toLowerCase()) || holders.some((one) => one !== self)) throw conflict('proxyAddresses');
}

/** In some tenants, names of objects in the recycle bin are not free. @throws 400 */
export function checkNotInBin(directory: Directory, kind: 'user' | 'group', property: string, value: string): void {
  if (!directory.rules.deletedKeepNames) return;
  const isSame = (one: Entity) => textOf(one.props, property)?.toLowerCase() === value.toLowerCase();
  if ([...directory.deleted.values()].some((one) => one.kind === kind && isSame(one))) throw conflict(property);
}
