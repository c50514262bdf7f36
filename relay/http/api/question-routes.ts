/** The questions that the API answers. Each calls the same function as the command of the same name. */
import { z } from 'zod';
import { auditAnswer, auditNow } from '../../app/queries/audit.ts';
import { describeDrift, driftAnswer, driftNow, driftTable } from '../../app/queries/drift.ts';
import { explainAnswer, explainNow, questionOf } from '../../app/queries/explain.ts';
import { holdsAnswer, holdsNow } from '../../app/queries/holds.ts';
import { dcidOf, personFilter } from '../../app/queries/one-person.ts';
import { describePlan, operationsIn, planAnswer, planTable } from '../../app/queries/plan.ts';
import {
  type ListedProblem,
  problemsAnswer,
  problemsNow,
  problemTable,
  someProblemsNow,
} from '../../app/queries/problems.ts';
import { propertiesAnswer, propertiesNow } from '../../app/queries/properties.ts';
import { runAnswer, runsAnswer, runsNow, runTable } from '../../app/queries/runs.ts';
import { schoolsAnswer, schoolsNow, schoolTable } from '../../app/queries/schools.ts';
import { statusAnswer, tenantStatus } from '../../app/queries/status.ts';
import { teamsAnswer, teamsNow, teamTable } from '../../app/queries/teams.ts';
import { waitingIn } from '../../app/queries/waiting.ts';
import { readNames } from '../../store/roster/people-names.ts';
import { findRun, type JournaledOperation, type OperationFilter, operationsOf } from '../../store/runs/run-history.ts';
import { csvPieces } from '../csv-answer.ts';
import { pageOf, pageWithin, readCursor } from './cursor.ts';
import { queries } from './query.ts';
import { type DistrictContext, question, type Route, read, refuse } from './route.ts';

/** Operations read at a time for a table: no other work runs meanwhile. */
const pageSize = 1000;

const next = z.string().nullable().meta({ description: 'The cursor of the next page; null at the end.' });
const number = z.tuple([z.int()]);
const words = (count: number) => z.array(z.string().max(1000)).length(count);

