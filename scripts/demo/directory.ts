/**
 * The district's Microsoft 365 tenant before Hallpass: accounts made from PowerSchool's tables, as a district has them.
 */
import { createHash } from 'node:crypto';
import type { DirectoryFile } from '../simulators/microsoft/directory-file.ts';
import { type SeedPerson, seedDirectory } from '../simulators/microsoft/directory-seed.ts';
import { dcids, type SdsOptions, type SisIds, seedRoster } from '../simulators/microsoft/sds-seed.ts';
import type { DemoOptions } from './options.ts';
import { nameAccounts, type SeededAccount, type Subject } from './oracle/accounts.ts';
import type { Before } from './oracle/before.ts';
import type { District, Person } from './oracle/district.ts';
import { type ProfileDocument, type Rules, readRules } from './oracle/rules.ts';
import { scopeOf } from './oracle/scope.ts';
import { licenseName } from './oracle/users.ts';
import { domain, groupsOf, type Offer, skus } from './profile.ts';
import { demoProfiles } from './profile-draws.ts';
import { leftBySds } from './sds.ts';
import { summit } from './sites.ts';

export interface Directory {
  file: DirectoryFile;
  /** The accounts of the file, with the object ids that they get. */
  accounts: SeededAccount[];
  /** A copy of the original state, for the oracle. */
  before: Before;
  /** The profiles that suit the tenant. */
  profiles: ProfileDocument[];
  /** The license that each group gives. */
  groupLicenses: Map<string, string>;
}

/** How many accounts per role have a name that a person without an account needs. */
const namesakes = 3;

/**
 * People whom a profile matches have accounts; people for whom it creates accounts have none, but a few of their names
 * are taken. A directory `sds-…` or `seed-roster` also has what School Data Sync left behind.
 *
 * @param today local date, YYYY-MM-DD
 * @param oneEach whether everybody who is matched has one account, and nobody two or none
 */
export function demoDirectory(
  district: District,
  options: Pick<DemoOptions, 'mode' | 'seed' | 'directory' | 'teams' | 'profile'>,
  today: string,
  oneEach = false,
): Directory {
  const { seed, directory } = options;
  const { tenant, users: office } = seedDirectory([], { seed, domain, displayName: summit.name });
  const skuOf = (part: string) => tenant.skus.find((sku) => sku.skuPartNumber === part);
  const offer: Offer = {
    licenses: { students: skuOf(skus.students)?.skuId ?? '', teachers: skuOf(skus.teachers)?.skuId ?? '' },
    plan: skuOf(skus.students)?.servicePlans?.[0]?.servicePlanId ?? '',
  };
  const schools = district.schools.map(({ dcid }) => dcid);
  const profiles = demoProfiles({ ...options, kind: options.profile, schools, today }, offer);
  const rules = profiles.map(readRules);
  const subjects = scopeOf(district, rules, today).people;
  const users = [...accountsFor(district, rules, subjects, { seed, oneEach }), ...takenNames(subjects)];
  const withIds = distinct([...users, ...office]).map((user) => ({
    ...user,
    id: guidFrom(`${seed} ${user.userPrincipalName}`),
  }));
  const groups = groupsOf(profiles).map((id, at) => ({
    id,
    displayName: `Licenses ${at + 1}`,
    mailNickname: `licenses${at + 1}`,
    assignedLicenses: [{ skuId: offer.licenses.students, disabledPlans: [] }],
  }));
  const domains = new Set([
    ...rules.flatMap((one) => [one.domains.students, one.domains.teachers]).filter((name) => name !== ''),
    ...withIds.map(({ userPrincipalName }) => userPrincipalName.slice(userPrincipalName.lastIndexOf('@') + 1)),
  ]);
  for (const { id } of tenant.domains) domains.delete(id);
  const plain: DirectoryFile = {
    tenant: {
      ...tenant,
      domains: [...tenant.domains, ...[...domains].map((id) => ({ id }))],
      // A seat for everyone: running out of seats is not the demo's subject.
      skus: tenant.skus.map((sku) => ({ ...sku, enabled: district.people.length + 100 })),
    },
    users: withIds,
    groups,
  };
  const file =
    directory === 'accounts' ? plain : leftBySds(plain, district, rules, { seed, today, ...leftIn(directory) });
  return {
    file,
    accounts: file.users as SeededAccount[],
    before: asBefore(file),
    profiles,
    groupLicenses: new Map(groups.map(({ id }) => [id, licenseName(offer.licenses.students, [])])),
  };
}

