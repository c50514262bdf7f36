/**
 * Decides which Microsoft 365 object belongs to which record, from stamps and roster, never by guessing. What cannot be
 * decided is a conflict for every record concerned: Hallpass then neither creates an object that may already exist nor
 * adopts one. Pure; the order of the input does not matter.
 */
import type { Claim, Stamp, StampedObject } from '../model/stamp.ts';

/** A record of the roster whose object is not known yet. */
export interface Unadopted {
  /** `school:1`, `class:77`, `students:123`. */
  key: string;
  kind: Claim['kind'];
  dcid: string;
  /** The id that School Data Sync used for it, if PowerSchool has that value. */
  sisId: string | undefined;
  /** Facts that its object must not contradict. */
  facts: Stamp['hints'];
  /**
   * Only Hallpass's own stamp counts, and where that is not clear something else decides: for people who are matched by
   * a rule.
   */
  byOwnStampAlone?: true;
}

export interface Conflict {
  key: string;
  code: 'DuplicateStamps' | 'ContradictoryStamp';
  /** Object ids, sorted. */
  objects: string[];
  /** What is contradictory. */
  reason: string;
}

export interface AdoptionDecision {
  /** By key. No object appears twice. */
  adopted: Map<string, string>;
  conflicts: Map<string, Conflict>;
}

/**
 * @param unadopted all records without an object, in every profile
 * @param schoolSisIds School Data Sync's ids for the schools of the roster, with and without an object
 */
export function decideAdoption(
  objects: Iterable<StampedObject>,
  unadopted: Iterable<Unadopted>,
  schoolSisIds: ReadonlySet<string>,
): AdoptionDecision {
  const index = indexOf(unadopted);
  const candidates = new Map<string, string[]>();
  const doubts = new Map<string, { objects: Set<string>; reasons: Set<string> }>();
  const doubt = (key: string, objectId: string, reason: string) => {
    const known = doubts.get(key) ?? { objects: new Set(), reasons: new Set() };
    known.objects.add(objectId);
    known.reasons.add(reason);
    doubts.set(key, known);
  };
  for (const { objectId, stamp } of objects) {
    const { keys, others } = claimed(stamp, index);
    const [key] = keys;
    if (key === undefined) continue;
    if (keys.length + others > 1) {
      const says = stamp.claims.map(({ kind, id }) => `${kind} ${id}`).sort();
      const reason =
        says.length > 1
          ? `it is stamped for ${says.join(' and ')}`
          : `${keys.length} records of the roster have its id ${says}`;
      for (const one of keys) doubt(one, objectId, reason);
      continue;
    }
    const { facts = {} } = index.byKey.get(key) ?? {};
    const reason = contradiction(stamp, facts, schoolSisIds);
    if (reason !== undefined) doubt(key, objectId, reason);
    else candidates.set(key, [...(candidates.get(key) ?? []), objectId]);
  }
  const decision: AdoptionDecision = { adopted: new Map(), conflicts: new Map() };
  const isLeftToRule = (key: string) => index.byKey.get(key)?.byOwnStampAlone === true;
  for (const [key, { objects: ids, reasons }] of doubts) {
    if (isLeftToRule(key)) continue;
    const all = [...ids, ...(candidates.get(key) ?? [])].sort();
    const reason = [...reasons].sort().join('; ');
    decision.conflicts.set(key, { key, code: 'ContradictoryStamp', objects: all, reason });
  }
  for (const [key, ids] of candidates) {
    if (doubts.has(key)) continue;
    const [only = '', ...rest] = ids;
    if (rest.length === 0) decision.adopted.set(key, only);
    else if (!isLeftToRule(key))
      decision.conflicts.set(key, { key, code: 'DuplicateStamps', objects: ids.sort(), reason: '' });
  }
  return decision;
}

interface Index {
  byKey: Map<string, Unadopted>;
  bySisId: Map<string, string[]>;
  byDcid: Map<string, string>;
}

