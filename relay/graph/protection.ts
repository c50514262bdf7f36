/** Why Graph denies a change of one object although the application has the permission. */
import type { GraphClient } from './client.ts';
import { readAll } from './lookups.ts';

interface Item {
  '@odata.type'?: string;
  displayName?: string | null;
  isMemberManagementRestricted?: boolean | null;
}

/**
 * Administrator roles and restricted units of an account, in words; empty where there are none, or where the application
 * may not see them.
 *
 * @throws HallpassError of the class `fix`
 */
export async function protectionOf(client: GraphClient, objectId: string): Promise<string> {
  const [answer] = await readAll(client, [`/users/${objectId}/memberOf`]);
  if (answer?.status !== 200) return '';
  const items = ((answer.body as { value?: Item[] }).value ?? []).filter((item) => item !== null);
  const named = (type: string, is: (item: Item) => boolean = () => true) =>
    items.filter((item) => item['@odata.type'] === `#microsoft.graph.${type}` && is(item));
  const roles = named('directoryRole').map((role) => role.displayName ?? 'an administrator role');
  const units = named('administrativeUnit', (unit) => unit.isMemberManagementRestricted === true).map(
    (unit) => unit.displayName ?? 'a restricted unit',
  );
  return [
    roles.length > 0 ? `it has the role ${roles.join(', ')}` : '',
    units.length > 0 ? `it is in the restricted management administrative unit ${units.join(', ')}` : '',
  ]
    .filter((words) => words !== '')
    .join(', and ');
}
