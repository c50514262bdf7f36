/** Every question that the API answers. Each calls what the command of the same name calls. */
import { z } from 'zod';
import { auditAnswer, auditNow } from '../../app/queries/audit.ts';
import { describeDrift, driftAnswer, driftNow, driftTable } from '../../app/queries/drift.ts';
import { explainAnswer, explainNow, questionOf } from '../../app/queries/explain.ts';
import { holdsAnswer, holdsNow } from '../../app/queries/holds.ts';
import { dcidOf, personFilter } from '../../app/queries/one-person.ts';
import { describePlan, operationsIn, planAnswer, planTable } from '../../app/queries/plan.ts';
import { problemsAnswer, problemsNow, problemTable } from '../../app/queries/problems.ts';
import { propertiesAnswer, propertiesNow } from '../../app/queries/properties.ts';
import { runAnswer, runsAnswer, runsNow, runTable } from '../../app/queries/runs.ts';
import { schoolsAnswer, schoolsNow, schoolTable } from '../../app/queries/schools.ts';
import { statusAnswer, tenantStatus } from '../../app/queries/status.ts';
import { teamsAnswer, teamsNow, teamTable } from '../../app/queries/teams.ts';
import { waitingIn } from '../../app/queries/waiting.ts';
import { readNames } from '../../store/roster/people-names.ts';
import { findRun, type JournaledOperation, operationsOf } from '../../store/runs/run-history.ts';
import { csvPieces } from './csv-answer.ts';
import { pageOf, pageWithin, readCursor } from './cursor.ts';
import { queries } from './query.ts';
import { type DistrictVisit, question, type Route, read, refuse } from './route.ts';

/** Operations that are read at a time for a table: nobody else has a turn meanwhile. */
const pageSize = 1000;

const next = z.string().nullable().meta({ description: 'The cursor of the next page; null at the end.' });
const number = z.tuple([z.int()]);
const words = (count: number) => z.array(z.string().max(1000)).length(count);

