/** Problems by their cause: the same complaint about many people is one thing to do. Pure. */
import type { Fixer } from '../../../shared/errors/entry.ts';
import { catalog, isErrorCode } from '../../../shared/errors.ts';
import { propertiesOf } from '../../../shared/properties.ts';
import { fixerOf, type Problem } from '../../model/problem.ts';
import { readSubject, type SubjectKind } from '../../model/subject.ts';

/** A problem, and where it is. */
export interface PlacedProblem extends Problem {
  firstAt: string;
  /** Ids of the schools of what it is about; empty where it has none. */
  schoolIds: readonly string[];
}

export interface Cause {
  /** `UnmatchedEntry`, or `MissingSourceValue~secondaryEmail` where one code has several causes. */
  key: string;
  code: string;
  role: Fixer;
  count: number;
  /** What is concerned; undefined for things of several kinds. */
  what: SubjectKind | undefined;
  /** What is true of all of them, to follow "214 students": ` have no account that matches`. */
  words: string;
  /** What to do, of one of them. */
  action: string;
  /** Since when the first one of them is open. */
  since: string;
  /** Where they are, most first. */
  schools: readonly { id: string; count: number }[];
}

/** Codes whose problems leave people without an account, because of what the rule of the profile compares. */
const unmatched = ['UnmatchedEntry', 'AmbiguousMatch', 'MissingSourceValue', 'ExcludedAccount', 'AccountOfStaff'];

/** Placeholders whose few values make different causes. */
const splitting = ['source', 'kind', 'option'];

/** For the most common ones, `one|many` after the number. The others have the sentence of the catalog. */
const predicates: Readonly<Record<string, string>> = {
  UnmatchedEntry: 'has|have no account with the same {target}',
  AmbiguousMatch: 'fits|fit several accounts by {target}',
  MissingSourceValue: 'has|have no {source} in PowerSchool',
  ExcludedAccount: 'fits|fit only an account that is {what}',
  DuplicateTargetEntries: 'shares|share a value that must be unique',
  InvalidUserName: 'has|have a user name that Microsoft 365 does not take',
  ClassWithoutOwner: 'has|have no owner, and so no team',
  UserNameTaken: 'needs|need a user name that something else has',
  AliasTaken: 'needs|need an alias that something else has',
  InvalidLookupReference: 'names|name somebody whom Hallpass does not provision',
  RowLeftOut: 'has|have a row in PowerSchool that the agent leaves out',
};

export function causeOf(problem: Pick<Problem, 'code' | 'message' | 'action'>): string {
  return keyOf(problem.code, detailsOf(problem));
}

function keyOf(code: string, details: Details): string {
  const parts = splitting.flatMap((name) => (details[name] === undefined ? [] : [details[name]]));
  return [code, ...parts].join('~');
}

/** By placeholder; undefined where problems of one cause differ. */
type Details = Readonly<Record<string, string | undefined>>;

interface Group {
  first: PlacedProblem;
  count: number;
  whats: Set<SubjectKind>;
  details: Record<string, string | undefined>;
  since: string;
  schools: Map<string, number>;
}

/** Adds up problems, any number at a time. */
export class Causes {
  readonly #groups = new Map<string, Group>();
  /** By text: most problems of a cause say the same. */
  readonly #details = new Map<string, Details>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(problem: PlacedProblem): void {
    this.#count += 1;
    const text = `${problem.code}\n${problem.message}\n${problem.action}`;
    const details = this.#details.get(text) ?? detailsOf(problem);
    this.#details.set(text, details);
    const key = keyOf(problem.code, details);
    const known = this.#groups.get(key);
    const group = known ?? {
      ...{ first: problem, count: 0, whats: new Set<SubjectKind>(), details: { ...details }, since: problem.firstAt },
      schools: new Map<string, number>(),
    };
    if (known === undefined) this.#groups.set(key, group);
    group.count += 1;
    group.whats.add(readSubject(problem.subject).what);
    for (const [name, value] of Object.entries(group.details)) {
      if (details[name] !== value) group.details[name] = undefined;
    }
    if (problem.firstAt < group.since) group.since = problem.firstAt;
    for (const id of problem.schoolIds) group.schools.set(id, (group.schools.get(id) ?? 0) + 1);
  }

  /** Those of most things first. */
  list(): Cause[] {
    const causes = [...this.#groups].map(([key, group]): Cause => {
      const { first, count, whats, since, details } = group;
      const schools = [...group.schools].map(([id, count]) => ({ id, count }));
      const [what] = whats.size === 1 ? whats : [];
      return {
        ...{ key, code: first.code, role: fixerOf(first.code), count, what, since },
        words: wordsOf(first, details, count),
        action: actionOf(first, details),
        schools: schools.sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1)),
      };
    });
    return causes.sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1));
  }
}

