/** The journal: what runs did. */
import { z } from 'zod';
import { type JournaledOperation, listRuns } from '../../store/runs/run-history.ts';
import type { TenantScope } from '../../store/store.ts';
import { failure, jsonCell, moment, runFailure, type Table } from './fields.ts';
import { turnNow, turnSchema, waitingSchema } from './waiting.ts';

const runSchema = z.object({
  number: z.int(),
  id: z.string(),
  profile: z.string(),
  person: z
    .string()
    .nullable()
    .meta({ description: 'The only person that it was for; null for a run of the profile as a whole.' }),
  startedAt: moment,
  finishedAt: moment.nullable(),
  state: z.string(),
  planned: z.record(z.string(), z.int()).meta({ description: 'Operations by kind.' }),
  done: z.int(),
  failed: z.int(),
  held: z.int(),
  waiting: z
    .int()
    .meta({ description: 'Operations that it left undone because they wait, or need something that is not there.' }),
  problems: z.int(),
  error: runFailure.nullable(),
});

export const runsAnswer = z.object({
  runs: z.array(runSchema),
  turn: turnSchema.nullable().meta({ description: 'How far the runs under way are; null while none is.' }),
});

export const runAnswer = z.object({
  run: runSchema,
  waiting: z
    .array(waitingSchema)
    .meta({ description: 'What waits, of the newest run of a profile: the first 100; "run.waiting" counts all.' }),
  operations: z.array(
    z.object({
      seq: z.int().meta({ description: 'Its place in the journal of the district.' }),
      at: moment,
      kind: z.string(),
      key: z.string(),
      state: z.string(),
      reason: z.string(),
      before: z.unknown(),
      after: z.unknown(),
      error: failure
        .extend({ requestId: z.string().nullable().meta({ description: "Graph's, of a request that it refused." }) })
        .nullable(),
    }),
  ),
});

/** The newest first. @param profile only this one's runs */
export async function runsNow(
  scope: TenantScope,
  wanted: { profile?: string | undefined; before?: number | undefined; limit: number },
): Promise<z.infer<typeof runsAnswer>> {
  return { runs: await listRuns(scope, wanted), turn: await turnNow(scope) };
}

export const runTable: Table<JournaledOperation> = {
  headings: ['at', 'operation', 'object', 'state', 'reason', 'before', 'after', 'code', 'message', 'requestId'],
  lines({ at, kind, key, state, reason, before, after, error }) {
    const { code = '', message = '', requestId = null } = error ?? {};
    return [[at, kind, key, state, reason, jsonCell(before), jsonCell(after), code, message, requestId ?? '']];
  },
};