export const questionRoutes: readonly Route[] = [
  question({
    path: 'status',
    question: 'status',
    effort: 'short',
    summary: 'How the district is doing: agents, roster, profiles, what Microsoft 365 has, problems by code, holds.',
    query: queries.none,
    answer: statusAnswer,
    json: (visit) => read(visit, (scope) => tenantStatus(scope, visit.tenant, visit.nowMs)),
  }),
  question({
    path: 'plan',
    question: 'plan',
    effort: 'plan',
    summary: 'Exactly what the next run would do, adopt and hold. Changes nothing.',
    query: queries.plan,
    answer: planAnswer,
    async json(visit, query) {
      const { now, operations } = await planned(visit, query);
      return describePlan(visit.tenant, now, operations, query);
    },
    csv: async (visit, query) => csvPieces(planTable, (await planned(visit, query)).operations),
  }),
  question({
    path: 'schools',
    question: 'schools',
    effort: 'short',
    summary: 'The schools of the district, what agents sent of each, and the profile that covers it.',
    query: queries.schools,
    answer: schoolsAnswer,
    json: (visit) => read(visit, schoolsNow),
    csv: (visit) => read(visit, async (scope) => csvPieces(schoolTable, (await schoolsNow(scope)).schools)),
  }),
  question({
    path: 'teams',
    question: 'teams',
    effort: 'long',
    summary: 'The teams of classes, whether teachers have activated them, and who those teachers are.',
    query: queries.teams,
    answer: teamsAnswer,
    json: (visit, query) => read(visit, (scope) => teamsNow(scope, query)),
    csv: (visit, query) => read(visit, async (scope) => csvPieces(teamTable, (await teamsNow(scope, query)).teams)),
  }),
  question({
    path: 'properties',
    question: 'properties',
    effort: 'keyed',
    summary: 'The optional properties that a profile can choose, where each is written, and for whom agents send it.',
    query: queries.none,
    answer: propertiesAnswer,
    json: (visit) => read(visit, propertiesNow),
  }),
  question({
    path: 'problems',
    question: 'problems',
    effort: 'long',
    summary: 'Every problem, with who can fix it and how. The CSV contains names of people.',
    query: queries.problems,
    answer: problemsAnswer.extend({ next }),
    json: async (visit, { cursor, limit, ...query }) => {
      const after = readCursor(cursor, words(3));
      const { failing, problems } = await read(visit, (scope) => problemsNow(scope, query));
      const found = pageWithin(problems, { limit, after }, (one) => [one.subject, one.profile, one.code]);
      return { failing, problems: found.page, next: found.next };
    },
    csv: (visit, query) =>
      read(visit, async (scope) => {
        const { problems } = await problemsNow(scope, query);
        return csvPieces(problemTable(await readNames(scope)), problems);
      }),
  }),
  question({
    path: 'runs',
    question: 'runs',
    effort: 'short',
    summary: 'The last runs, newest first, and how far those under way are.',
    query: queries.runs,
    answer: runsAnswer.extend({ next }),
    json: async (visit, { profile, limit, cursor }) => {
      const [before] = readCursor(cursor, number) ?? [];
      const { runs, turn } = await read(visit, (scope) => runsNow(scope, { profile, before, limit: limit + 1 }));
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
    json: (visit, { failed, limit, offset, cursor }) =>
      read(visit, async (scope) => {
        const [after] = readCursor(cursor, number) ?? [];
        if (after !== undefined && offset > 0) refuse('offset and cursor: use only one of them');
        const run = await findRun(scope, visit.params.number ?? '');
        const operations = await operationsOf(scope, run.id, { failed, limit: limit + 1, offset, after });
        const found = pageOf(operations, limit, ({ seq }) => [seq]);
        const waiting = await waitingIn(scope, run.id);
        return { run, waiting, operations: found.page, next: found.next };
      }),
    async csv(visit, { failed }) {
      const { id } = await read(visit, (scope) => findRun(scope, visit.params.number ?? ''));
      return csvPieces(runTable, allOperations(visit, id, failed));
    },
  }),
  question({
    path: 'holds',
    question: 'holds',
    effort: 'short',
    summary: 'What is held, why, what happens if it is approved, and what was decided.',
    query: queries.holds,
    answer: holdsAnswer,
    json: (visit, { profile }) => read(visit, (scope) => holdsNow(scope, profile)),
  }),
  question({
    path: 'drift',
    question: 'drift',
    effort: 'short',
    summary: 'What people changed by hand in Microsoft 365, as last compared, and what Hallpass does about it.',
    query: queries.drift,
    answer: driftAnswer.extend({ next }),
    json: async (visit, { all, limit, cursor }) => {
      const after = readCursor(cursor, words(3));
      const { comparedAt, differences } = describeDrift(await read(visit, (scope) => driftNow(scope, all)));
      const found = pageWithin(differences, { limit, after }, (one) => [one.object, one.kind, one.item]);
      return { comparedAt, differences: found.page, next: found.next };
    },
    async csv(visit, { all }) {
      const { differences } = await read(visit, (scope) => driftNow(scope, all));
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
    json(visit, query) {
      const question = questionOf(query) ?? refuse('it must name either student or teacher');
      return read(visit, async (scope) => {
        const personId = await dcidOf(scope, question.role, question.personId);
        return await explainNow(scope, { ...question, personId }, visit.nowMs);
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
    json: async (visit, { since, limit, cursor }) => {
      const [before] = readCursor(cursor, number) ?? [];
      const found = await read(visit, (scope) => auditNow(scope, { since, before, limit: limit + 1 }));
      const { page, next } = pageOf(found.entries, limit, ({ seq }) => [seq]);
      return { entries: page, next };
    },
  }),
];

async function planned(visit: DistrictVisit, { person: asked, profile, kind: kinds }: z.output<typeof queries.plan>) {
  // Loaded by the threads alone that plan.
  const { planNow } = await import('../../sync/plan-now.ts');
  const person = asked === undefined ? undefined : await read(visit, (scope) => personFilter(scope, asked));
  const now = await planNow(visit.app.store, visit.tenant, profile, visit.app.clock);
  return { now, operations: operationsIn(now, { kinds, person }) };
}

async function* allOperations(
  visit: DistrictVisit,
  runId: string,
  failed: boolean,
): AsyncGenerator<JournaledOperation> {
  for (let offset = 0; ; offset += pageSize) {
    const page = await read(visit, (scope) => operationsOf(scope, runId, { failed, limit: pageSize, offset }));
    yield* page;
    if (page.length < pageSize) return;
  }
}