export const questionRoutes: readonly Route[] = [
  question({
    path: 'status',
    question: 'status',
    effort: 'short',
    summary: 'The state of the district: agents, roster, profiles, what Microsoft 365 has, problems by code, holds.',
    query: queries.none,
    answer: statusAnswer,
    json: (context) => read(context, (scope) => tenantStatus(scope, context.tenant, context.nowMs)),
  }),
  question({
    path: 'plan',
    question: 'plan',
    effort: 'plan',
    summary: 'Exactly what the next run would do, adopt and hold. Changes nothing.',
    query: queries.plan,
    answer: planAnswer,
    async json(context, query) {
      const { now, operations } = await planned(context, query);
      return describePlan(context.tenant, now, operations, query);
    },
    csv: async (context, query) => csvPieces(planTable, (await planned(context, query)).operations),
  }),
  question({
    path: 'schools',
    question: 'schools',
    effort: 'short',
    summary: 'The schools of the district, how many records agents sent for each, and the profile that covers it.',
    query: queries.schools,
    answer: schoolsAnswer,
    json: (context) => read(context, schoolsNow),
    csv: (context) => read(context, async (scope) => csvPieces(schoolTable, (await schoolsNow(scope)).schools)),
  }),
  question({
    path: 'teams',
    question: 'teams',
    effort: 'long',
    summary: 'The teams of classes, whether teachers have activated them, and who those teachers are.',
    query: queries.teams,
    answer: teamsAnswer,
    json: (context, query) => read(context, (scope) => teamsNow(scope, query)),
    csv: (context, query) => read(context, async (scope) => csvPieces(teamTable, (await teamsNow(scope, query)).teams)),
  }),
  question({
    path: 'properties',
    question: 'properties',
    effort: 'keyed',
    summary:
      'The optional properties that a profile can choose, where each is written, and for which people agents send it.',
    query: queries.none,
    answer: propertiesAnswer,
    json: (context) => read(context, propertiesNow),
  }),
  question({
    path: 'problems',
    question: 'problems',
    effort: 'long',
    summary: 'Every problem, with who can fix it and how. The CSV contains names of people.',
    query: queries.problems,
    answer: problemsAnswer.extend({ next }),
    json: async (context, { cursor, limit, ...query }) => {
      const after = readCursor(cursor, words(3));
      const [subject = '', profile = '', code = ''] = after ?? [];
      const part = { after: after && { subject, profile, code }, limit: limit && limit + 1 };
      const { failing, problems, isPart } = await read(context, (scope) => someProblemsNow(scope, query, part));
      const placeOf = (one: ListedProblem) => [one.subject, one.profile, one.code];
      const { page, next } = isPart
        ? pageOf(problems, limit ?? problems.length, placeOf)
        : pageWithin(problems, { limit, after }, placeOf);
      return { failing, problems: page, next };
    },
    csv: (context, query) =>
      read(context, async (scope) => {
        const { problems } = await problemsNow(scope, query);
        return csvPieces(problemTable(await readNames(scope)), problems);
      }),
  }),
  question({
    path: 'runs',
    question: 'runs',
    effort: 'short',
    summary: 'The last runs, newest first, and the progress of those in progress.',
    query: queries.runs,
    answer: runsAnswer.extend({ next }),
    json: async (context, { profile, limit, cursor }) => {
      const [before] = readCursor(cursor, number) ?? [];
      const { runs, turn } = await read(context, (scope) => runsNow(scope, { profile, before, limit: limit + 1 }));
      const found = pageOf(runs, limit, (run) => [run.number]);
      return { runs: found.page, turn, next: found.next };
    },
  }),
  question({
    path: 'runs/{number}',
    question: 'runs',
    effort: 'short',
    summary:
      'What one run did: every operation with its reason, before and after, and what it left waiting. RUN is its number or id.',
    query: queries.run,
    answer: runAnswer.extend({ next }),
    json: (context, { failed, kind, limit, offset, cursor }) =>
      read(context, async (scope) => {
        const [after] = readCursor(cursor, number) ?? [];
        if (after !== undefined && offset > 0) refuse('offset and cursor: use only one of them');
        const run = await findRun(scope, context.params.number ?? '');
        const operations = await operationsOf(scope, run.id, { failed, kind, limit: limit + 1, offset, after });
        const found = pageOf(operations, limit, ({ seq }) => [seq]);
        const waiting = await waitingIn(scope, run.id);
        return { run, waiting, operations: found.page, next: found.next };
      }),
    async csv(context, { failed, kind }) {
      const { id } = await read(context, (scope) => findRun(scope, context.params.number ?? ''));
      return csvPieces(runTable, allOperations(context, id, { failed, kind }));
    },
  }),
  question({
    path: 'holds',
    question: 'holds',
    effort: 'short',
    summary: 'What is held, why, what an approval would do, and what was decided.',
    query: queries.holds,
    answer: holdsAnswer,
    json: (context, { profile }) => read(context, (scope) => holdsNow(scope, profile)),
  }),
  question({
    path: 'drift',
    question: 'drift',
    effort: 'short',
    summary: 'What people changed by hand in Microsoft 365, as last compared, and what Hallpass does about it.',
    query: queries.drift,
    answer: driftAnswer.extend({ next }),
    json: async (context, { all, limit, cursor }) => {
      const after = readCursor(cursor, words(3));
      const { comparedAt, differences } = describeDrift(await read(context, (scope) => driftNow(scope, all)));
      const found = pageWithin(differences, { limit, after }, (one) => [one.object, one.kind, one.item]);
      return { comparedAt, differences: found.page, next: found.next };
    },
    async csv(context, { all }) {
      const { differences } = await read(context, (scope) => driftNow(scope, all));
      return csvPieces(driftTable, differences);
    },
  }),
  question({
    path: 'explain',
    question: 'explain',
    effort: 'long',
    summary: 'Why a person is, or is not, in a class: step by step from PowerSchool to Microsoft 365.',
    query: queries.explain,
    answer: explainAnswer,
    json(context, query) {
      const question = questionOf(query) ?? refuse('it must name either student or teacher');
      return read(context, async (scope) => {
        const personId = await dcidOf(scope, question.role, question.personId);
        return await explainNow(scope, { ...question, personId }, context.nowMs);
      });
    },
  }),
  question({
    path: 'audit',
    question: 'audit',
    effort: 'short',
    summary: 'Who changed what, newest first.',
    query: queries.audit,
    answer: auditAnswer.extend({ next }),
    json: async (context, { since, limit, cursor }) => {
      const [before] = readCursor(cursor, number) ?? [];
      const found = await read(context, (scope) => auditNow(scope, { since, before, limit: limit + 1 }));
      const { page, next } = pageOf(found.entries, limit, ({ seq }) => [seq]);
      return { entries: page, next };
    },
  }),
];

async function planned(
  context: DistrictContext,
  { person: asked, profile, kind: kinds }: z.output<typeof queries.plan>,
) {
  // Only the threads that plan load it.
  const { planNow } = await import('../../sync/plan-now.ts');
  const person = asked === undefined ? undefined : await read(context, (scope) => personFilter(scope, asked));
  const now = await planNow(context.app.store, context.tenant, profile, context.app.clock);
  return { now, operations: operationsIn(now, { kinds, person }) };
}

async function* allOperations(
  context: DistrictContext,
  runId: string,
  wanted: Pick<OperationFilter, 'failed' | 'kind'>,
): AsyncGenerator<JournaledOperation> {
  for (let offset = 0; ; offset += pageSize) {
    const page = await read(context, (scope) => operationsOf(scope, runId, { ...wanted, limit: pageSize, offset }));
    yield* page;
    if (page.length < pageSize) return;
  }
}
