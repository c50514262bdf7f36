/** What runs do, in sentences with the names that people know. Pure. */
import type { Names } from '../../store/roster/names.ts';

/** One operation of a plan or of the journal. */
export interface Told {
  kind: string;
  /** `class:77`, `students:123`. */
  key: string;
  /** Person keys. */
  people: readonly string[];
  /** What it writes, where it writes values. */
  after?: unknown;
}

/** How many people are named of one operation, which may concern 20. */
const namedPeople = 3;

/** `Ada Lovelace joins Biology 1 (section 42)`, without a full stop. */
export function sentenceOf({ kind, key, people, after }: Told, names: Names): string {
  const id = key.slice(key.indexOf(':') + 1);
  const who = peopleOf(people.length > 0 ? people : [key], names);
  const one = people.length <= 1;
  const section = named(names.sections.get(id), 'section', id, displayNameOf(after));
  switch (kind) {
    case 'createSchool':
      return `${named(names.schools.get(id), 'school', id, displayNameOf(after))} is made`;
    case 'updateSchool':
      return `${named(names.schools.get(id), 'school', id, undefined)} is updated`;
    case 'createUser':
      return `${who} gets an account`;
    case 'updateUser':
      return `the account of ${who} is updated`;
    case 'assignLicence':
      return `${who} gets a license`;
    case 'addToLicenceGroup':
      return `${who} ${one ? 'joins' : 'join'} the group of a license`;
    case 'createClass':
      return `${section} is made`;
    case 'updateClass':
      return `${section} is updated`;
    case 'addSchoolClass':
      return `${section} becomes a class of its school`;
    case 'addSchoolUser':
      return `${who} ${one ? 'joins' : 'join'} the school`;
    case 'addOwners':
      return `${who} ${one ? 'becomes an owner' : 'become owners'} of ${section}`;
    case 'addMembers':
      return `${who} ${one ? 'joins' : 'join'} ${section}`;
    case 'removeOwner':
      return `${who} is no longer an owner of ${section}`;
    case 'removeMember':
      return `${who} leaves ${section}`;
    case 'createTeam':
      return `${section} gets a team${isWaiting(after) ? ', which its students see when a teacher has activated it' : ''}`;
    case 'disableUser':
      return `the account of ${who} is disabled`;
    case 'enableUser':
      return `the account of ${who} is enabled`;
    case 'expireClass':
      return `${section} is marked as expired`;
    case 'archiveTeam':
      return `the team of ${section} is archived`;
    case 'unarchiveTeam':
      return `the team of ${section} is opened again`;
    default:
      return `${kind} ${key}`;
  }
}

function peopleOf(keys: readonly string[], { people }: Names): string {
  const shown = keys.slice(0, namedPeople).map((key) => people.get(key) ?? key);
  const more = keys.length - shown.length;
  if (more > 0) return `${shown.join(', ')} and ${more} more`;
  const last = shown.pop() ?? 'nobody';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

/** The name that is written goes before that of the roster. */
function named(name: string | undefined, what: string, id: string, written: string | undefined): string {
  const known = written ?? name;
  return known === undefined ? `${what} ${id}` : `${known} (${what} ${id})`;
}

/** A class team that was just made, until one of its owners opens it. */
function isWaiting(after: unknown): boolean {
  return typeof after === 'object' && after !== null && 'activation' in after && after.activation === 'waiting';
}

function displayNameOf(after: unknown): string | undefined {
  if (typeof after !== 'object' || after === null || !('displayName' in after)) return undefined;
  return typeof after.displayName === 'string' ? after.displayName : undefined;
}
