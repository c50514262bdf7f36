/** What is wrong in a district, each with who can fix it and how. */
import { z } from 'zod';
import { type Fixer, fixers } from '../../../shared/errors/entry.ts';
import { personKey } from '../../model/person-key.ts';
import { fixerOf } from '../../model/problem.ts';
import type { PersonName } from '../../store/roster/people-names.ts';
import { type PartOfProblems, readProblemPart, readProblems } from '../../store/runs/problems.ts';
import { readStandings } from '../../store/runs/standings.ts';
import type { TenantScope } from '../../store/store.ts';
import { failure, moment, runFailure, type Table } from './fields.ts';
import { personMeant } from './one-person.ts';

const problemSchema = z.object({
  profile: z.string(),
  subject: z.string(),
  code: z.string(),
  message: z.string(),
  action: z.string(),
  firstAt: moment,
  lastAt: moment,
  role: z.enum(fixers),
});

export const problemsAnswer = z.object({
  failing: z
    .array(
      z.object({
        profile: z.string(),
        quarantine: failure.extend({ action: z.string(), since: moment }).nullable(),
        failure: runFailure.extend({ at: moment }).nullable(),
      }),
    )
    .meta({
      description: 'Profiles whose last run did not finish, or that may not write: their problems may be out of date.',
    }),
  problems: z.array(problemSchema),
});

export type ListedProblem = z.infer<typeof problemSchema>;

/** Each part narrows the selection; without any, everything is included. */
export interface ProblemFilter {
  profile?: string | undefined;
  code?: string | undefined;
  role?: Fixer | undefined;
  /** The person concerned, in any form that identifies a person. */
  person?: string | undefined;
}

export type Problems = z.infer<typeof problemsAnswer>;

/** @throws HallpassError PERSON_NOT_FOUND, PERSON_NOT_CLEAR */
export async function problemsNow(scope: TenantScope, wanted: ProblemFilter): Promise<Problems> {
  const { isPart: _isPart, ...all } = await someProblemsNow(scope, wanted, {});
  return all;
}

/**
 * The same, but only a part of them.
 *
 * @property isPart false where all had to be read all the same: the part is still to be taken
 * @throws HallpassError PERSON_NOT_FOUND, PERSON_NOT_CLEAR
 */
export async function someProblemsNow(
  scope: TenantScope,
  wanted: ProblemFilter,
  part: Pick<PartOfProblems, 'after' | 'limit'>,
): Promise<Problems & { isPart: boolean }> {
  const subject = wanted.person === undefined ? undefined : await subjectOf(scope, wanted.person);
  const isWanted = (code: string) =>
    (wanted.code === undefined || code === wanted.code) && (wanted.role === undefined || fixerOf(code) === wanted.role);
  const found = await readProblemPart(scope, { ...part, profile: wanted.profile, subject, isWanted });
  const problems = (found ?? (await readProblems(scope)))
    .filter(({ profile }) => wanted.profile === undefined || profile === wanted.profile)
    .filter(({ code }) => isWanted(code))
    .filter((problem) => subject === undefined || problem.subject === subject)
    .map((problem) => ({ ...problem, role: fixerOf(problem.code) }));
  const failing = [...(await readStandings(scope))]
    .map(([profile, { quarantine, failure }]) => ({ profile, quarantine, failure }))
    .filter(({ quarantine, failure }) => quarantine !== null || failure !== null)
    .filter(({ profile }) => wanted.profile === undefined || profile === wanted.profile);
  return { failing, problems, isPart: found !== undefined };
}

async function subjectOf(scope: TenantScope, person: string): Promise<string> {
  const { role, personId } = await personMeant(scope, person);
  return personKey(role, personId);
}

/** @param names of people, by key: the people who must act do not know keys */
export function problemTable(names: ReadonlyMap<string, PersonName>): Table<ListedProblem> {
  return {
    headings: 'subject school givenName surname profile code role message action first last'.split(' '),
    lines({ subject, profile, code, role, message, action, firstAt, lastAt }) {
      const { school = '', givenName = '', surname = '' } = names.get(subject) ?? {};
      return [[subject, school, givenName, surname, profile, code, role, message, action, firstAt, lastAt]];
    },
  };
}
