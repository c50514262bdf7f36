/**
 * The channels through which people hear of what is wrong: a district's, or the relay's own, which hear of every
 * district. Secrets are sealed before they are stored.
 */
import { randomBytes } from 'node:crypto';
import { isTimeZone } from '../../../shared/calendar.ts';
import { fail } from '../../../shared/errors.ts';
import { didYouMean } from '../../../shared/nearest.ts';
import { quietSchema } from '../../../shared/quiet.ts';
import { schemaReason } from '../../../shared/schema-reason.ts';
import { messageOf } from '../../alerts/message.ts';
import type { ChannelKind, ChannelRules } from '../../model/alert.ts';
import { openSender } from '../../notify/send.ts';
import { checkTarget, sealTarget, shownTarget } from '../../notify/target.ts';
import { openVault } from '../../secrets/key-file.ts';
import { loadSettings, type RelaySettings } from '../../settings/settings.ts';
import { districtTimeZone } from '../../store/agents/agents.ts';
import {
  type AlertChannel,
  addChannel,
  editChannel,
  listChannels,
  newChannelId,
  removeChannel,
} from '../../store/alerts/channels.ts';
import { changesBetween, ofTheRelay } from '../../store/audit/audit.ts';
import type { TenantScope } from '../../store/store.ts';
import { allow, type Change } from '../access.ts';
import { type Actor, nameOf } from '../actor.ts';
import { type AppContext, enter, perform, performAcross, type TenantRef } from '../perform.ts';

/** For a district, and for the relay. */
const mostChannels = 20;

/** Undefined for the relay's own. */
type Owner = { tenant: TenantRef | undefined };

type Rules = { [R in keyof ChannelRules]?: ChannelRules[R] | undefined };

export interface ChannelInput extends Owner, Rules {
  name: string;
  kind: ChannelKind;
  /** As notify/target.ts has it; a webhook's key is made here. */
  target: object;
}

export interface MadeChannel {
  id: string;
  target: string;
  /** With which a webhook's receiver checks signatures; shown once. */
  signingKey: string | null;
}

/**
 * Adds a channel.
 *
 * @throws HallpassError TENANT_UNKNOWN, ROLE_INSUFFICIENT, SCOPE_MISSING, ALERT_TARGET_INVALID, ALERT_TARGET_PRIVATE,
 *   ALERT_CHANNEL_EXISTS, ALERT_CHANNELS_TOO_MANY, KEY_UNUSABLE
 */
export async function addAlertChannel(
  context: AppContext,
  actor: Actor,
  { tenant, name, kind, target: given, ...rules }: ChannelInput,
): Promise<MadeChannel> {
  return await inOwner(context, actor, { tenant, change: 'add' }, async (owner) => {
    checkRules(rules);
    const settings = await loadSettings(context.home);
    const signingKey = kind === 'webhook' ? `whsec_${randomBytes(32).toString('base64')}` : null;
    const whole = { kind, target: { ...given, ...(signingKey !== null && { signingKey }) } };
    const target = checkTarget(whole, settings.alerts.privateHosts ?? []);
    const id = newChannelId();
    const vault = openVault(context.home, context.keyFile ?? settings.secrets.keyFile);
    const sealed = await sealTarget(vault, { tenantId: owner.id, id, kind }, target);
    const shown = shownTarget(target);
    return await owner.write(async (scope, now) => {
      const known = await listChannels(scope);
      if (known.some((one) => one.name === name)) throw fail('ALERT_CHANNEL_EXISTS', { channel: name });
      if (known.length >= mostChannels) throw fail('ALERT_CHANNELS_TOO_MANY', { most: mostChannels });
      const { readers = ['sis', 'microsoft', 'operator'], causes = null, quiet = [] } = rules;
      const zone = rules.timeZone ?? (owner.id === ofTheRelay ? null : ((await districtTimeZone(scope)) ?? null));
      const kept = { readers, causes, quiet, timeZone: zone };
      await addChannel(scope, { id, name, kind, target: shown, sealed, by: nameOf(actor), ...kept }, now);
      const entry = { channel: id, name, kind, target: shown, ...kept };
      return { outcome: { id, target: shown, signingKey }, entries: [entry] };
    });
  });
}

/** @throws HallpassError ALERT_TARGET_INVALID */
function checkRules({ quiet = [], timeZone }: Rules): void {
  const windows = quietSchema.safeParse(quiet);
  if (!windows.success) throw fail('ALERT_TARGET_INVALID', { reason: schemaReason(windows.error).reason });
  if (typeof timeZone === 'string' && !isTimeZone(timeZone)) {
    const reason = `"${timeZone}" is not a time zone such as America/Chicago`;
    throw fail('ALERT_TARGET_INVALID', { reason });
  }
}

/**
 * Changes name and rules of a channel, whatever is given; its address and secrets stay.
 *
 * @throws HallpassError ALERT_CHANNEL_UNKNOWN, ALERT_CHANNEL_EXISTS, ALERT_TARGET_INVALID
 */
