/** What becomes of one person who is provisioned at once: what was found, planned and done, live. */
import { z } from 'zod';
import { fail } from '../../../shared/errors.ts';
import { requestOutcomes, type TracedOperation, traceStatuses, traceStep } from '../../model/person-trace.ts';
import { describeChanges } from '../../plan/listing.ts';
import { mirrorState } from '../../store/roster/mirror.ts';
import { readNamesOf } from '../../store/roster/names-of.ts';
import { findRequest, type PersonRequest, requestLifeMs } from '../../store/runs/person-requests.ts';
import { findRun, type JournaledOperation, operationsOf, type PastRun } from '../../store/runs/run-history.ts';
import type { TenantScope } from '../../store/store.ts';
import { moment } from './fields.ts';
import { sentenceOf } from './sentences.ts';
import { waitingIn } from './waiting.ts';

const operationStates = ['success', 'skipped', 'waiting', 'held', 'failed', 'planned', 'sent'] as const;

const operationSchema = z.object({
  kind: z.string(),
  key: z.string(),
  sentence: z.string(),
  reason: z.string().meta({ description: 'Why it is planned.' }),
  isNeeded: z.boolean().meta({ description: 'It concerns nobody: an operation for the person needs what it creates.' }),
  state: z.enum(operationStates),
  why: z.string().nullable().meta({ description: 'Why it is held, waits, failed, or was skipped.' }),
  changes: z.array(z.string()).meta({ description: '"grade: 8 → 9"' }),
  at: moment.nullable(),
  requestId: z.string().nullable().meta({ description: "Graph's, of a request that it refused." }),
});

export const provisioningAnswer = z.object({
  id: z.string(),
  person: z.string(),
  askedAt: moment,
  askedBy: z.string(),
  state: z.enum(['asked', 'running', 'over']),
  outcome: z.enum(requestOutcomes).nullable().meta({
    description:
      'Null while it is not over. done: all is written. nothing: there was nothing to do. skipped: the person is not provisioned. shown: the profile does not write now. held, waiting, failed: at least one operation is. expired: no relay took it up within an hour.',
  }),
  finishedAt: moment.nullable(),
  profile: z.string().nullable(),
  run: z
    .int()
    .nullable()
    .meta({ description: 'Number of the run that carries it out; null where nothing is written.' }),
  steps: z.array(traceStep.extend({ status: z.enum(traceStatuses) })),
  operations: z.array(operationSchema),
  note: z.string().nullable().meta({ description: 'Why it has not begun.' }),
});

export type Provisioning = z.infer<typeof provisioningAnswer>;

/** @throws HallpassError PROVISION_UNKNOWN */
export async function provisioningNow(scope: TenantScope, id: string, nowMs: number): Promise<Provisioning> {
  const request = await findRequest(scope, id);
  if (request === undefined) throw fail('PROVISION_UNKNOWN', { request: id });
  const { trace, runId } = request;
  const isExpired = request.outcome === null && nowMs - Date.parse(request.askedAt) > requestLifeMs;
  const outcome = isExpired ? 'expired' : request.outcome;
  const run = runId === null ? undefined : await findRun(scope, runId);
  const state = outcome !== null ? 'over' : trace === null ? 'asked' : 'running';
  const steps = trace?.steps ?? [];
  return {
    ...{ id, person: request.person, askedAt: request.askedAt, askedBy: request.askedBy },
    ...{ state, outcome, finishedAt: request.finishedAt, profile: trace?.profile ?? null, run: run?.number ?? null },
    steps: run?.error == null ? steps : [...steps, failureOf(run.error)],
    operations: await operationsNow(scope, request, run),
    note: state === 'asked' ? await noteOf(scope) : null,
  };
}

function failureOf({ code, message, action }: NonNullable<PastRun['error']>): Provisioning['steps'][number] {
  return { stage: 'Write', status: 'failed', fact: `${code}: ${message}`, ...(action !== null && { next: action }) };
}

async function noteOf(scope: TenantScope): Promise<string> {
  const { settled, committedAt } = await mirrorState(scope);
  if (committedAt === null) return 'No agent has sent a complete roster yet: it begins when one has.';
  if (!settled) return 'A cycle of the agent is arriving: it begins when that is complete.';
  return 'A serving relay takes it up within seconds.';
}

async function operationsNow(
  scope: TenantScope,
  { trace, runId }: PersonRequest,
  run: PastRun | undefined,
): Promise<Provisioning['operations']> {
  const operations = trace?.operations ?? [];
  const journal = runId === null ? [] : await operationsOf(scope, runId);
  const waiting = runId === null ? [] : await waitingIn(scope, runId, 'known');
  const names = await readNamesOf(
    scope,
    operations.flatMap(({ key, people }) => [key, ...people]),
  );
  const isOver = run === undefined || run.finishedAt !== null;
  return operations.map((one) => {
    const { kind, key, reason, isNeeded, before, after } = one;
    const at = journal.findIndex((entry) => isOf(one, entry));
    // A person in two schools is added to each: one entry for each.
    const [entry] = at === -1 ? [] : journal.splice(at, 1);
    const wait = waiting.find((other) => other.kind === kind && other.key === key);
    return {
      ...{ kind, key, reason, isNeeded, sentence: sentenceOf(one, names), changes: describeChanges({ before, after }) },
      ...stateOf(one, { entry, because: wait?.because, isOver, isWritten: runId !== null }),
      at: entry?.at ?? null,
      requestId: entry?.error?.requestId ?? null,
    };
  });
}

/** Operations of one kind on one class for several people are journaled with the keys of these. */
function isOf({ kind, key, people }: TracedOperation, entry: JournaledOperation): boolean {
  if (entry.kind !== kind || entry.key !== key) return false;
  const { after } = entry;
  return !Array.isArray(after) || people.every((one) => after.includes(one));
}

type State = Pick<Provisioning['operations'][number], 'state' | 'why'>;

function stateOf(
  { held }: TracedOperation,
  {
    entry,
    because,
    isOver,
    isWritten,
  }: { entry: JournaledOperation | undefined; because: string | undefined; isOver: boolean; isWritten: boolean },
): State {
  if (held !== undefined) return { state: 'held', why: held };
  if (!isWritten) return { state: 'skipped', why: null };
  if (entry?.state === 'done') return { state: 'success', why: null };
  if (entry?.state === 'failed')
    return { state: 'failed', why: entry.error && `${entry.error.code}: ${entry.error.message}` };
  if (because !== undefined) return { state: 'waiting', why: because };
  if (isOver) return { state: 'waiting', why: 'It is left to the next run, which plans it again.' };
  return { state: entry === undefined ? 'planned' : 'sent', why: null };
}

/** The worst that an answer has, for exit codes and headlines. */
export function isWell({ outcome }: Pick<Provisioning, 'outcome'>): boolean {
  return outcome === 'done' || outcome === 'nothing';
}
