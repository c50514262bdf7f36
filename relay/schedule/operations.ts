/** Turns operations into items of the schedule. */
import { type Operation, plannedFor } from '../model/operation.ts';
import { broughtBy, laneOf, namesOfNeeds, namesOfOrder } from '../operations/needs.ts';
import { operationKinds, specOf } from '../operations/registry.ts';
import { Schedule } from './schedule.ts';
import type { Traits } from './traits.ts';

/**
 * How long a new object is left alone before something refers to it, milliseconds. Graph answers 404 for seconds at times, and each
 * such answer costs a write of the 20 a second; waiting costs nothing, because the other operations go on. The Teams service hears of
 * a class later still: asking too early costs one of its ten requests a second.
 */
const settleMs = { graph: 1000, teams: 10_000 };

export function newSchedule(): Schedule<Operation> {
  return new Schedule(traitsOf, settleMs);
}

export function traitsOf(operation: Operation): Traits {
  return {
    service: specOf(operation.kind).request.service,
    lane: laneOf(operation),
    rank: operationKinds.indexOf(operation.kind),
    needs: namesOfNeeds(operation),
    follows: namesOfOrder(operation),
    brings: broughtBy(operation),
    keys: plannedFor(operation),
  };
}
