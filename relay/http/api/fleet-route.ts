/** Every district that a token opens, in one answer. */
import { describeFleet, fleetAnswer, fleetNow, fleetTable } from '../../app/queries/fleet.ts';
import { csvPieces } from './csv-answer.ts';
import { queries, readQuery } from './query.ts';
import { isForCsv, plain, type Route } from './route.ts';

export const fleetRoute: Route = {
  ...plain,
  method: 'GET',
  path: 'fleet',
  action: 'fleet',
  summary: 'Every district that the token opens on one line, the one that needs somebody most first.',
  query: queries.fleet,
  answer: fleetAnswer,
  hasCsv: true,
  isAcross: true,
  async answerTo(visit, asked) {
    const query = readQuery(queries.fleet, asked.query);
    const answer = describeFleet(await fleetNow(visit.app, visit.actor), visit.nowMs);
    return isForCsv(query, visit) ? { csv: csvPieces(fleetTable, answer.districts) } : { json: answer };
  },
};
