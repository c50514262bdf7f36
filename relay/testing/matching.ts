/** People and accounts in a few words, and the matching of them, for its tests. */
import { exclusionTest } from '../identity/candidates.ts';
import type { DirectoryIndex } from '../identity/directory-index.ts';
import type { Holder } from '../identity/holder.ts';
import { matchPeople as matchAll, type Rules } from '../identity/match.ts';
import type { DirectoryUser } from '../model/directory-user.ts';
import { asSchoolId } from '../model/keys.ts';
import type { Person } from '../model/person.ts';
import { type CandidateOptions, type IdentityRule, noCandidateOptions } from '../profile/identity-rules.ts';

export function person(id: string, values: Partial<Person> = {}): Person {
  const nothing = { username: undefined, number: undefined, secondaryEmail: undefined, givenName: undefined };
  const rest = { surname: undefined, middleName: undefined, grade: undefined, graduationYear: undefined };
  return { role: 'students', id, schoolIds: [asSchoolId('1')], preRegistered: false, ...nothing, ...rest, ...values };
}

export const account = (id: string, values: Partial<DirectoryUser> = {}): DirectoryUser => ({
  id,
  userPrincipalName: `${id}@contoso.edu`,
  mail: null,
  mailNickname: null,
  onPremises: false,
  ...values,
});

export const rule = (values: Partial<IdentityRule> = {}): IdentityRule =>
  ({ source: 'username', suffix: 'contoso.edu', target: 'userPrincipalName', ...values }) as IdentityRule;

/** @param taken object ids that belong to somebody, and who that is */
export function matchPeople(
  people: Person[],
  directory: DirectoryIndex,
  rules: Rules,
  taken: ReadonlyMap<string, Partial<Holder>> = new Map(),
  options: CandidateOptions = noCandidateOptions,
) {
  const holders = new Map(
    [...taken].map(([id, holder]) => [
      id,
      { subject: 'students:0' as const, person: undefined, byHand: false, facts: {}, ...holder },
    ]),
  );
  const excluded = exclusionTest(options);
  return matchAll(people, { directory, rules, excluded }, { holderOf: (id) => holders.get(id) });
}
