/**
 * Resolves accounts: links of earlier runs stay; everybody else is matched, or gets a new name, by the profile's mode.
 */
import { exclusionTest } from '../identity/candidates.ts';
import type { DirectoryIndex } from '../identity/directory-index.ts';
import type { ExemptAccounts } from '../identity/exempt.ts';
import type { Handover, Holders } from '../identity/holder.ts';
import { type Candidates, matchPeople, type Rivals } from '../identity/match.ts';
import type { NameHistory } from '../identity/name-history.ts';
import { type NamedPerson, nameAccounts } from '../identity/names.ts';
import type { Link } from '../model/account-link.ts';
import type { Person } from '../model/person.ts';
import { type PersonKey, personIn, personKey } from '../model/person-key.ts';
import type { Problem } from '../model/problem.ts';
import type { Profile } from '../profile/profile.ts';

/** A link that takes the place of another person's. */
export interface HandedOver extends Handover {
  link: Link;
}

export interface ResolvedAccounts {
  /** Links found now, to be stored; without hand-overs. */
  newLinks: Link[];
  handovers: HandedOver[];
  /** Accounts to create, by person key. */
  toCreate: Map<PersonKey, NamedPerson>;
  problems: Problem[];
}

/** The data by which a profile's people are matched and named. */
export interface Surroundings {
  directory: DirectoryIndex;
  holders: Holders;
  /** Claims of people in other profiles. */
  rivals: Rivals;
  /** User names given before. */
  names: NameHistory;
  /** Accounts that belong to nobody, because they are never written to. */
  exempt: Pick<ExemptAccounts, 'has'>;
  /** Whether Hallpass disabled the account. */
  isDisabledByUs: (objectId: string) => boolean;
}

/** @param open people in the profile's schools without an account */
export function resolveAccounts(
  open: readonly Person[],
  profile: Profile,
  { directory, holders, rivals, names, exempt, isDisabledByUs }: Surroundings,
): ResolvedAccounts {
  const toMatch = open.filter((person) => profile.mode[person.role] === 'match');
  const matched = matchPeople(toMatch, candidatesOf(profile, { directory, exempt, isDisabledByUs }), holders, rivals);
  const toName = open.filter((person) => profile.mode[person.role] === 'create');
  const { named, takenOver, problems } = nameAccounts(toName, profile, directory, names, holders);
  const resolved: ResolvedAccounts = {
    newLinks: [],
    handovers: [],
    toCreate: new Map(named.map((one) => [personKey(one.person.role, one.person.id), one])),
    problems: [...matched.problems, ...problems],
  };
  for (const { personKey: key, objectId, rule, handover } of matched.links) {
    const link = linkOf(key, objectId, rule);
    if (handover === undefined) resolved.newLinks.push(link);
    else resolved.handovers.push({ ...handover, link });
  }
  for (const { personKey: key, objectId, handover } of takenOver) {
    resolved.handovers.push({ ...handover, link: linkOf(key, objectId, 'adopted') });
  }
  return resolved;
}

/** The accounts as the profile's rules see them. */
export function candidatesOf(
  { identity }: Profile,
  { directory, exempt, isDisabledByUs }: Pick<Surroundings, 'directory' | 'exempt' | 'isDisabledByUs'>,
): Candidates {
  const excluded = exclusionTest(identity, isDisabledByUs, ({ id }) => exempt.has(id));
  return { directory, rules: identity, excluded };
}

function linkOf(key: PersonKey, objectId: string, rule: string): Link {
  const { role, id: personId } = personIn(key);
  return { role, personId, objectId, rule };
}
