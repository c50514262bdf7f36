/**
 * A tenant for a PowerSchool district: derives from its people the accounts that such a district would have. Most
 * people match by one rule, some have no account, some have two, and the directory also holds irrelevant accounts.
 */
import type { DirectoryFile } from './directory-file.ts';
import { type Random, seededRandom, seedOf } from './random.ts';

export interface SeedPerson {
  role: 'student' | 'teacher';
  /** PowerSchool's own id: together with the role, it seeds a person's random choices. */
  dcid: string;
  username?: string;
  /** Student or teacher number. */
  number?: string;
  secondaryEmail?: string;
  givenName: string;
  surname: string;
}

export interface SeedOptions {
  seed: number;
  /** The staff's domain; students are in `students.<domain>`. */
  domain: string;
  displayName?: string;
  /** Everybody has one account, and nobody two or none. */
  oneEach?: boolean;
}

type SeedUser = DirectoryFile['users'][number];

/** Shares of all people, at least one person each; synced and disabled ones are drawn for each person. */
const withoutAccount = 0.01;
const withTwo = 0.005;
const synced = 0.05;
const disabled = 0.01;
const guests = 0.002;
/** Students with a parent who is a guest under the address that PowerSchool has for the student. */
const parents = 0.01;

const plans = [
  { servicePlanId: '9aaf7827-d63c-4b61-89c3-182f06f82e5c', servicePlanName: 'EXCHANGE_S_STANDARD' },
  { servicePlanId: '57ff2da0-773e-42df-b2af-ffb7a2317929', servicePlanName: 'TEAMS1' },
  { servicePlanId: 'c33802dd-1b50-4b9a-8bb9-f13d2cdeadac', servicePlanName: 'SCHOOL_DATA_SYNC_P1' },
];

/**
 * Students: mailNickname is the student number, userPrincipalName `username@students.<domain>`. Teachers:
 * userPrincipalName `username@<domain>`, mail the secondary address. Names that an account cannot have (accents, a
 * second person with the same user name) are changed into valid ones, as an administrator would do: those people do not
 * match by user name.
 */
export function seedDirectory(people: readonly SeedPerson[], options: SeedOptions): DirectoryFile {
  const { seed, domain } = options;
  const studentDomain = `students.${domain}`;
  const initial = `${domain.split('.')[0]?.replaceAll(/[^a-z\d]/gi, '') ?? 'district'}.onmicrosoft.com`;
  const names = new Names();
  const users: SeedUser[] = officeAccounts(domain, names);
  const fates = options.oneEach === true ? people.map((): Fate => 'one') : fatesOf(people, seed);
  for (const [at, person] of people.entries()) {
    const fate = fates[at];
    if (fate === 'none') continue;
    const chance = seededRandom(seedOf(seed + 1, `${person.role} ${person.dcid}`));
    const account = accountOf(person, person.role === 'student' ? studentDomain : domain, names, chance);
    users.push(account);
    if (fate === 'two') users.push(secondAccount(person, account, initial, names));
  }
  users.push(...guestAccounts(Math.ceil(people.length * guests), initial, names));
  users.push(...parentAccounts(people, seed, initial, names));
  const seats = Math.ceil(people.length * 1.2) + 100;
  return {
    tenant: {
      displayName: options.displayName ?? `${domain} (simulated)`,
      domains: [{ id: domain, isDefault: true }, { id: studentDomain }, { id: initial, isInitial: true }],
      skus: [
        {
          skuPartNumber: 'STANDARDWOFFPACK_STUDENT',
          skuId: '314c4481-f395-4525-be8b-2ec4bb1e9d91',
          enabled: seats,
          servicePlans: plans,
        },
        {
          skuPartNumber: 'STANDARDWOFFPACK_FACULTY',
          skuId: '94763226-9b3c-4e75-a931-5c89701abe66',
          enabled: seats,
          servicePlans: plans,
        },
      ],
    },
    users,
  };
}

type Fate = 'none' | 'one' | 'two';

/** Chosen by rank instead of at random, so that even a small district has every case. */
function fatesOf(people: readonly SeedPerson[], seed: number): Fate[] {
  const rolls = people.map((person, at) => ({ at, roll: seedOf(seed, `${person.role} ${person.dcid}`) }));
  rolls.sort((left, right) => left.roll - right.roll || left.at - right.at);
  const none = Math.ceil(people.length * withoutAccount);
  const two = Math.ceil(people.length * withTwo);
  const fates = people.map((): Fate => 'one');
  for (const [rank, { at }] of rolls.entries()) {
    if (rank < none) fates[at] = 'none';
    else if (rank < none + two) fates[at] = 'two';
    else break;
  }
  return fates;
}

function accountOf(person: SeedPerson, domain: string, names: Names, chance: Random): SeedUser {
  const local = names.free(person.username ?? `${person.givenName}.${person.surname}`, domain);
  const userPrincipalName = `${local}@${domain}`;
  const isSynced = chance.next() < synced;
  const isDisabled = chance.next() < disabled;
  const student = person.role === 'student';
  const user: SeedUser = {
    userPrincipalName,
    mailNickname: asAlias((student ? person.number : undefined) ?? local),
    displayName: `${person.givenName} ${person.surname}`.trim().slice(0, 256) || local,
    mail: student ? userPrincipalName : (person.secondaryEmail ?? userPrincipalName),
    accountEnabled: !isDisabled,
    usageLocation: 'US',
  };
  if (person.givenName !== '') user.givenName = person.givenName.slice(0, 64);
  if (person.surname !== '') user.surname = person.surname.slice(0, 64);
  if (!student && person.number !== undefined) user.employeeId = person.number.slice(0, 16);
  if (isSynced) {
    user.onPremisesSyncEnabled = true;
    user.onPremisesImmutableId = Buffer.from(chance.guid()).toString('base64');
  }
  return user;
}

