/** People, classes and schools by what people know of them, a page at a time, as far as whoever asks sees them. */
import { fold } from '../../../shared/invisible.ts';
import type { School, Section, Student, Teacher } from '../../../shared/roster.ts';
import { isPersonKey, type PersonKey, personIn, personKey } from '../../model/person-key.ts';
import { accountsFor, holdersOfAccount, type KnownAccount } from '../../store/accounts/account-search.ts';
import { type RecordPlace, recordsWith, searchRecords } from '../../store/roster/lookup.ts';
import { readRecords } from '../../store/roster/mirror.ts';
import type { TenantScope } from '../../store/store.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, ask, type TenantRef } from '../perform.ts';
import { sightIn } from '../sight.ts';
import { type InSight, inSight } from './in-sight.ts';

export const searchKinds = ['student', 'teacher', 'section', 'school'] as const;
export type SearchKind = (typeof searchKinds)[number];

export interface PersonHit {
  key: PersonKey;
  /** Undefined for somebody who is gone from PowerSchool and has an account. */
  record: Student | Teacher | undefined;
  account: KnownAccount | undefined;
}

interface Part<T> {
  hits: T[];
  /** Where the next page begins; undefined at the end. */
  next: RecordPlace | undefined;
}

export interface Found {
  people: Record<'student' | 'teacher', Part<PersonHit>>;
  classes: Part<Section>;
  schools: School[];
  /** Names of schools, by id. */
  schoolNames: ReadonlyMap<string, string>;
}

export interface SearchInput {
  /** Empty for everything. */
  text: string;
  /** Only of this kind. */
  kind?: SearchKind | undefined;
  /** Id of the only school. */
  school?: string | undefined;
  /** Of the kind. */
  after?: RecordPlace | undefined;
  limit: number;
}

/** @throws HallpassError ROLE_INSUFFICIENT, TENANT_UNKNOWN */
export async function searchDistrict(
  { store }: Pick<AppContext, 'store'>,
  actor: Actor,
  tenant: TenantRef,
  input: SearchInput,
): Promise<Found> {
  return await ask({ store }, actor, { question: 'people', tenant }, async (scope, { id }) => {
    const seen = await inSight(scope, sightIn(actor, id));
    const all = await readRecords(scope, 'school');
    const isWanted = (kind: SearchKind) => input.kind === undefined || input.kind === kind;
    const search = { seen, input, words: wordsIn(input.text) };
    const nothing = { hits: [], next: undefined };
    return {
      people: {
        student: isWanted('student') ? await people(scope, 'student', search) : nothing,
        teacher: isWanted('teacher') ? await people(scope, 'teacher', search) : nothing,
      },
      classes: isWanted('section') ? await classes(scope, search) : nothing,
      schools: isWanted('school') && input.text !== '' ? all.filter((school) => isSchool(school, search)) : [],
      schoolNames: new Map(all.map((school) => [school.id, school.name])),
    };
  });
}

interface Search {
  seen: InSight;
  input: SearchInput;
  words: readonly string[];
}

async function people(
  scope: TenantScope,
  kind: 'student' | 'teacher',
  { seen, input: { text, after, school, limit }, words }: Search,
): Promise<Part<PersonHit>> {
  const role = kind === 'student' ? 'students' : 'teachers';
  const hits = new Map<PersonKey, Student | Teacher | undefined>();
  const isFirst = after === undefined && school === undefined && words.length === 1;
  if (isFirst) {
    for (const [key, record] of await byAccount(scope, kind, text.trim(), limit)) {
      if (seen.seesPerson(key, record === undefined ? [] : [record.schoolId])) hits.set(key, record);
    }
  }
  let next: RecordPlace | undefined;
  let last: RecordPlace | undefined;
  const schools = school === undefined ? seen.schools : new Set([school]);
  for await (const record of searchRecords(scope, kind, { schools, words, ...(after && { after }) })) {
    const key = personKey(role, record.id);
    if (hits.has(key) || !fits(record, words) || !seen.seesPerson(key, [record.schoolId])) continue;
    if (hits.size >= limit) {
      next = last;
      break;
    }
    hits.set(key, record);
    last = { schoolId: record.schoolId, id: record.id };
  }
  const accounts = hits.size === 0 ? new Map() : await accountsFor(scope, [...hits.keys()]);
  return { hits: [...hits].map(([key, record]) => ({ key, record, account: accounts.get(key) })), next };
}

/** By the key in problems, or the account: its user name, address or object id. */
async function byAccount(
  scope: TenantScope,
  kind: 'student' | 'teacher',
  text: string,
  limit: number,
): Promise<Map<PersonKey, Student | Teacher | undefined>> {
  const role = kind === 'student' ? 'students' : 'teachers';
  const holders = isPersonKey(text) ? [] : await holdersOfAccount(scope, text, limit);
  const named = isPersonKey(text) ? [personIn(text)].map(({ role, id }) => ({ role, personId: id })) : [];
  const ids = [...named, ...holders].filter((one) => one.role === role).map(({ personId }) => personId);
  const records = await recordsWith(scope, kind, ids);
  const isKnown = (id: string) => records.has(id) || holders.some(({ personId }) => personId === id);
  return new Map(ids.filter(isKnown).map((id) => [personKey(role, id), records.get(id)?.[0]]));
}

/** Every word begins a part of the name, the number, the user name or the address, or is the id. */
function fits(record: Student | Teacher, words: readonly string[]): boolean {
  const { id, givenName = '', middleName = '', surname = '', username = '', secondaryEmail = '' } = record;
  const number = record.kind === 'student' ? record.studentNumber : record.teacherNumber;
  const names = plain(`${givenName} ${middleName} ${surname}`).split(/[\s'\u2019-]+/);
  const wholes = [plain(surname), plain(username), plain(secondaryEmail), number ?? ''];
  return words.every(
    (word) => word === id || [...names, ...wholes].some((part) => part !== '' && part.startsWith(word)),
  );
}

async function classes(
  scope: TenantScope,
  { seen, input: { after, school, limit }, words }: Search,
): Promise<Part<Section>> {
  const hits: Section[] = [];
  const schools = school === undefined ? seen.schools : new Set([school]);
  for await (const section of searchRecords(scope, 'section', { schools, words, ...(after && { after }) })) {
    const { id, courseName, courseNumber, sectionNumber } = section;
    const parts = [...plain(courseName).split(/\s+/), plain(courseName), plain(courseNumber), plain(sectionNumber)];
    const isMeant = words.every((word) => word === id || parts.some((part) => part.startsWith(word)));
    if (!isMeant || !seen.seesClass(id, [section.schoolId])) continue;
    if (hits.push(section) > limit) break;
  }
  const shown = hits.slice(0, limit);
  return { hits: shown, next: hits.length > limit ? shown.at(-1) : undefined };
}

function isSchool({ id, name, schoolNumber }: School, { seen, words }: Search): boolean {
  if (seen.schools?.has(id) === false) return false;
  const text = plain(name);
  return words.every((word) => word === id || word === schoolNumber || text.includes(word));
}

function wordsIn(text: string): string[] {
  return plain(text)
    .split(/[\s,]+/)
    .filter((word) => word !== '');
}

/** Without case and accents, as people type names. */
function plain(text: string): string {
  return fold(text).normalize('NFD').replace(/\p{M}/gu, '');
}
