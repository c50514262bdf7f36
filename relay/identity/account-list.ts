/** Lists of accounts as people write them: user names or object ids, with `*` for any characters. */
import { fold } from '../../shared/invisible.ts';
import type { DirectoryUser } from '../model/directory-user.ts';

/** What an entry is compared with. */
export type Listable = Pick<DirectoryUser, 'id' | 'userPrincipalName'>;

/** The first entry that names the account; undefined if none does. Entries without `*` cost the same however many there are. */
export function listLookup(entries: readonly string[]): (user: Listable) => string | undefined {
  const exact = new Map(entries.filter((entry) => !entry.includes('*')).map((entry) => [fold(entry), entry]));
  const patterns = entries
    .filter((entry) => entry.includes('*'))
    .map((entry) => ({ entry, pattern: patternOf(entry) }));
  return ({ id, userPrincipalName }) => {
    const [name, objectId] = [fold(userPrincipalName), id.toLowerCase()];
    const found = exact.get(name) ?? exact.get(objectId);
    return found ?? patterns.find(({ pattern }) => pattern.test(name) || pattern.test(objectId))?.entry;
  };
}

/** Whether an account is on the list. */
export function listTest(entries: readonly string[]): (user: Listable) => boolean {
  const lookup = listLookup(entries);
  return (user) => lookup(user) !== undefined;
}

/** `*` stands for any characters. */
function patternOf(entry: string): RegExp {
  const parts = fold(entry)
    .split('*')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 'u');
}
