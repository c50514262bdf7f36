/** Signs of life of the alerts themselves, for whoever watches from outside. They cross districts: the relay has one pulse. */
import { ofTheRelay } from '../audit/audit.ts';
import type { SystemScope, TenantScope } from '../store.ts';

/** Who looks for what is wrong, and who tells it. */
export const pulseParts = ['watch', 'delivery'] as const;
export type PulsePart = (typeof pulseParts)[number];

/** Notes that a part has done its work. */
export async function notePulse({ db }: SystemScope, part: PulsePart, at: string): Promise<void> {
  await db
    .insertInto('alert_pulse')
    .values({ tenant_id: ofTheRelay, part, at })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'part']).doUpdateSet({ at }))
    .execute();
}

/** When each part last did its work, ISO 8601. */
export async function readPulse({ db }: SystemScope): Promise<Partial<Record<PulsePart, string>>> {
  const rows = await db.selectFrom('alert_pulse').select(['part', 'at']).execute();
  return Object.fromEntries(rows.map(({ part, at }) => [part, at]));
}

/**
 * Causes of alerts that nobody has heard of although they were opened before: no channel is for them, or none delivers.
 * What waits for the end of quiet hours counts as heard.
 *
 * @param only the district of this id
 */
export async function unheard({ db }: SystemScope, openedBefore: string, only?: string): Promise<string[]> {
  const rows = await db
    .selectFrom('alert')
    .select('cause')
    .where('resolved_at', 'is', null)
    .where('opened_at', '<=', openedBefore)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('alert_notice')
            .select('alert_id')
            .whereRef('alert_notice.tenant_id', '=', 'alert.tenant_id')
            .whereRef('alert_notice.alert_id', '=', 'alert.id')
            .where('state', 'in', ['sent', 'waiting']),
        ),
      ),
    )
    .$if(only !== undefined, (query) => query.where('tenant_id', '=', only ?? ''))
    .distinct()
    .orderBy('cause')
    .execute();
  return rows.map(({ cause }) => cause);
}

/** Whether the district has an alert that its roster does not arrive, or that its runs do not go on. */
export async function hasSilence({ db, tenantId }: TenantScope): Promise<boolean> {
  const row = await db
    .selectFrom('alert')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('resolved_at', 'is', null)
    .where('opened_at', 'is not', null)
    .where('cause', 'in', ['agentSilent', 'syncFailing', 'syncStalled', 'consentMissing'])
    .executeTakeFirst();
  return row !== undefined;
}
