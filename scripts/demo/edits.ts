/**
 * Edits like those of a school office, chosen from the tables, and how each must show in Graph. The oracle says what
 * they lead to under the district's profiles; an edit without a visible effect is not chosen. Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import { editKinds } from './edit-kinds.ts';
import type { District } from './oracle/district.ts';
import { type Circumstances, type Expected, expectedState } from './oracle/expected.ts';
import { bindLimit } from './oracle/totals.ts';

export type Check =
  /** Sections and schools by DCID, people by key. */
  | { kind: 'member' | 'owner'; section: string; person: string; present: boolean }
  | { kind: 'disabled'; person: string }
  | { kind: 'signedOut'; person: string }
  | { kind: 'archived'; section: string }
  | { kind: 'className'; section: string; displayName: string }
  | { kind: 'schoolName'; school: string; displayName: string };

export interface Edit {
  /** Of those in edit-kinds.ts. */
  kind: string;
  title: string;
  /** Body of the PowerSchool simulator's `POST /_sim/edit`. */
  body: object[];
  /** All of them hold once the edit has arrived. */
  checks: Check[];
  /** The fewest writes to Graph that get there. */
  writes: number;
}

/** In a round, one edit of each. */
const mostKinds = 5;
/** How many candidates of one kind are tried. */
const tries = 5;
/**
 * The guard holds changes to most of a school of 100 classes or more and waits for a person: the demo makes no such
 * edits.
 */
const mostWrites = 75;
/**
 * Nor those that end more memberships of a school than the guard lets pass within 24 hours: by default 20 in a small school, a tenth
 * in others.
 */
const fewEndings = 20;
const endingsShare = 0.05;

export interface ChosenEdits {
  edits: Edit[];
  /** What must be there after the last one. */
  leadsTo: Expected;
}

/** Edits that this district allows, made one after the other. @param rounds of up to five kinds */
export function chooseEdits(
  district: District,
  expected: Expected,
  circumstances: Circumstances,
  rounds = 1,
): ChosenEdits {
  const edits: Edit[] = [];
  let [tables, now] = [district, expected];
  /** Students who are already part of an edit. */
  const concerned = new Set<string>();
  const endings = new Endings(district);
  const choose = (kind: string): boolean => {
    const candidates = editKinds[kind]?.({ district: tables, expected: now, today: circumstances.today, concerned });
    for (const { title, body, after } of candidates?.take(tries) ?? []) {
      const then = expectedState(after, circumstances, now);
      const effect = effectOf(now, then);
      if (effect === undefined || !endings.allow(effect.checks)) continue;
      edits.push({ kind, title, body, ...effect });
      [tables, now] = [after, then];
      return true;
    }
    return false;
  };
  let kinds = Object.keys(editKinds);
  for (let round = 1; round <= rounds; round += 1) {
    const most = edits.length + mostKinds;
    const chosen = kinds.filter((kind) => edits.length < most && choose(kind));
    // From the second round on the same again, and others where there is none left of one.
    kinds = [...new Set([...chosen, ...kinds])];
  }
  return { edits, leadsTo: now };
}

/** Memberships that edits have ended, by school. */
class Endings {
  readonly #schoolOf: ReadonlyMap<string, string>;
  readonly #there = new Map<string, number>();
  readonly #ended = new Map<string, number>();

  constructor({ sections, enrollments }: District) {
    this.#schoolOf = new Map(sections.map(({ dcid, school }) => [dcid, school]));
    for (const { section } of enrollments) addTo(this.#there, this.#schoolOf.get(section) ?? '', 1);
  }

  /** Whether the guard lets them pass; they count from then on. */
  allow(checks: readonly Check[]): boolean {
    const counts = new Map<string, number>();
    for (const check of checks) {
      if ('present' in check && !check.present) addTo(counts, this.#schoolOf.get(check.section) ?? '', 1);
    }
    for (const [school, count] of counts) {
      const most = Math.max(fewEndings, (this.#there.get(school) ?? 0) * endingsShare);
      if ((this.#ended.get(school) ?? 0) + count > most) return false;
    }
    for (const [school, count] of counts) addTo(this.#ended, school, count);
    return true;
  }
}

function addTo(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

/** Undefined when there is nothing to see, too much, or a team to create, which takes too long to wait for here. */
function effectOf(before: Expected, after: Expected): Pick<Edit, 'checks' | 'writes'> | undefined {
  const checks: Check[] = [];
  let writes = 0;
  const schools = new Map(before.schools.map((school) => [school.dcid, school]));
  for (const { dcid: school, properties } of after.schools) {
    if (isDeepStrictEqual(properties, schools.get(school)?.properties)) continue;
    checks.push({ kind: 'schoolName', school, displayName: String(properties.displayName) });
    writes += 1;
  }
  const users = new Map(before.users.map((user) => [user.person.key, user]));
  for (const { person, ...user } of after.users) {
    for (const kind of ['disabled', 'signedOut'] as const) {
      if (!user[kind] || users.get(person.key)?.[kind]) continue;
      checks.push({ kind, person: person.key });
      writes += 1;
    }
  }
  const classes = new Map(before.classes.map((one) => [one.dcid, one]));
  for (const { dcid: section, properties, owners, members, team, archived } of after.classes) {
    const was = classes.get(section);
    if (was === undefined || was.team !== team) return undefined;
    if (archived && !was.archived) {
      checks.push({ kind: 'archived', section });
      writes += 1;
    }
    if (!isDeepStrictEqual(properties, was.properties)) writes += 1;
    if (properties.displayName !== was.properties.displayName)
      checks.push({ kind: 'className', section, displayName: String(properties.displayName) });
    for (const [kind, now, earlier] of [
      ['owner', owners, was.owners],
      ['member', members, was.members],
    ] as const) {
      const [added, removed] = [[...now.difference(earlier)], [...earlier.difference(now)]];
      checks.push(
        ...added.map((person) => ({ kind, section, person, present: true })),
        ...removed.map((person) => ({ kind, section, person, present: false })),
      );
      writes += Math.ceil(added.length / bindLimit) + removed.length;
    }
  }
  return checks.length === 0 || writes > mostWrites ? undefined : { checks, writes };
}
