/**
 * Replaces the probe when there are no PowerQueries: complete schools and terms, counts of everything else, and the
 * schools whose turn it is to be read.
 */
import { hash } from 'node:crypto';
import { bucketKey, districtBucket, preRegisteredMark } from '../../../shared/roster.ts';
import type { Probe, ProbeEntry } from '../../model/probe.ts';
import type { ProbeOptions } from '../../model/source.ts';
import type { Row } from '../client.ts';
import { type Counts, Notes, type SchoolNotes } from './notes.ts';
import { schoolRow, termRow } from './rows.ts';
import { countedLists, type SchoolLists } from './school-lists.ts';
import { type Allowance, lastTurnOf, type TurnKind, takeTurns, turnEntry, turnKinds } from './turns.ts';
import type { V1Client } from './v1-client.ts';
import { textAt } from './v1-json.ts';
import type { Years } from './years.ts';

/** The count that gives the number of rows in a bucket's reading. */
const countOf = {
  section: 'section',
  student: 'student',
  teacher: 'staff',
  studentEnrollment: 'section',
  teacherRoster: 'section',
} as const satisfies Record<TurnKind, keyof Counts>;

export interface RestProbeParts {
  client: V1Client;
  schoolLists: SchoolLists;
  years: Years;
  allowance: Allowance;
  /** The cost of a school's turn, in milliseconds. */
  costOf(counts: Counts): number;
  /** Schools that must be read because of a finding elsewhere. */
  urgent: ReadonlySet<string>;
  now(): number;
}

/** @throws HallpassError SOURCE_INCOMPLETE, the POWERSCHOOL_ codes */
export async function probeDistrict(
  parts: RestProbeParts,
  { remembered: rememberedBy, schools: wanted, wanted: fields, thorough, signal }: ProbeOptions,
): Promise<{ probe: Probe; notes: Notes }> {
  const remembered = rememberedBy('rest');
  const preRegistered = fields?.student?.includes(preRegisteredMark) === true;
  const notes = new Notes(await parts.schoolLists.schools(signal), preRegistered);
  const probe = new Map<string, ProbeEntry>();
  if (notes.schools.length > 0) {
    probe.set(bucketKey({ kind: 'school', schoolId: districtBucket }), contentEntry(notes.schools.map(schoolRow)));
  }
  const all = notes.schools.map((school) => textAt(school, 'id') ?? '');
  const ids = wanted === null ? all : all.filter((id) => wanted.includes(id));
  const turns = turnsOf(parts, ids, remembered, thorough);
  for (const schoolId of ids) {
    const year = await parts.years.of(schoolId, turns.has(schoolId), signal);
    const counts = await count(parts.client, schoolId, { startYear: year?.startYear, preRegistered }, signal);
    const school: SchoolNotes = { year, counts, preRegistered };
    notes.of.set(schoolId, school);
    // A changed count always means a change: such a school is read at once, and the others wait longer in exchange.
    if (!turns.has(schoolId) && hasChanged(schoolId, counts, remembered)) {
      turns.add(schoolId);
      parts.allowance.spend(parts.costOf(counts));
    }
    for (const [key, entry] of entriesOf(schoolId, school, remembered, turns.has(schoolId), parts.now())) {
      probe.set(key, entry);
    }
  }
  return { probe, notes };
}

/** The schools whose turn it is before anything is counted. */
function turnsOf(
  { allowance, costOf, urgent, now }: RestProbeParts,
  ids: readonly string[],
  remembered: Probe,
  thorough: boolean,
): Set<string> {
  allowance.advance(now());
  const candidates = ids.map((schoolId) => ({
    schoolId,
    readAt: lastTurnOf(schoolId, remembered),
    costMs: costOf(rememberedCounts(schoolId, remembered)),
  }));
  // A school that was never read is read anyway, without a turn.
  const read = candidates.filter(({ readAt }) => readAt !== undefined);
  const first = read.filter(({ schoolId }) => thorough || urgent.has(schoolId));
  for (const { costMs } of first) allowance.spend(costMs);
  const rest = read.filter((candidate) => !first.includes(candidate));
  return new Set([...first.map(({ schoolId }) => schoolId), ...takeTurns(rest, allowance)]);
}

async function count(
  client: V1Client,
  schoolId: string,
  { startYear, preRegistered }: { startYear: number | undefined; preRegistered: boolean },
  signal: AbortSignal,
): Promise<Counts> {
  const lists = countedLists(schoolId, startYear, preRegistered);
  return {
    student: await client.count(lists.student, signal),
    staff: await client.count(lists.staff, signal),
    section: startYear === undefined ? 0 : await client.count(lists.section, signal),
  };
}

function rememberedCounts(schoolId: string, remembered: Probe): Counts {
  const records = (kind: TurnKind) => remembered.get(bucketKey({ kind, schoolId }))?.records ?? 0;
  return { student: records('student'), staff: records('teacher'), section: records('section') };
}

/** True when a bucket that was read before now has a different number of rows. */
function hasChanged(schoolId: string, counts: Counts, remembered: Probe): boolean {
  return turnKinds.some((kind) => {
    const before = remembered.get(bucketKey({ kind, schoolId }));
    return before !== undefined && before.records !== counts[countOf[kind]];
  });
}

function* entriesOf(
  schoolId: string,
  { year, counts }: SchoolNotes,
  remembered: Probe,
  turn: boolean,
  nowMs: number,
): Generator<[string, ProbeEntry]> {
  if (year !== undefined) yield [bucketKey({ kind: 'term', schoolId }), contentEntry(year.terms.map(termRow))];
  for (const kind of turnKinds) {
    const records = counts[countOf[kind]];
    if (records === 0) continue;
    const key = bucketKey({ kind, schoolId });
    const before = remembered.get(key);
    const same = before !== undefined && before.records === records && !turn;
    yield [key, same ? before : turnEntry(records, nowMs, before)];
  }
}

function contentEntry(rows: readonly Row[]): ProbeEntry {
  return { records: rows.length, hash: hash('sha256', JSON.stringify(rows), 'hex').slice(0, 32) };
}
