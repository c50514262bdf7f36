/** The district's Microsoft 365 tenant before Hallpass: accounts made from PowerSchool's tables, as a district has them. */
import { createHash } from 'node:crypto';
import type { DirectoryFile } from '../simulators/microsoft/directory-file.ts';
import { type SeedPerson, seedDirectory } from '../simulators/microsoft/directory-seed.ts';
import type { DemoOptions } from './options.ts';
import type { SeededAccount } from './oracle/accounts.ts';
import type { Before } from './oracle/before.ts';
import type { District, Person, Role } from './oracle/district.ts';
import { demoRules, domain, skus, studentDomain } from './profile.ts';
import { leftBySds } from './sds.ts';

export interface Directory {
  file: DirectoryFile;
  /** The accounts of the file, with the object ids that they get. */
  accounts: SeededAccount[];
  /** All of it as it was, for the oracle. */
  before: Before;
  /** skuId per role. */
  licences: Record<Role, string>;
}

/** Accounts per role whose names are wanted by somebody who has none yet. */
const namesakes = 3;

/**
 * For match mode people have accounts; for create mode they have none, but a few names are taken. A directory `sds-…` has
 * besides what School Data Sync left behind.
 */
export function demoDirectory(
  district: District,
  { mode, seed, directory }: Pick<DemoOptions, 'mode' | 'seed' | 'directory'>,
): Directory {
  const { people } = district;
  const options = { seed, domain, displayName: 'Summit School District' };
  const seeded = seedDirectory(mode === 'match' ? people.map(seedPerson) : [], options);
  const users = mode === 'match' ? seeded.users : [...seeded.users, ...takenNames(people)];
  const withIds = users.map((user) => ({ ...user, id: guidFrom(`${seed} ${user.userPrincipalName}`) }));
  // A seat for everybody: what happens when seats run out is not the demo's subject.
  const tenantSkus = seeded.tenant.skus.map((sku) => ({ ...sku, enabled: people.length + 100 }));
  const skuId = (part: string) => tenantSkus.find((sku) => sku.skuPartNumber === part)?.skuId ?? '';
  const licences = { students: skuId(skus.students), teachers: skuId(skus.teachers) };
  const plain: DirectoryFile = { tenant: { ...seeded.tenant, skus: tenantSkus }, users: withIds };
  const file =
    directory === 'accounts'
      ? plain
      : leftBySds(plain, district, demoRules({ mode, teams: false }, licences), { seed, form: formOf(directory) });
  return { file, accounts: file.users as SeededAccount[], before: asBefore(file), licences };
}

function formOf(directory: Exclude<DemoOptions['directory'], 'accounts'>): 'v1' | 'v2.1' | 'mixed' {
  return directory === 'sds-v1' ? 'v1' : directory === 'sds-v2.1' ? 'v2.1' : 'mixed';
}

function asBefore({ users, groups = [], schools = [] }: DirectoryFile): Before {
  return {
    users,
    classes: groups.map((one) => ({
      ...one,
      id: String(one.id),
      members: one.members ?? [],
      owners: one.owners ?? [],
    })),
    schools: schools.map((one) => ({ ...one, users: one.users ?? [], classes: one.classes ?? [] })),
  };
}

function seedPerson({ role, dcid, username, number, email, givenName = '', surname = '' }: Person): SeedPerson {
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

/** Accounts that stand in somebody's way: spread over the district, under names that only one person wants. */
function takenNames(people: readonly Person[]): DirectoryFile['users'] {
  return (['students', 'teachers'] as const).flatMap((role) => {
    const named = people.filter(
      (person) => person.role === role && /^[A-Za-z0-9.]{1,40}(?<!\.)$/.test(person.username ?? ''),
    );
    const wanted = Map.groupBy(named, ({ username }) => (username ?? '').toLowerCase());
    const alone = [...wanted].filter(([, wanting]) => wanting.length === 1).map(([name]) => name);
    const step = Math.max(1, Math.floor(alone.length / namesakes));
    const taken = alone.filter((_, at) => at % step === 0).slice(0, Math.min(namesakes, Math.ceil(alone.length / 10)));
    return taken.map((name) => ({
      userPrincipalName: `${name}@${role === 'students' ? studentDomain : domain}`,
      mailNickname: name,
      displayName: `Earlier owner of ${name}`,
    }));
  });
}

/** The same account gets the same object id every time. */
function guidFrom(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
