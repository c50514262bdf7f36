/** Who has which account: links of earlier runs stay, everybody else is matched or named by the profile's mode. */
import type { DirectoryIndex } from '../identity/directory-index.ts';
import { matchPeople } from '../identity/match.ts';
import type { NameHistory } from '../identity/name-history.ts';
import { type NamedPerson, nameAccounts } from '../identity/names.ts';
import { type Person, personKey } from '../identity/people.ts';
import type { Problem } from '../identity/problem.ts';
import type { Profile, Role } from '../profile.ts';
import type { Link } from '../store/links.ts';

export interface ResolvedAccounts {
  /** Links found now, to be kept. */
  newLinks: Link[];
  /** Accounts to be made, by person key. */
  toCreate: Map<string, NamedPerson>;
  problems: Problem[];
}

/**
 * @param open people of the profile's schools who have no account yet
 * @param taken object ids of accounts that belong to somebody
 * @param names user names that were given before
 */
export function resolveAccounts(
  open: readonly Person[],
  directory: DirectoryIndex,
  profile: Profile,
  taken: { has(objectId: string): boolean },
  names: NameHistory,
): ResolvedAccounts {
  const toMatch = open.filter((person) => profile.mode[person.role] === 'match');
  const matched = matchPeople(toMatch, directory, profile.identity, taken);
  const toName = open.filter((person) => profile.mode[person.role] === 'create');
  const { named, problems } = nameAccounts(toName, profile, directory, names);
  return {
    newLinks: matched.links.map(({ personKey: key, objectId, rule }) => {
      const [role, personId = ''] = key.split(':');
      return { role: role as Role, personId, objectId, rule };
    }),
    toCreate: new Map(named.map((one) => [personKey(one.person.role, one.person.id), one])),
    problems: [...matched.problems, ...problems],
  };
}
