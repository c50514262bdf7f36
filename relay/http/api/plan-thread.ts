/**
 * A plan worked out in a thread of its own, with a connection of its own to the database: seconds of computing that neither
 * agents nor runs wait for. Started by plan-slots.ts, which asks for the answer piece by piece.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { carried } from '../../../shared/threads.ts';
import { personFilter } from '../../app/queries/one-person.ts';
import { describePlan, operationsIn, planTable } from '../../app/queries/plan.ts';
import { openStore } from '../../store/store.ts';
import { planNow } from '../../sync/plan-now.ts';
import { csvPieces, jsonPieces } from './csv-answer.ts';
import type { PlanMessage, PlanQuestion } from './plan-slots.ts';

async function* answer({ file, tenant, nowMs, query, csv }: PlanQuestion): AsyncGenerator<string> {
  const store = await openStore(file);
  try {
    const { person: asked } = query;
    const person =
      asked === undefined ? undefined : await store.readTenant(tenant.id, (scope) => personFilter(scope, asked));
    const now = await planNow(store, tenant, query.profile, { now: () => nowMs });
    const operations = operationsIn(now, { kinds: query.kind, person });
    if (csv) yield* csvPieces(planTable, operations);
    else yield* jsonPieces(describePlan(tenant, now, operations, query));
  } finally {
    await store.close();
  }
}

async function nextOf(pieces: AsyncGenerator<string>): Promise<PlanMessage> {
  try {
    const { done, value } = await pieces.next();
    return done === true ? { end: true } : { piece: value };
  } catch (error) {
    return { error: carried(error) };
  }
}

const pieces = answer(workerData);
parentPort?.on('message', async () => parentPort?.postMessage(await nextOf(pieces)));
