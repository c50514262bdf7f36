/** Step two of a run: who has which account. Decides with the pure rules of identity/, and keeps what was decided. */
import { type DirectoryUser, matchPeople } from '../identity/match.ts';
import { nameAccounts } from '../identity/names.ts';
import { type Person, personKey } from '../identity/people.ts';
import type { Problem } from '../identity/problem.ts';
import type { Accounts } from '../plan/desired.ts';
import type { Profile, Role } from '../profile.ts';
import type { Link } from '../store/links.ts';

export interface ResolvedAccounts {
  accounts: Accounts;
  /** Links found in this run, to be kept. */
  newLinks: Link[];
  problems: Problem[];
}

/**
 * Resolves everybody's account: links of earlier runs stay, the others are matched or named by the profile's mode.
 *
 * @param people those in the profile's schools
 */
export function resolveAccounts(
  people: ReadonlyMap<string, Person>,
  links: readonly Link[],
  directory: readonly DirectoryUser[],
  profile: Profile,
): ResolvedAccounts {
  const linked = new Map(links.map((link) => [personKey(link.role, link.personId), link.objectId]));
  const createdByUs = new Set(
    links
      .filter((link) => link.rule === 'created' || link.rule === 'adopted')
      .map((link) => personKey(link.role, link.personId)),
  );
  const open = [...people].filter(([key]) => !linked.has(key)).map(([, person]) => person);

  const toMatch = open.filter((person) => profile.mode[person.role] === 'match');
  const matched = matchPeople(toMatch, directory, rulesOf(profile), new Set(linked.values()));
  const newLinks = matched.links.map(({ personKey: key, objectId, rule }) => {
    linked.set(key, objectId);
    const [role, personId = ''] = key.split(':');
    return { role: role as Role, personId, objectId, rule };
  });

  const toName = open.filter((person) => profile.mode[person.role] === 'create');
  const existing = new Set(directory.map((user) => user.userPrincipalName.toLowerCase()));
  const { named, problems } = nameAccounts(toName, profile.domains, existing);
  return {
    accounts: { linked, createdByUs, toCreate: named },
    newLinks,
    problems: [...matched.problems, ...problems],
  };
}

function rulesOf(profile: Profile) {
  const { students, teachers } = profile.identity;
  return { ...(students && { students }), ...(teachers && { teachers }) };
}
