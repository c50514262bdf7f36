/**
 * Finds what has a name, alias or address that must be unique: accounts and groups, including those in the recycle bin.
 */
import { z } from 'zod';
import { HallpassError, passing } from '../../shared/errors.ts';
import { bodyIn, type GraphAnswer } from './answer.ts';
import { pageOf } from './bodies/object.ts';
import { type HolderBody, holder } from './bodies/user.ts';
import type { GraphClient } from './client.ts';
import { equals, readAll } from './lookups.ts';

export interface Holder {
  kind: 'account' | 'guest account' | 'class' | 'group' | 'deleted account' | 'deleted group';
  id: string;
  name: string | undefined;
}

/** Values that something else already has. */
export interface Wanted {
  /** `userPrincipalName`, `mailNickname`, `proxyAddresses`; undefined if Graph did not say. */
  property: string | undefined;
  userPrincipalName: string | undefined;
  mailNickname: string | undefined;
  /** Object id, if Graph named it. */
  holder: string | undefined;
}

const found = z.union([pageOf(holder).transform(({ value }) => value), holder.transform((one) => [one])]);

const ofUsers = 'id,displayName,userPrincipalName,mailNickname,userType';
const ofGroups = 'id,displayName,mailNickname,creationOptions';

/** The holder; undefined where the application can see none, `unanswered` where Graph did not say just now. */
export type HolderLook = Holder | undefined | 'unanswered';

/**
 * The holder of each value, looked up together.
 *
 * @param deleted one instance per pass, so that many conflicts read the deleted objects once
 * @throws HallpassError of the class `fix`
 */
export async function findHolders(
  client: GraphClient,
  wanted: readonly Wanted[],
  deleted: DeletedObjects,
): Promise<HolderLook[]> {
  const urls = wanted.map(urlsFor);
  const answers = await readAll(client, urls.flat());
  const holders: HolderLook[] = [];
  let at = 0;
  for (const [index, one] of wanted.entries()) {
    const mine = answers.slice(at, at + (urls[index]?.length ?? 0));
    at += mine.length;
    const found = mine.map(itemsOf);
    const [first] = found.flatMap((items) => items ?? []);
    if (first !== undefined) holders.push(holderOf(first, 'userPrincipalName' in first ? 'account' : 'group'));
    else if (found.includes(undefined)) holders.push('unanswered');
    else holders.push(mine.length === 0 ? undefined : await deleted.find(one));
  }
  return holders;
}

function urlsFor({ property, userPrincipalName, mailNickname, holder }: Wanted): string[] {
  const urls: string[] = [];
  const users = (filter: string) => urls.push(`/users?$filter=${filter}&$select=${ofUsers}`);
  const groups = (filter: string) => urls.push(`/groups?$filter=${filter}&$select=${ofGroups}`);
  if (holder !== undefined) {
    urls.push(`/users/${holder}?$select=${ofUsers}`, `/groups/${holder}?$select=${ofGroups}`);
  }
  const isGroup = userPrincipalName === undefined;
  if (!isGroup && property !== 'mailNickname') users(equals('userPrincipalName', userPrincipalName));
  // An account's alias need not be unique, so it counts only if Graph says that it is taken.
  if (mailNickname !== undefined && (isGroup || property === 'mailNickname')) {
    groups(equals('mailNickname', mailNickname));
    users(equals('mailNickname', mailNickname));
  }
  const address = userPrincipalName ?? (mailNickname && `${mailNickname}@`);
  if (address !== undefined) {
    const literal = address.replaceAll("'", "''");
    const test = isGroup ? `startswith(p,'smtp:${literal}')` : `p eq 'smtp:${literal}'`;
    const filter = encodeURIComponent(`proxyAddresses/any(p:${test})`);
    users(filter);
    groups(filter);
  }
  return urls;
}

/** Filtering deleted objects is not documented, so all are read, once: there are some hundreds, from 30 days. */
export class DeletedObjects {
  readonly #client: GraphClient;
  readonly #read = new Map<'user' | 'group', Promise<ReadonlyMap<string, HolderBody> | 'unanswered'>>();