/** The accounts of people who are not to get new ones, by domain. People in no profile, or in two, have one, too. */
function accountsFor(
  { people }: District,
  profiles: readonly Rules[],
  subjects: readonly Subject[],
  how: { seed: number; oneEach: boolean },
): DirectoryFile['users'] {
  const owners = new Map(subjects.map(({ person, rules }) => [person.key, rules]));
  const [first] = profiles;
  const byDomain = Map.groupBy(people, ({ key, role }) => {
    const rules = owners.get(key) ?? first;
    if (rules?.mode[role] === 'create') return undefined;
    return rules?.domains.teachers || domain;
  });
  byDomain.delete(undefined);
  return [...byDomain].flatMap(
    ([own, members]) => seedDirectory(members.map(seedPerson), { ...how, domain: own ?? domain }).users,
  );
}

/** Several domains bring the same office accounts. */
function distinct(users: DirectoryFile['users']): DirectoryFile['users'] {
  return [...new Map(users.map((user) => [user.userPrincipalName.toLowerCase(), user])).values()];
}

function leftIn(directory: Exclude<DemoOptions['directory'], 'accounts'>): Pick<SdsOptions, 'form'> & { ids: SisIds } {
  if (directory === 'seed-roster') return { form: 'v1', ids: seedRoster };
  return { form: directory === 'sds-v1' ? 'v1' : directory === 'sds-v2.1' ? 'v2.1' : 'mixed', ids: dcids };
}

function asBefore({ users, groups = [], schools = [] }: DirectoryFile): Before {
  return {
    users,
    classes: groups
      .filter(({ isClass }) => isClass)
      .map((one) => ({
        ...one,
        id: String(one.id),
        members: one.members ?? [],
        owners: one.owners ?? [],
      })),
    schools: schools.map((one) => ({ ...one, users: one.users ?? [], classes: one.classes ?? [] })),
  };
}

export function seedPerson({ role, dcid, username, number, email, givenName = '', surname = '' }: Person): SeedPerson {
  return {
    role: role === 'students' ? 'student' : 'teacher',
    dcid,
    givenName,
    surname,
    ...(username === undefined ? {} : { username }),
    ...(number === undefined ? {} : { number }),
    ...(email === undefined ? {} : { secondaryEmail: email }),
  };
}

/** Accounts that take a name which someone needs: spread over the district, under names that only one person needs. */
function takenNames(subjects: readonly Subject[]): DirectoryFile['users'] {
  const creating = subjects.filter(({ person, rules }) => rules.mode[person.role] === 'create');
  const names = nameAccounts(creating, []).accounts;
  return (['students', 'teachers'] as const).flatMap((role) => {
    const alone = creating.flatMap(({ person }) => {
      const name = person.role === role ? names.get(person.key) : undefined;
      return name !== undefined && /^[A-Za-z0-9.]{1,40}@/.test(name) ? [name] : [];
    });
    const step = Math.max(1, Math.floor(alone.length / namesakes));
    const taken = alone.filter((_, at) => at % step === 0).slice(0, Math.min(namesakes, Math.ceil(alone.length / 10)));
    return taken.map((name) => {
      const [local = ''] = name.split('@');
      return { userPrincipalName: name, mailNickname: local, displayName: `Earlier owner of ${local}` };
    });
  });
}

/** The same account gets the same object id every time. */
function guidFrom(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
