/** The days of a district on which nothing is written to Microsoft 365. */
import { z } from 'zod';
import { fail } from '../../../shared/errors.ts';
import { schemaReason } from '../../../shared/schema-reason.ts';
import { districtTime } from '../../profile/life.ts';
import { districtTimeZone } from '../../store/agents/agents.ts';
import { addBlackout, listBlackouts, removeBlackout, type StoredBlackout } from '../../store/runs/blackouts.ts';
import { requestRun } from '../../store/runs/run-control.ts';
import { type Actor, nameOf } from '../actor.ts';
import { perform, type StoreContext, type TenantRef } from '../perform.ts';
import { reasonSchema } from './exempt.ts';

const mostBlackouts = 100;

const day = z.iso.date({ error: 'it must be a date such as 2026-12-20' });
const blackoutSchema = z
  .strictObject({ from: day, to: day, reason: reasonSchema })
  .refine(({ from, to }) => from <= to, { path: ['to'], error: 'it is before the first day' });

/**
 * Adds a blackout. If it is today's, a run under way ends between two batches.
 *
 * @param asked `from`, `to`: the first and the last day, YYYY-MM-DD in the district's time zone
 * @throws HallpassError BLACKOUT_INVALID
 */
export async function makeBlackout(
  context: StoreContext,
  actor: Actor,
  { tenant, ...asked }: { tenant: TenantRef; from: string; to: string; reason: string },
): Promise<StoredBlackout> {
  return await perform(context, actor, { action: 'blackout.add', tenant }, ({ write }) => {
    const given = checked(asked);
    return write(async (scope, now) => {
      const { date: today } = districtTime(now.getTime(), await districtTimeZone(scope));
      if (given.to < today) throw fail('BLACKOUT_INVALID', { reason: `${given.to} is over` });
      if ((await listBlackouts(scope)).length >= mostBlackouts) {
        throw fail('BLACKOUT_INVALID', { reason: `there are ${mostBlackouts} already, which is the most` });
      }
      const added = { ...given, addedAt: now.toISOString(), addedBy: nameOf(actor) };
      const blackout = await addBlackout(scope, added);
      await requestRun(scope, 'starts');
      return { outcome: blackout, entries: [{ blackout: blackout.id, ...given }] };
    });
  });
}

function checked(asked: { from: string; to: string; reason: string }): z.output<typeof blackoutSchema> {
  const result = blackoutSchema.safeParse(asked);
  if (result.success) return result.data;
  const { path, reason } = schemaReason(result.error);
  throw fail('BLACKOUT_INVALID', { reason: `${path}: ${reason}` });
}

/** Removes a blackout, also one under way: the next run writes what has come meanwhile. @throws HallpassError BLACKOUT_UNKNOWN */
export async function endBlackout(
  context: StoreContext,
  actor: Actor,
  { tenant: named, blackout: id }: { tenant: TenantRef; blackout: string },
): Promise<StoredBlackout> {
  return await perform(context, actor, { action: 'blackout.remove', tenant: named }, ({ tenant, write }) =>
    write(async (scope) => {
      const found = (await listBlackouts(scope)).find((one) => one.id === id);
      if (found === undefined) throw fail('BLACKOUT_UNKNOWN', { blackout: id, tenant: tenant.slug });
      await removeBlackout(scope, id);
      await requestRun(scope, 'starts');
      const { from, to, reason } = found;
      return { outcome: found, entries: [{ blackout: id, from, to, reason }] };
    }),
  );
}