  constructor(client: GraphClient) {
    this.#client = client;
  }

  async find({ userPrincipalName, mailNickname }: Wanted): Promise<HolderLook> {
    const kinds = userPrincipalName === undefined ? (['group', 'user'] as const) : (['user', 'group'] as const);
    for (const kind of kinds) {
      const objects = await this.#objects(kind);
      if (objects === 'unanswered') return objects;
      const keys = [userPrincipalName, mailNickname].flatMap((name) => name?.toLowerCase() ?? []);
      const found = keys.map((key) => objects.get(key)).find((item) => item !== undefined);
      if (found !== undefined) return holderOf(found, kind === 'user' ? 'deleted account' : 'deleted group');
    }
    return undefined;
  }

  async #objects(kind: 'user' | 'group'): Promise<ReadonlyMap<string, HolderBody> | 'unanswered'> {
    const known = this.#read.get(kind) ?? this.#readAll(kind).catch(unreadable);
    this.#read.set(kind, known);
    const objects = await known;
    // Those who ask together are told the same; the next one asks again.
    if (objects === 'unanswered' && this.#read.get(kind) === known) this.#read.delete(kind);
    return objects;
  }

  async #readAll(kind: 'user' | 'group'): Promise<Map<string, HolderBody>> {
    const objects = new Map<string, HolderBody>();
    const path = `/directory/deletedItems/microsoft.graph.${kind}`;
    for await (const { items } of this.#client.pages(path, holder)) {
      for (const item of items) for (const name of namesOf(item)) if (!objects.has(name)) objects.set(name, item);
    }
    return objects;
  }
}

/** Without the permission to see deleted objects, none are found. */
function unreadable(error: unknown): ReadonlyMap<string, HolderBody> | 'unanswered' {
  if (error instanceof HallpassError && ['GRAPH_DENIED', 'GRAPH_REJECTED'].includes(error.code)) return new Map();
  passing(error);
  return 'unanswered';
}

/**
 * A deleted object's names, addresses, and aliases, in lower case. Its user name begins with its object id, without
 * hyphens.
 */
function namesOf({ userPrincipalName, mailNickname, mail, proxyAddresses }: HolderBody): string[] {
  const addresses = (proxyAddresses ?? []).map((address) => address.replace(/^smtp:/i, ''));
  const names = [
    userPrincipalName?.replace(/^[0-9a-f]{32}/i, ''),
    mailNickname,
    mail,
    ...addresses,
    ...addresses.map((address) => address.split('@')[0]),
  ];
  return names.flatMap((name) => name?.toLowerCase() ?? []);
}

/** Undefined where the answer does not tell: there is none, or it has another format. */
function itemsOf(answer: GraphAnswer | undefined): HolderBody[] | undefined {
  return answer === undefined || answer.status === 200 ? bodyIn(found, answer) : [];
}

function holderOf(item: HolderBody, kind: Holder['kind']): Holder {
  const isClass = kind === 'group' && item.creationOptions?.includes('classAssignments') === true;
  const isGuest = kind === 'account' && item.userType === 'Guest';
  return {
    kind: isClass ? 'class' : isGuest ? 'guest account' : kind,
    id: item.id,
    name: item.displayName ?? item.userPrincipalName ?? undefined,
  };
}

/**
 * `the group "Chess club" (id …), which is not Hallpass's`. @param owner the record whose object it is, if it is one of
 * Hallpass's
 */
export function nameHolder(holder: Holder | undefined, owner: string | undefined): string {
  if (holder === undefined)
    return 'another object that the application cannot see, such as a mail contact or a public folder';
  const name = holder.name === undefined ? '' : ` "${holder.name}"`;
  const whose = owner === undefined ? 'which Hallpass did not create' : `which Hallpass has as ${owner}`;
  return `the ${holder.kind}${name} (object id ${holder.id}), ${whose}`;
}
