/** Sends one message through one channel, and says in a sentence without a secret why it could not. */
import { fail, HallpassError, reasonOf } from '../../shared/errors.ts';
import { trustedAuthorities } from '../../shared/trust.ts';
import type { AlertMessage } from '../alerts/message.ts';
import type { ProxyVariables } from '../network/proxy.ts';
import type { Vault } from '../secrets/vault.ts';
import type { RelaySettings } from '../settings/settings.ts';
import type { AlertChannel } from '../store/alerts/channels.ts';
import { sendMail } from './mail.ts';
import { openTarget } from './target.ts';
import { callHeartbeat, postWebhook, type Reach, Refused } from './web.ts';

export interface Sender {
  /**
   * @param message nothing for a heartbeat, which only calls
   * @throws HallpassError ALERT_NOT_DELIVERED, ALERT_TARGET_PRIVATE, KEY_WRONG …
   */
  send(channel: AlertChannel, message: AlertMessage, nowMs: number): Promise<void>;
}

/** @param settings at the start of the program: like all of them, they count when it starts */
export function openSender(
  settings: RelaySettings['alerts'],
  { vault, proxies = {} }: { vault: Vault; proxies?: ProxyVariables | undefined },
): Sender {
  const privateHosts = settings.privateHosts ?? [];
  return {
    async send(channel, message, nowMs) {
      const { kind, target } = await openTarget(vault, channel, privateHosts);
      try {
        const reach: Reach = { ca: await trustedAuthorities(settings.caFile), privateHosts, proxies };
        if (kind === 'webhook') await postWebhook(target, message, reach, nowMs);
        else if (kind === 'smtp') await sendMail(target, message, reach);
        else await callHeartbeat(target, reach, nowMs);
      } catch (error) {
        throw undelivered(channel, error);
      }
    },
  };
}

function undelivered({ name }: AlertChannel, error: unknown): HallpassError {
  const known = [error, causeOf(error)].find((one) => one instanceof HallpassError);
  if (known !== undefined) return known;
  const retryAfterMs = error instanceof Refused ? error.retryAfterMs : undefined;
  const reason = reasonOf(causeOf(error) ?? error).replace(/\.$/, '');
  const later = retryAfterMs === undefined ? {} : { retryAfterMs };
  return fail('ALERT_NOT_DELIVERED', { channel: name, reason }, { cause: error, ...later });
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
