/** What was found, planned and done for one person who is provisioned at once. */
import { z } from 'zod';

/** `success`: as it should be, or done. `skipped`: not for this person, or not now. */
export const traceStatuses = ['success', 'skipped', 'waiting', 'held', 'failed'] as const;
export type TraceStatus = (typeof traceStatuses)[number];

export const traceStep = z.object({
  stage: z.enum(['PowerSchool', 'Profile', 'Account', 'Plan', 'Guard', 'Write']),
  status: z.enum(traceStatuses),
  fact: z.string(),
  /** ISO 8601. */
  at: z.string().optional(),
  /** What somebody can do about it. */
  next: z.string().optional(),
  /** What Hallpass reads of the person. */
  values: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
});
export type TraceStep = z.infer<typeof traceStep>;

/** An operation of the plan that concerns the person. */
export const tracedOperation = z.object({
  kind: z.string(),
  /** `class:77`, `students:123`. */
  key: z.string(),
  people: z.array(z.string()),
  reason: z.string(),
  before: z.record(z.string(), z.unknown()).optional(),
  after: z.record(z.string(), z.unknown()).optional(),
  /** It concerns nobody: an operation for the person needs what it creates. */
  isNeeded: z.boolean(),
  /** Why the guard holds it. */
  held: z.string().optional(),
});
export type TracedOperation = z.infer<typeof tracedOperation>;

/** As it was decided; what became of each operation is in the journal. */
export const personTrace = z.object({
  profile: z.string().nullable(),
  steps: z.array(traceStep),
  operations: z.array(tracedOperation),
});
export type PersonTrace = z.infer<typeof personTrace>;

/**
 * What a request came to. `done`: all of it is written. `nothing`: there was nothing to do. `skipped`: the person is not
 * provisioned. `shown`: nothing was written, because of the profile. `held`, `waiting`, `failed`: at least one operation is.
 * `expired`: no relay has taken it up in time.
 */
export const requestOutcomes = ['done', 'nothing', 'skipped', 'shown', 'held', 'waiting', 'failed', 'expired'] as const;
export type RequestOutcome = (typeof requestOutcomes)[number];
