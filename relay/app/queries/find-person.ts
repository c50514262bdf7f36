/**
 * Finds a person by anything that people know: the key in problems, the DCID, the number, the user name, an address,
 * the name, or the account's user name or object id. Pure.
 */
import { fold } from '../../../shared/invisible.ts';
import type { Person } from '../../model/person.ts';
import { personKey } from '../../model/person-key.ts';
import type { Role } from '../../model/role.ts';

export interface KnownPeople {
  people: Iterable<Person>;
  /** Who has which account. */
  links: readonly { role: Role; personId: string; objectId: string; userPrincipalName: string | undefined }[];
}

export interface FoundPerson {
  role: Role;
  personId: string;
  /** Undefined for somebody who is gone from PowerSchool and has an account. */
  person: Person | undefined;
  /** What fits: `DCID`, `number` … */
  by: string;
}

/**
 * Everyone who matches in the first way that finds anyone: ids before numbers, numbers before names.
 *
 * @param role undefined for both
 */
export function findPeople(asked: string, { people, links }: KnownPeople, role?: Role): FoundPerson[] {
  const wanted = fold(asked);
  if (wanted === '') return [];
  const known = new Map([...people].map((person) => [personKey(person.role, person.id), person]));
  const gone = links.filter((link) => !known.has(personKey(link.role, link.personId)));
  const all = [
    ...[...known].map(([key, person]) => ({ key, role: person.role, personId: person.id, person })),
    ...gone.map((link) => ({
      key: personKey(link.role, link.personId),
      role: link.role,
      personId: link.personId,
      person: undefined,
    })),
  ].filter((one) => role === undefined || one.role === role);
  const accounts = new Map(links.map((link) => [personKey(link.role, link.personId), link]));
  const is = (value: string | undefined) => value !== undefined && fold(value) === wanted;
  const ways: [by: string, fits: (one: (typeof all)[number]) => boolean][] = [
    ['key', ({ key }) => is(key)],
    ['DCID', ({ personId }) => is(personId)],
    ['number', ({ person }) => is(person?.number)],
    ['user name', ({ person }) => is(person?.username)],
    ['address', ({ person }) => is(person?.secondaryEmail)],
    [
      'account',
      ({ key }) => {
        const account = accounts.get(key);
        return is(account?.objectId) || is(account?.userPrincipalName) || is(account?.userPrincipalName?.split('@')[0]);
      },
    ],
    ['name', ({ person }) => person !== undefined && namesOf(person).some(is)],
  ];
  for (const [by, fits] of ways) {
    const found = all.filter(fits);
    if (found.length > 0)
      return found.map((one) => ({ role: one.role, personId: one.personId, person: one.person, by }));
  }
  return [];
}

/** As people say and write them: given name first or last, or the surname alone. */
function namesOf({ givenName = '', middleName = '', surname = '' }: Person): string[] {
  const forms = [
    `${givenName} ${surname}`,
    `${surname}, ${givenName}`,
    `${surname} ${givenName}`,
    `${givenName} ${middleName} ${surname}`,
    surname,
  ];
  return forms.filter((form) => /\p{L}/u.test(form));
}

/** `students:10 (Ana Lee, school 1)` */
export function describePerson({ role, personId, person }: FoundPerson): string {
  const name = [person?.givenName, person?.surname].filter((part) => part !== undefined).join(' ');
  const where = person === undefined ? 'gone from PowerSchool' : `school ${person.schoolIds.join(', ')}`;
  return `${personKey(role, personId)} (${[name, where].filter((part) => part !== '').join(', ')})`;
}