export async function editAlertChannel(
  context: AppContext,
  actor: Actor,
  { tenant, channel: named, name, ...rules }: Owner & Rules & { channel: string; name?: string | undefined },
): Promise<{ id: string; name: string }> {
  return await inOwner(context, actor, { tenant, change: 'edit' }, async (owner) => {
    checkRules(rules);
    return await owner.write(async (scope) => {
      const known = await listChannels(scope);
      const before = chosen(known, named);
      const after = { ...rulesOf(before), ...givenOf({ name, ...rules }) };
      const isTaken = known.some((one) => one.id !== before.id && one.name === after.name);
      if (isTaken) throw fail('ALERT_CHANNEL_EXISTS', { channel: after.name });
      await editChannel(scope, { id: before.id, ...after });
      const changes = changesBetween(rulesOf(before), after);
      return {
        outcome: { id: before.id, name: after.name },
        entries: [{ channel: before.id, name: after.name, changes }],
      };
    });
  });
}

function rulesOf({ name, readers, causes, quiet, timeZone }: AlertChannel): ChannelRules & { name: string } {
  return { name, readers, causes, quiet, timeZone };
}

function givenOf(given: Rules & { name?: string | undefined }): Partial<ChannelRules & { name: string }> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Removes a channel; what it was still to tell is not told. @throws HallpassError ALERT_CHANNEL_UNKNOWN */
export async function removeAlertChannel(
  context: AppContext,
  actor: Actor,
  { tenant, channel: named }: Owner & { channel: string },
): Promise<{ id: string; name: string }> {
  return await inOwner(context, actor, { tenant, change: 'remove' }, (owner) =>
    owner.write(async (scope) => {
      const { id, name } = chosen(await listChannels(scope), named);
      await removeChannel(scope, id);
      return { outcome: { id, name }, entries: [{ channel: id, name }] };
    }),
  );
}

/**
 * Sends a test through a channel, at once and a single time.
 *
 * @throws HallpassError ALERT_CHANNEL_UNKNOWN, ALERT_NOT_DELIVERED, ALERT_TARGET_PRIVATE, KEY_WRONG
 */
export async function testAlertChannel(
  context: AppContext,
  actor: Actor,
  { tenant, channel: named }: Owner & { channel: string },
): Promise<{ id: string; name: string; target: string }> {
  return await inOwner(context, actor, { tenant, change: 'test' }, async (owner) => {
    const settings = await loadSettings(context.home);
    const channel = await owner.write(async (scope) => {
      const outcome = chosen(await listChannels(scope), named);
      return { outcome, entries: [{ channel: outcome.id, name: outcome.name }] };
    });
    const { id, name, target } = channel;
    const since = new Date(context.clock.now()).toISOString();
    const told = {
      ...{ id, district: owner.district, count: 1, since, resolvedAt: null },
      sentence: `This is a test of the alert channel "${name}".`,
      action: 'Nothing needs to be done.',
    };
    const message = messageOf(newChannelId(), { event: 'test', cause: 'test' }, [told]);
    await senderFor(context, settings).send(channel, message, context.clock.now());
    return { id, name, target };
  });
}

function senderFor({ home, keyFile, proxies }: AppContext, { alerts, secrets }: RelaySettings) {
  return openSender(alerts, { vault: openVault(home, keyFile ?? secrets.keyFile), proxies });
}

function chosen(channels: readonly AlertChannel[], named: string): AlertChannel {
  const channel = channels.find(({ id, name }) => id === named || name === named);
  if (channel !== undefined) return channel;
  const hint = didYouMean(
    named,
    channels.map(({ name }) => name),
  );
  throw fail('ALERT_CHANNEL_UNKNOWN', { channel: named, hint });
}

interface OwnerAtWork {
  /** Of the district, or the relay's own. */
  id: string;
  district: { slug: string; name: string } | null;
  write<R>(fn: (scope: TenantScope, now: Date) => Promise<{ outcome: R; entries: readonly object[] }>): Promise<R>;
}

async function inOwner<R>(
  context: AppContext,
  actor: Actor,
  { tenant: named, change }: Owner & { change: 'add' | 'edit' | 'remove' | 'test' },
  work: (owner: OwnerAtWork) => Promise<R>,
): Promise<R> {
  if (named !== undefined) {
    // Before anything is checked that tells about the relay's network.
    const tenant = await enter(context.store, actor, `alert.${change}`, named);
    return await perform(context, actor, { action: `alert.${change}`, tenant }, ({ write }) =>
      work({ id: tenant.id, district: { slug: tenant.slug, name: tenant.name }, write }),
    );
  }
  const action: Change = `relayAlert.${change}`;
  allow(actor, action);
  return await work({
    id: ofTheRelay,
    district: null,
    write: (fn) =>
      performAcross(context, actor, action, async (scope, now) => {
        const { outcome, entries } = await fn({ ...scope, tenantId: ofTheRelay }, now);
        return { outcome, entries: entries.map((detail) => ({ tenantId: ofTheRelay, detail })) };
      }),
  });
}
