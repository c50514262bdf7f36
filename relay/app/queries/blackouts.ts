/** The days of a district on which nothing is written to Microsoft 365. */
import { z } from 'zod';
import { blackoutOn } from '../../profile/blackout.ts';
import { districtTime } from '../../profile/life.ts';
import { districtTimeZone } from '../../store/agents/agents.ts';
import { listBlackouts } from '../../store/runs/blackouts.ts';
import type { TenantScope } from '../../store/store.ts';
import { moment } from './fields.ts';

export const blackoutSchema = z.object({
  id: z.string(),
  from: z.string().meta({ description: "The first day, YYYY-MM-DD in the district's time zone." }),
  to: z.string().meta({ description: 'The last day, likewise.' }),
  reason: z.string(),
  addedAt: moment,
  addedBy: z.string(),
});

export const blackoutsAnswer = z.object({
  today: z.string().meta({ description: "The district's date." }),
  timeZone: z.string().nullable().meta({ description: 'As PowerSchool reports it; null before an agent did.' }),
  now: z
    .string()
    .nullable()
    .meta({ description: 'Id of the blackout under way, of several the one that lasts longest.' }),
  blackouts: z.array(blackoutSchema),
});

/** By the first day, those that are over too. @param nowMs milliseconds since the epoch */
export async function blackoutsNow(scope: TenantScope, nowMs: number): Promise<z.infer<typeof blackoutsAnswer>> {
  const timeZone = await districtTimeZone(scope);
  const { date: today } = districtTime(nowMs, timeZone);
  const blackouts = await listBlackouts(scope);
  return { today, timeZone: timeZone ?? null, now: blackoutOn(today, blackouts)?.id ?? null, blackouts };
}
