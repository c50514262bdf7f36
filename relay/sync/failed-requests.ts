/** Requests for one person that could not be carried out: somebody is told why at once, and can ask again. */
import { timestamp } from '../../shared/clock.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import type { PersonTrace } from '../model/person-trace.ts';
import { endRequest, noteTrace, openRequests, type PersonRequest } from '../store/runs/person-requests.ts';
import type { RunContext } from './run.ts';

const nothingKnown: PersonTrace = { profile: null, steps: [], operations: [] };

/** @param step what was being done, as in "while {step}" */
export async function failRequest(
  { store, tenantId, clock, log }: Pick<RunContext, 'store' | 'tenantId' | 'clock' | 'log'>,
  { id, runId, trace }: PersonRequest,
  error: unknown,
  step: string,
): Promise<void> {
  const { code, message, action } = toHallpassError(error);
  log.error({ event: 'run.person-failed', code, action }, message);
  const known = trace ?? nothingKnown;
  const fact = `It failed while ${step}: ${code}: ${message}`;
  const steps = [...known.steps, { stage: 'Write', status: 'failed', fact, next: action } as const];
  await store.withTenant(tenantId, async (scope) => {
    await noteTrace(scope, id, { trace: { ...known, steps }, runId });
    await endRequest(scope, id, 'failed', timestamp(clock));
  });
}

/** All that are open, where nothing can be done. */
export async function failRequests(
  context: Pick<RunContext, 'store' | 'tenantId' | 'clock' | 'log'>,
  error: unknown,
  step: string,
): Promise<void> {
  for (const request of await context.store.readTenant(context.tenantId, openRequests)) {
    await failRequest(context, request, error, step);
  }
}
