/** All districts of a token, in one answer. */
import { describeFleet, fleetAnswer, fleetNow, fleetTable } from '../../app/queries/fleet.ts';
import { csvPieces } from '../csv-answer.ts';
import { queries } from './query.ts';
import { questionAcross, type RequestContext, type Route } from './route.ts';

export const fleetRoute: Route = questionAcross({
  path: 'fleet',
  question: 'fleet',
  effort: 'short',
  summary: 'Every district to which the token has access, one line each, the most urgent first.',
  query: queries.fleet,
  answer: fleetAnswer,
  json: describe,
  csv: async (context) => csvPieces(fleetTable, (await describe(context)).districts),
});

async function describe({ app, actor, nowMs }: RequestContext) {
  return describeFleet(await fleetNow(app, actor), nowMs);
}
