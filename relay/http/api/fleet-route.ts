/** Every district that a token opens, in one answer. */
import { describeFleet, fleetAnswer, fleetNow, fleetTable } from '../../app/queries/fleet.ts';
import { csvPieces } from './csv-answer.ts';
import { queries } from './query.ts';
import { questionAcross, type Route, type Visit } from './route.ts';

export const fleetRoute: Route = questionAcross({
  path: 'fleet',
  question: 'fleet',
  effort: 'short',
  summary: 'Every district to which the token has access, one line each, the most urgent first.',
  query: queries.fleet,
  answer: fleetAnswer,
  json: describe,
  csv: async (visit) => csvPieces(fleetTable, (await describe(visit)).districts),
});

async function describe({ app, actor, nowMs }: Visit) {
  return describeFleet(await fleetNow(app, actor), nowMs);
}