/** Another account that the usual rule also finds: a student's old one, or a teacher who is also a guest. */
function secondAccount(person: SeedPerson, first: SeedUser, initial: string, names: Names): SeedUser {
  if (person.role === 'student') {
    const [local = '', domain = ''] = first.userPrincipalName.split('@');
    return {
      userPrincipalName: `${names.free(`${local}.old`, domain)}@${domain}`,
      mailNickname: first.mailNickname,
      displayName: `${first.displayName} (old)`.slice(0, 256),
      accountEnabled: false,
      ...(first.givenName === undefined ? {} : { givenName: first.givenName }),
      ...(first.surname === undefined ? {} : { surname: first.surname }),
    };
  }
  const mail = first.mail ?? first.userPrincipalName;
  const local = names.free(`${mail.replace('@', '_')}#EXT#`, initial);
  return {
    userPrincipalName: `${local}@${initial}`,
    mailNickname: asAlias(local),
    displayName: first.displayName,
    mail,
    ...asGuest,
  };
}

/** As an accepted invitation leaves it. */
const asGuest = { userType: 'Guest', creationType: 'Invitation', externalUserState: 'Accepted' } as const;

function officeAccounts(domain: string, names: Names): SeedUser[] {
  const account = (local: string, displayName: string, more: Partial<SeedUser> = {}): SeedUser => ({
    userPrincipalName: `${names.free(local, domain)}@${domain}`,
    mailNickname: local,
    displayName,
    ...more,
  });
  return [
    account('global.admin', 'Global Administrator'),
    account('helpdesk', 'Help Desk', { mail: `helpdesk@${domain}` }),
    account('sync.service', 'On-Premises Directory Synchronization Service Account'),
    account('office', 'Front Office', { mail: `office@${domain}`, accountEnabled: false }),
    account('cart.chromebooks', 'Chromebook Cart', { mail: `cart.chromebooks@${domain}`, accountEnabled: false }),
    account('room.library', 'Library', { mail: `room.library@${domain}`, accountEnabled: false }),
    account('room.gym', 'Gym', { mail: `room.gym@${domain}`, accountEnabled: false }),
  ];
}

function guestAccounts(count: number, initial: string, names: Names): SeedUser[] {
  return Array.from({ length: count }, (_, at): SeedUser => {
    const mail = `visitor${at + 1}@partner.example`;
    const local = names.free(`${mail.replace('@', '_')}#EXT#`, initial);
    return {
      userPrincipalName: `${local}@${initial}`,
      mailNickname: asAlias(local),
      displayName: `Visitor ${at + 1}`,
      mail,
      ...asGuest,
    };
  });
}

function parentAccounts(people: readonly SeedPerson[], seed: number, initial: string, names: Names): SeedUser[] {
  return people.flatMap(({ role, dcid, secondaryEmail, surname }): SeedUser[] => {
    if (role !== 'student' || secondaryEmail === undefined) return [];
    if (seededRandom(seedOf(seed + 2, dcid)).next() >= parents) return [];
    const local = names.free(`${secondaryEmail.replace('@', '_')}#EXT#`, initial);
    const displayName = `Parent ${surname}`.slice(0, 256);
    return [
      {
        userPrincipalName: `${local}@${initial}`,
        mailNickname: asAlias(local),
        displayName,
        mail: secondaryEmail,
        ...asGuest,
      },
    ];
  });
}

/** Local parts that are well-formed and free. */
class Names {
  readonly #taken = new Set<string>();

  free(wanted: string, domain: string): string {
    const plain = wanted
      .normalize('NFD')
      .replaceAll(/[^A-Za-z0-9'._!#^~-]/g, '')
      .slice(0, 58)
      .replace(/\.+$/, '');
    const base = plain === '' ? 'person' : plain;
    for (let suffix = 1; ; suffix++) {
      const local = suffix === 1 ? base : `${base}${suffix}`;
      const key = `${local}@${domain}`.toLowerCase();
      if (this.#taken.has(key)) continue;
      this.#taken.add(key);
      return local;
    }
  }
}

function asAlias(text: string): string {
  const alias = text
    .replaceAll(/[^!-~]|[@()\\[\]";:<>,]/g, '')
    .slice(0, 64)
    .replace(/\.+$/, '');
  return alias === '' ? 'person' : alias;
}

const firstNames = ['Ada', 'Ben', 'Chloë', 'Dina', 'Emil', 'Faye', 'Gus', 'Hana', 'Ivo', 'José', 'Kim', 'Liam', 'Mina'];
const lastNames = ['Abbott', 'Brown', "O'Neil", 'Díaz', 'Evans', 'Fischer', 'Grant', 'Hughes', 'Ito', 'Jones', 'Klein'];

/** People for a directory without a district behind it: nine students to one teacher. */
export function samplePeople(count: number, seed: number): SeedPerson[] {
  const chance = seededRandom(seed);
  return Array.from({ length: count }, (_, at): SeedPerson => {
    const givenName = firstNames[chance.below(firstNames.length)] ?? '';
    const surname = lastNames[chance.below(lastNames.length)] ?? '';
    const role = at % 10 === 9 ? 'teacher' : 'student';
    const username = `${givenName}.${surname}${at + 1}`.toLowerCase();
    const person = { role, dcid: String(at + 1), username, number: String(100_001 + at), givenName, surname } as const;
    return role === 'teacher'
      ? { ...person, secondaryEmail: `${username.normalize('NFD').replaceAll(/[^\w.]/g, '')}@staff.example` }
      : person;
  });
}
