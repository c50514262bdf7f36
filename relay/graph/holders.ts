/** Who has a name, alias or address that must be unique: accounts and groups, those in the recycle bin too. */
import { HallpassError, passing } from '../../shared/errors.ts';
import type { GraphAnswer, GraphClient } from './client.ts';
import { equals, readAll } from './lookups.ts';

export interface Holder {
  kind: 'account' | 'guest account' | 'class' | 'group' | 'deleted account' | 'deleted group';
  id: string;
  name: string | undefined;
}

/** What somebody else has. */
export interface Wanted {
  /** `userPrincipalName`, `mailNickname`, `proxyAddresses`; undefined where Graph did not say. */
  property: string | undefined;
  userPrincipalName: string | undefined;
  mailNickname: string | undefined;
  /** Object id, where Graph named it. */
  holder: string | undefined;
}

interface Item {
  id?: string;
  '@odata.type'?: string;
  displayName?: string | null;
  userPrincipalName?: string | null;
  mailNickname?: string | null;
  mail?: string | null;
  proxyAddresses?: string[] | null;
  userType?: string | null;
  creationOptions?: string[] | null;
}

const ofUsers = 'id,displayName,userPrincipalName,mailNickname,userType';
const ofGroups = 'id,displayName,mailNickname,creationOptions';

/**
 * The holder; undefined where the application can see none.
 *
 * @throws HallpassError of the class `fix`
 */
export async function findHolder(client: GraphClient, wanted: Wanted): Promise<Holder | undefined> {
  const { userPrincipalName, mailNickname, holder } = wanted;
  if (userPrincipalName === undefined && mailNickname === undefined && holder === undefined) return undefined;
  const answers = await readAll(client, urlsFor(wanted));
  for (const answer of answers) {
    const [first] = itemsOf(answer);
    if (first?.id !== undefined) return holderOf(first, first.userPrincipalName === undefined ? 'group' : 'account');
  }
  return await findDeleted(client, wanted);
}

function urlsFor({ property, userPrincipalName, mailNickname, holder }: Wanted): string[] {
  const urls: string[] = [];
  const users = (filter: string) => urls.push(`/users?$filter=${filter}&$select=${ofUsers}`);
  const groups = (filter: string) => urls.push(`/groups?$filter=${filter}&$select=${ofGroups}`);
  if (holder !== undefined) {
    urls.push(`/users/${holder}?$select=${ofUsers}`, `/groups/${holder}?$select=${ofGroups}`);
  }
  if (userPrincipalName !== undefined && property !== 'mailNickname')
    users(equals('userPrincipalName', userPrincipalName));
  if (mailNickname !== undefined && property !== 'userPrincipalName') {
    groups(equals('mailNickname', mailNickname));
    users(equals('mailNickname', mailNickname));
  }
  if (property !== 'userPrincipalName' && property !== 'mailNickname') {
    const address = userPrincipalName ?? (mailNickname === undefined ? undefined : `${mailNickname}@`);
    if (address !== undefined) {
      const literal = address.replaceAll("'", "''");
      const test = userPrincipalName === undefined ? `startswith(p,'smtp:${literal}')` : `p eq 'smtp:${literal}'`;
      const filter = encodeURIComponent(`proxyAddresses/any(p:${test})`);
      users(filter);
      groups(filter);
    }
  }
  return urls;
}

/** A filter on deleted objects is not documented, so they are all read: there are some hundreds, of 30 days. */
async function findDeleted(client: GraphClient, wanted: Wanted): Promise<Holder | undefined> {
  const kinds = wanted.userPrincipalName === undefined ? (['group', 'user'] as const) : (['user', 'group'] as const);
  for (const kind of kinds) {
    const pages = client.pages<Item>(`/directory/deletedItems/microsoft.graph.${kind}`);
    const found = await firstAmong(pages, (item) => isHeldBy(item, wanted)).catch(unreadable);
    if (found !== undefined) return holderOf(found, kind === 'user' ? 'deleted account' : 'deleted group');
  }
  return undefined;
}

/** Without the permission to see deleted objects, or while Graph is busy, nobody is found. */
function unreadable(error: unknown): undefined {
  if (error instanceof HallpassError && ['GRAPH_DENIED', 'GRAPH_REJECTED'].includes(error.code)) return undefined;
  passing(error);
  return undefined;
}

async function firstAmong(
  pages: AsyncIterable<{ items: Item[] }>,
  is: (item: Item) => boolean,
): Promise<Item | undefined> {
  for await (const { items } of pages) {
    const found = items.find(is);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The name of a deleted account begins with its object id, without hyphens. */
function isHeldBy(item: Item, { userPrincipalName, mailNickname }: Wanted): boolean {
  const same = (a: string | null | undefined, b: string | undefined) =>
    a !== undefined && a !== null && b !== undefined && a.toLowerCase() === b.toLowerCase();
  const bare = item.userPrincipalName?.replace(/^[0-9a-f]{32}/i, '');
  const addresses = (item.proxyAddresses ?? []).map((address) => address.replace(/^smtp:/i, ''));
  return (
    same(bare, userPrincipalName) ||
    same(item.mailNickname, mailNickname) ||
    same(item.mail, userPrincipalName) ||
    addresses.some((one) => same(one, userPrincipalName) || same(one.split('@')[0], mailNickname))
  );
}

function itemsOf(answer: GraphAnswer | undefined): Item[] {
  if (answer?.status !== 200) return [];
  const body = (answer.body ?? {}) as Item & { value?: Item[] };
  return body.value ?? [body];
}

function holderOf(item: Item, kind: Holder['kind']): Holder {
  const isClass = kind === 'group' && item.creationOptions?.includes('classAssignments') === true;
  const isGuest = kind === 'account' && item.userType === 'Guest';
  return {
    kind: isClass ? 'class' : isGuest ? 'guest account' : kind,
    id: item.id ?? '',
    name: item.displayName ?? item.userPrincipalName ?? undefined,
  };
}

/** `the group "Chess club" (id …), which is not Hallpass's`. @param owner the record whose object it is, where Hallpass has it */
export function nameHolder(holder: Holder | undefined, owner: string | undefined): string {
  if (holder === undefined) return 'another object, which the application cannot see';
  const name = holder.name === undefined ? '' : ` "${holder.name}"`;
  const whose = owner === undefined ? 'which Hallpass did not make' : `which Hallpass has as ${owner}`;
  return `the ${holder.kind}${name} (object id ${holder.id}), ${whose}`;
}
