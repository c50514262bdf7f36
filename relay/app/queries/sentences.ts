/** What runs do, in sentences with the names that people know. Pure. */
import { groupingWords } from '../../model/grouping.ts';
import { asGroupingId, asOperationKey, idIn, isGroupKey } from '../../model/keys.ts';
import { isOperationKind, specOf } from '../../operations/registry.ts';
import type { Names } from '../../store/roster/names.ts';

/** One operation of a plan or of the journal. */
export interface Described {
  kind: string;
  /** `class:77`, `students:123`. */
  key: string;
  /** Person keys. */
  people: readonly string[];
  /** The values that it writes, if any. */
  after?: unknown;
}

/** How many people are named for one operation, which may concern 20. */
const namedPeople = 3;

/** `Ada Lovelace joins Biology 1 (section 42)`, without a period. */
export function sentenceOf({ kind, key, people, after }: Described, names: Names): string {
  if (!isOperationKind(kind)) return `${kind} ${key}`;
  const id = idIn(asOperationKey(key));
  const written = displayNameOf(after);
  return specOf(kind).sentence({
    who: peopleOf(people.length > 0 ? people : [key], names),
    isOne: people.length <= 1,
    section: named(names.sections.get(id), 'section', id, written),
    school: named(names.schools.get(id), 'school', id, written),
    group: groupOf(key, names, written),
    after,
  });
}

function peopleOf(keys: readonly string[], { people }: Names): string {
  const shown = keys.slice(0, namedPeople).map((key) => people.get(key) ?? key);
  const more = keys.length - shown.length;
  if (more > 0) return `${shown.join(', ')} and ${more} more`;
  const last = shown.pop() ?? 'nobody';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

/** `the security group of all students`; only an operation on such a group has one to name. */
function groupOf(key: string, { schools }: Names, written: string | undefined): string {
  if (!isGroupKey(key)) return '';
  const whose = groupingWords(asGroupingId(idIn(key)), (school) => schools.get(school));
  return written === undefined ? `the security group of ${whose}` : `the security group ${written} (of ${whose})`;
}

/** The name that is written takes precedence over the roster's. */
function named(name: string | undefined, what: string, id: string, written: string | undefined): string {
  const known = written ?? name;
  return known === undefined ? `${what} ${id}` : `${known} (${what} ${id})`;
}

function displayNameOf(after: unknown): string | undefined {
  if (typeof after !== 'object' || after === null || !('displayName' in after)) return undefined;
  return typeof after.displayName === 'string' ? after.displayName : undefined;
}
