/** Every question that the API answers. Each calls what the command of the same name calls. */
import { auditAnswer, auditNow } from '../../app/queries/audit.ts';
import { describeDrift, driftAnswer, driftNow, driftTable } from '../../app/queries/drift.ts';
import { explainAnswer, explainNow, questionOf } from '../../app/queries/explain.ts';
import { holdsAnswer, holdsNow } from '../../app/queries/holds.ts';
import { dcidOf } from '../../app/queries/one-person.ts';
import { planAnswer } from '../../app/queries/plan.ts';
import { problemsAnswer, problemsNow, problemTable } from '../../app/queries/problems.ts';
import { propertiesAnswer, propertiesNow } from '../../app/queries/properties.ts';
import { runAnswer, runsAnswer, runsNow, runTable } from '../../app/queries/runs.ts';
import { schoolsAnswer, schoolsNow, schoolTable } from '../../app/queries/schools.ts';
import { statusAnswer, tenantStatus } from '../../app/queries/status.ts';
import { teamsAnswer, teamsNow, teamTable } from '../../app/queries/teams.ts';
import { readNames } from '../../store/roster/people-names.ts';
import { findRun, type JournalledOperation, operationsOf } from '../../store/runs/run-history.ts';
import { csvPieces } from './csv-answer.ts';
import { queries, readQuery } from './query.ts';
import { isForCsv, type Route, read, refuse, route, type Visit } from './route.ts';

/** Operations that are read at a time for a table: some 50 ms in which nobody else is at the database. */
const pageSize = 5000;

/** Its answer comes from a thread, as text. */
const plan: Route = {
  path: 'plan',
  question: 'plan',
  summary: 'What exactly the next run would do, what it takes over, and what of it would be held. Changes nothing.',
  query: queries.plan,
  answer: planAnswer,
  hasCsv: true,
  async answerTo(visit, asked) {
    const { file, tenant, nowMs, desk } = visit;
    const query = readQuery(queries.plan, asked);
    const csv = isForCsv(query, visit);
    const pieces = await desk.ask({ file, tenant, nowMs, query, csv });
    return csv ? { csv: pieces } : { json: { pieces } };
  },
};

export const routes: readonly Route[] = [
  route({
    path: 'status',
    question: 'status',
    summary: 'Where the district stands: agents, roster, profiles, what Microsoft 365 has, problems by code, holds.',
    query: queries.none,
    answer: statusAnswer,
    json: (visit) => read(visit, (scope) => tenantStatus(scope, visit.tenant, visit.nowMs)),
  }),
  plan,
  route({
    path: 'schools',
    question: 'schools',
    summary: 'The schools of the district, what of each has come, and the profile that covers it.',
    query: queries.schools,
    answer: schoolsAnswer,
    json: (visit) => read(visit, schoolsNow),
    csv: (visit) => read(visit, async (scope) => csvPieces(schoolTable, (await schoolsNow(scope)).schools)),
  }),
  route({
    path: 'teams',
    question: 'teams',
    summary: 'The teams of classes, whether teachers have activated them, and who those teachers are.',
    query: queries.teams,
    answer: teamsAnswer,
    json: (visit, query) => read(visit, (scope) => teamsNow(scope, query)),
    csv: (visit, query) => read(visit, async (scope) => csvPieces(teamTable, (await teamsNow(scope, query)).teams)),
  }),
  route({
    path: 'properties',
    question: 'properties',
    summary: 'The optional properties that a profile can choose, where each is written, and for whom agents send it.',
    query: queries.none,
    answer: propertiesAnswer,
    json: (visit) => read(visit, propertiesNow),
  }),
  route({
    path: 'problems',
    question: 'problems',
    summary: 'Every problem, with who can put it right and how. The CSV has names of people.',
    query: queries.problems,
    answer: problemsAnswer,
    json: (visit, query) => read(visit, (scope) => problemsNow(scope, query)),
    csv: (visit, query) =>
      read(visit, async (scope) => {
        const { problems } = await problemsNow(scope, query);
        return csvPieces(problemTable(await readNames(scope)), problems);
      }),
  }),
  route({
    path: 'runs',
    question: 'runs',
    summary: 'The last runs, the newest first.',
    query: queries.runs,
    answer: runsAnswer,
    json: (visit, query) => read(visit, (scope) => runsNow(scope, query)),
  }),
  route({
    path: 'runs/{number}',
    question: 'runs',
    summary: 'What one run did: every operation with its reason, before and after. By the number or the id of the run.',
    query: queries.run,
    answer: runAnswer,
    json: (visit, query) =>
      read(visit, async (scope) => {
        const run = await findRun(scope, visit.params.number ?? '');
        return { run, operations: await operationsOf(scope, run.id, query) };
      }),
    async csv(visit, { failed }) {
      const { id } = await read(visit, (scope) => findRun(scope, visit.params.number ?? ''));
      return csvPieces(runTable, allOperations(visit, id, failed));
    },
  }),
  route({
    path: 'holds',
    question: 'holds',
    summary: 'What is held, why, what happens if it is approved, and what was decided.',
    query: queries.holds,
    answer: holdsAnswer,
    json: (visit, { profile }) => read(visit, (scope) => holdsNow(scope, profile)),
  }),
  route({
    path: 'drift',
    question: 'drift',
    summary: 'What people changed in Microsoft 365 by hand, as last compared, and what becomes of it.',
    query: queries.drift,
    answer: driftAnswer,
    json: async (visit, { all }) => describeDrift(await read(visit, (scope) => driftNow(scope, all))),
    async csv(visit, { all }) {
      const { differences } = await read(visit, (scope) => driftNow(scope, all));
      return csvPieces(driftTable, differences);
    },
  }),
  route({
    path: 'explain',
    question: 'explain',
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
  route({
    path: 'audit',
    question: 'audit',
    summary: 'Who changed what, the newest first.',
    query: queries.audit,
    answer: auditAnswer,
    json: (visit, query) => read(visit, (scope) => auditNow(scope, query)),
  }),
];

async function* allOperations(visit: Visit, runId: string, failed: boolean): AsyncGenerator<JournalledOperation> {
  for (let offset = 0; ; offset += pageSize) {
    const page = await read(visit, (scope) => operationsOf(scope, runId, { failed, limit: pageSize, offset }));
    yield* page;
    if (page.length < pageSize) return;
  }
}