function indexOf(unadopted: Iterable<Unadopted>): Index {
  const index: Index = { byKey: new Map(), bySisId: new Map(), byDcid: new Map() };
  for (const one of unadopted) {
    index.byKey.set(one.key, one);
    index.byDcid.set(`${one.kind} ${one.dcid}`, one.key);
    if (one.sisId === undefined || one.byOwnStampAlone) continue;
    const name = `${one.kind} ${one.sisId}`;
    index.bySisId.set(name, [...(index.bySisId.get(name) ?? []), one.key]);
  }
  return index;
}

/** The records that an object claims to belong to, and how many claims match no record. */
function claimed({ claims, bySds }: Stamp, { byKey, bySisId, byDcid }: Index): { keys: string[]; others: number } {
  const keys = new Set<string>();
  let others = 0;
  for (const { kind, id, in: ids } of claims) {
    const name = `${kind} ${id}`;
    const key = byDcid.get(name);
    const isTheirs = key !== undefined && !(bySds && byKey.get(key)?.byOwnStampAlone);
    const found = ids === 'sis' ? (bySisId.get(name) ?? []) : isTheirs ? [key] : [];
    for (const one of found) keys.add(one);
    if (found.length === 0) others += 1;
  }
  return { keys: [...keys], others };
}

/**
 * School Data Sync's id for one thing may be the id of another thing if its ids were not what the profile assumes:
 * numbers of several columns overlap. So something besides the id must agree, or at least nothing may disagree.
 */
function contradiction(
  { hints, bySds, claims }: Stamp,
  facts: Stamp['hints'],
  schoolSisIds: ReadonlySet<string>,
): string | undefined {
  const kind = claims[0]?.kind;
  const differ = (name: keyof Stamp['hints']) => bothKnown(hints, facts, name) && !agree(hints, facts, name);
  if (kind === 'school') {
    return differ('number') && differ('name') ? "its number and its name both differ from the school's" : undefined;
  }
  if (!bySds) return kind === 'class' ? anotherClass(hints, facts) : anotherPerson({ hints }, facts);
  if (kind === 'class') {
    if (differ('courseNumber')) return 'it has another course';
    const isKnown = hints.schoolId !== undefined && schoolSisIds.has(hints.schoolId);
    return isKnown && differ('schoolId') ? 'it has another school' : undefined;
  }
  if (differ('number')) return 'it has another number';
  const alike = (['number', 'userName', 'surname'] as const).some((name) => agree(hints, facts, name));
  return alike ? undefined : "its number, user name and surname all differ from the person's";
}

/** The DCID is from another PowerSchool server: a section always keeps its course. */
function anotherClass(hints: Stamp['hints'], facts: Stamp['hints']): string | undefined {
  const differs = bothKnown(hints, facts, 'courseNumber') && !agree(hints, facts, 'courseNumber');
  return differs ? `its course is ${hints.courseNumber}, and that of the section ${facts.courseNumber}` : undefined;
}

/**
 * Another tool, or a Hallpass that read another PowerSchool server, may have used numbers that are DCIDs of other
 * people. A known person number decides; user names and surnames change, so only both of them together show that it is
 * someone else.
 */
function anotherPerson({ hints }: Pick<Stamp, 'hints'>, facts: Stamp['hints']): string | undefined {
  const differ = (name: keyof Stamp['hints']) => bothKnown(hints, facts, name) && !agree(hints, facts, name);
  if (agree(hints, facts, 'number')) return undefined;
  return differ('number') || (differ('userName') && differ('surname')) ? 'it belongs to somebody else' : undefined;
}

function bothKnown(hints: Stamp['hints'], facts: Stamp['hints'], name: keyof Stamp['hints']): boolean {
  return hints[name] !== undefined && facts[name] !== undefined;
}

function agree(hints: Stamp['hints'], facts: Stamp['hints'], name: keyof Stamp['hints']): boolean {
  return bothKnown(hints, facts, name) && hints[name]?.toLowerCase() === facts[name]?.toLowerCase();
}
