/** Controls a district's runs, and approves or rejects holds. */
import { z } from 'zod';
import { fail } from '../../../shared/errors.ts';
import { decide } from '../../app/commands/holds.ts';
import { type Control, controlRuns } from '../../app/commands/runs.ts';
import { holdsAnswer } from '../../app/queries/holds.ts';
import { change, nothing } from './change-route.ts';
import type { Route } from './route.ts';

const text = z.string().min(1).max(200);
const which = {
  hold: text.optional().meta({ description: 'Key of the hold; by default, every undecided hold.' }),
  profile: text.optional().meta({ description: 'Only holds of this profile.' }),
};

export const runRoutes: readonly Route[] = [
  control('start', 'starts', 'run.start', 'Starts a run within 2 seconds, if there is something to do.'),
  control('cancel', 'cancels', 'run.cancel', 'Ends the current run between two batches.'),
  control(
    'restart',
    'restarts',
    'run.restart',
    'Ends the current run, and starts one that reads the directory and compares everything again.',
  ),
  change({
    path: 'holds/approve',
    action: 'hold.approved',
    summary: 'Approves holds: up to a tenth more operations than are held now may proceed.',
    body: z.strictObject({
      ...which,
      limit: z
        .int()
        .min(1)
        .max(100_000_000)
        .optional()
        .meta({ description: 'Approve this many operations, instead of the number that is held now.' }),
      until: z.iso
        .datetime({ error: 'it must be a time in UTC such as 2026-08-20T00:00:00Z' })
        .optional()
        .meta({ description: 'When the approval ends; by default, after the time that the profile sets.' }),
    }),
    answer: holdsAnswer,
    async perform({ app, actor, tenant, nowMs }, { hold: key, profile, limit, until }) {
      if (until !== undefined && Date.parse(until) <= nowMs) {
        throw fail('API_BODY_INVALID', { reason: 'until: it must be a time in the future' });
      }
      const end = until === undefined ? undefined : new Date(until).toISOString();
      const input = { tenant, state: 'approved', key, profile, limit, until: end } as const;
      return { holds: await decide(app, actor, input) };
    },
  }),
  change({
    path: 'holds/reject',
    action: 'hold.rejected',
    summary: 'Rejects holds: their operations stay held, and are not reported again until the cause changes.',
    body: z.strictObject(which),
    answer: holdsAnswer,
    async perform({ app, actor, tenant }, { hold: key, profile }) {
      return { holds: await decide(app, actor, { tenant, state: 'rejected', key, profile }) };
    },
  }),
];

function control(
  name: string,
  request: Control,
  action: `run.${'start' | 'cancel' | 'restart'}`,
  summary: string,
): Route {
  return change({
    path: `runs/${name}`,
    action,
    summary,
    body: nothing,
    answer: z.object({ requested: z.string() }),
    status: 202,
    async perform({ app, actor, tenant }) {
      await controlRuns(app, actor, { tenant, request });
      return { requested: name };
    },
  });
}
