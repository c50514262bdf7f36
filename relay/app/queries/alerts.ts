/** What is wrong now, and who is told of it. */
import { z } from 'zod';
import { type Alert, alertCauses, alertReaders, channelKinds } from '../../model/alert.ts';
import { unresolvedAlerts } from '../../store/alerts/alerts.ts';
import { type AlertChannel, listChannels } from '../../store/alerts/channels.ts';
import { ofTheRelay } from '../../store/audit/audit.ts';
import { allow } from '../access.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, ask, type TenantRef } from '../perform.ts';
import { moment } from './fields.ts';

export const alertsAnswer = z.object({
  alerts: z.array(
    z.object({
      id: z.string(),
      cause: z.enum(alertCauses),
      count: z.int(),
      sentence: z.string(),
      action: z.string(),
      readers: z.array(z.enum(alertReaders)).meta({ description: 'Whom it concerns.' }),
      since: moment,
      openedAt: moment,
      toldAt: moment.nullable().meta({ description: 'When channels were last given it.' }),
    }),
  ),
});

export const channelsAnswer = z.object({
  channels: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      kind: z.enum(channelKinds),
      target: z.string().meta({ description: 'Where it leads, without path and secrets.' }),
      readers: z.array(z.enum(alertReaders)),
      causes: z.array(z.enum(alertCauses)).nullable().meta({ description: 'Null for all causes.' }),
      quiet: z.array(z.object({ from: z.string(), to: z.string() })),
      timeZone: z.string().nullable(),
      createdAt: moment,
      createdBy: z.string(),
      deliveredAt: moment.nullable(),
      failingSince: moment.nullable(),
      failure: z.string().nullable(),
    }),
  ),
});

/** Open alerts, the oldest first. @param tenant undefined for those of the relay itself */
export async function alertsNow(
  context: Pick<AppContext, 'store'>,
  actor: Actor,
  tenant: TenantRef | undefined,
): Promise<z.infer<typeof alertsAnswer>> {
  return { alerts: (await askOwner(context, actor, tenant, 'alerts', unresolvedAlerts)).flatMap(listed) };
}

/** By name. @param tenant undefined for those of the relay */
export async function channelsNow(
  context: Pick<AppContext, 'store'>,
  actor: Actor,
  tenant: TenantRef | undefined,
): Promise<z.infer<typeof channelsAnswer>> {
  const channels = await askOwner(context, actor, tenant, 'channels', listChannels);
  return { channels: channels.map(({ tenantId: _tenantId, sealed: _sealed, ...channel }) => shown(channel)) };
}

function listed({ id, cause, count, sentence, action, readers, since, openedAt, toldAt }: Alert) {
  if (openedAt === null) return [];
  return [{ id, cause, count, sentence, action, readers: [...readers], since, openedAt, toldAt }];
}

function shown({ readers, causes, quiet, ...rest }: Omit<AlertChannel, 'tenantId' | 'sealed'>) {
  return { ...rest, readers: [...readers], causes: causes && [...causes], quiet: [...quiet] };
}

const questions = {
  alerts: { district: 'alerts', relay: 'relayAlerts' },
  channels: { district: 'alertChannels', relay: 'relayAlertChannels' },
} as const;

async function askOwner<T>(
  context: Pick<AppContext, 'store'>,
  actor: Actor,
  tenant: TenantRef | undefined,
  what: keyof typeof questions,
  fn: (scope: Parameters<typeof unresolvedAlerts>[0]) => Promise<T>,
): Promise<T> {
  const { district, relay } = questions[what];
  if (tenant !== undefined) return await ask(context, actor, { question: district, tenant }, fn);
  allow(actor, relay);
  return await context.store.readTenant(ofTheRelay, fn);
}
