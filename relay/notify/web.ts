/** Requests of alerts: a signed webhook, and the heartbeat. */
import { createHmac } from 'node:crypto';
import { Agent, fetch } from 'undici';
import { retryAfterMs } from '../../shared/backoff.ts';
import { contextOf } from '../../shared/trust.ts';
import { hallpassVersion } from '../../shared/version.ts';
import type { AlertMessage } from '../alerts/message.ts';
import { connectorBy } from '../network/connector.ts';
import { type ProxyVariables, proxyFor } from '../network/proxy.ts';
import type { HeartbeatTarget, WebhookTarget } from './target.ts';
import { guardedLookup, needOutside, needReachable } from './targets.ts';

/** For the whole request, milliseconds. */
const timeoutMs = 15_000;

export interface Reach {
  /** Authorities, as shared/trust.ts gives them. */
  ca: string[];
  /** Hosts that may lead to private addresses. */
  privateHosts: readonly string[];
  /** HTTPS_PROXY and the like. */
  proxies: ProxyVariables;
}

/** The other side answered, but not with 2xx. */
export class Refused extends Error {
  readonly retryAfterMs: number | undefined;

  constructor(status: number, retryAfter: number | undefined) {
    super(`it answered with status ${status}`);
    this.retryAfterMs = retryAfter;
  }
}

/**
 * Signed as Standard Webhooks says: HMAC-SHA256 over id, time and body. The id is the same at every attempt, the time is
 * that of the attempt, so that nobody can send a recorded request again later.
 *
 * @throws Refused, HallpassError ALERT_TARGET_PRIVATE, and what undici throws
 */
export async function postWebhook(
  { url, signingKey }: WebhookTarget,
  message: AlertMessage,
  reach: Reach,
  nowMs: number,
): Promise<void> {
  const { id, type, ...data } = message;
  const seconds = Math.floor(nowMs / 1000);
  const body = JSON.stringify({ type, timestamp: new Date(nowMs).toISOString(), data: { id, ...data } });
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signature(signingKey, `${id}.${seconds}.${body}`)}`,
  };
  await request(url, { method: 'POST', headers, body }, reach, nowMs);
}

export function signature(signingKey: string, signed: string): string {
  const key = Buffer.from(signingKey.replace(/^whsec_/, ''), 'base64');
  return createHmac('sha256', key).update(signed).digest('base64');
}

/** @throws as {@link postWebhook} */
export async function callHeartbeat({ url }: HeartbeatTarget, reach: Reach, nowMs: number): Promise<void> {
  await request(url, { method: 'GET', headers: {} }, reach, nowMs);
}

interface Sent {
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string;
}

async function request(url: string, init: Sent, { ca, privateHosts, proxies }: Reach, nowMs: number): Promise<void> {
  const target = new URL(url);
  needReachable(target.hostname, privateHosts);
  if (proxyFor(target, proxies) !== undefined) await needOutside(target.hostname, privateHosts);
  const lookup = guardedLookup(privateHosts);
  // A connection for each: alerts are rare, and no idle one stays open.
  const agent = new Agent({
    connect: connectorBy({ proxies, secureContext: contextOf(ca), lookup }),
    pipelining: 0,
  });
  try {
    const answer = await fetch(url, {
      ...init,
      headers: { 'user-agent': `hallpass-relay/${hallpassVersion}`, ...init.headers },
      dispatcher: agent,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Refused(answer.status, retryAfterMs(answer.headers.get('retry-after'), nowMs));
  } finally {
    await agent.destroy();
  }
}