/** How many have no account because nothing fits, and the cause that most of them have. */
export function withoutAccount(causes: readonly Cause[]): { count: number; main: Cause } | undefined {
  const some = causes.filter(({ code }) => unmatched.includes(code));
  const [main] = some;
  return main && { count: some.reduce((sum, { count }) => sum + count, 0), main };
}

function wordsOf(first: Problem, details: Details, count: number): string {
  const predicate = predicates[first.code];
  if (predicate !== undefined) {
    const [one, many = ''] = predicate.split('|');
    const [verb = '', ...rest] = many.split(' ');
    return ` ${filled(count === 1 ? `${one} ${rest.join(' ')}` : `${verb} ${rest.join(' ')}`, details)}`;
  }
  const sentence = isSame(first, details) ? first.message : filled(entryOf(first.code)?.sentence ?? '', details);
  return `: ${sentence || first.message}`;
}

/** One problem as its person reads it: properties have the names of PowerSchool's pages, not those of the protocol. */
export function inWords(problem: Pick<Problem, 'code' | 'message' | 'action'>): { message: string; action: string } {
  const details = detailsOf(problem);
  const entry = entryOf(problem.code);
  const isNamed = entry !== undefined && Object.values(details).some((value) => fieldWords.has(value));
  if (!isNamed) return { message: problem.message, action: problem.action };
  return { message: filled(entry.sentence, details), action: actionOf(problem, details) };
}

/** In the words of PowerSchool's pages; one of another version's catalog as it is. */
function actionOf({ code, action }: Pick<Problem, 'code' | 'action'>, details: Details): string {
  const template = entryOf(code)?.action;
  const names = [...(template ?? '').matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return template === undefined || names.some((name) => !(name in details)) ? action : filled(template, details);
}

function isSame({ code }: Problem, details: Details): boolean {
  return entryOf(code) === undefined || Object.values(details).every((value) => value !== undefined);
}

/** What is the same for all of them stays; the rest is left open. */
function filled(template: string, details: Details): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = details[name];
    return value === undefined ? '…' : (fieldWords.get(value) ?? value);
  });
}

/** Properties as PowerSchool's pages name them. */
const fieldWords = new Map(
  (['student', 'teacher'] as const).flatMap((kind) => propertiesOf(kind).map(({ name, words }) => [name, words])),
);

function entryOf(code: string) {
  return isErrorCode(code) ? catalog[code] : undefined;
}

const readers = new Map<string, RegExp>();

/** What message and action have in the places of placeholders; nothing for problems of another version's catalog. */
function detailsOf({ code, message, action }: Pick<Problem, 'code' | 'message' | 'action'>): Record<string, string> {
  const entry = entryOf(code);
  return entry === undefined ? {} : { ...detailsIn(entry.action, action), ...detailsIn(entry.sentence, message) };
}

function detailsIn(template: string, text: string): Record<string, string> {
  const reader = readers.get(template) ?? readerOf(template);
  readers.set(template, reader);
  return { ...reader.exec(text)?.groups };
}

function readerOf(sentence: string): RegExp {
  const seen = new Set<string>();
  const parts = sentence.split(/(\{\w+\})/).map((part) => {
    const [, name] = /^\{(\w+)\}$/.exec(part) ?? [];
    if (name === undefined) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    if (seen.has(name)) return `\\k<${name}>`;
    seen.add(name);
    return `(?<${name}>[\\s\\S]*?)`;
  });
  return new RegExp(`^${parts.join('')}$`);
}
