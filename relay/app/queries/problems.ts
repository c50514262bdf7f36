/** What is wrong in a district, each with who can fix it and how. */
import { z } from 'zod';
import { type Fixer, fixers } from '../../../shared/errors/entry.ts';
import { personKey } from '../../model/person-key.ts';
import { fixerOf } from '../../model/problem.ts';
import type { PersonName } from '../../store/roster/people-names.ts';
import { readProblems } from '../../store/runs/problems.ts';
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

/** @throws HallpassError PERSON_NOT_FOUND, PERSON_NOT_CLEAR */
export async function problemsNow(scope: TenantScope, wanted: ProblemFilter): Promise<z.infer<typeof problemsAnswer>> {
  const subject = wanted.person === undefined ? undefined : await subjectOf(scope, wanted.person);
  const problems = (await readProblems(scope))
    .map((problem) => ({ ...problem, role: fixerOf(problem.code) }))
    .filter(({ profile }) => wanted.profile === undefined || profile === wanted.profile)
    .filter(({ code }) => wanted.code === undefined || code === wanted.code)
    .filter(({ role }) => wanted.role === undefined || role === wanted.role)
    .filter((problem) => subject === undefined || problem.subject === subject);
  const failing = [...(await readStandings(scope))]
    .map(([profile, { quarantine, failure }]) => ({ profile, quarantine, failure }))
    .filter(({ quarantine, failure }) => quarantine !== null || failure !== null)
    .filter(({ profile }) => wanted.profile === undefined || profile === wanted.profile);
  return { failing, problems };
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
