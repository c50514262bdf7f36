/** Address and secrets of a channel, as they are sealed, and what of them is shown. */
import { z } from 'zod';
import { fail } from '../../shared/errors.ts';
import { schemaReason } from '../../shared/schema-reason.ts';
import type { ChannelKind } from '../model/alert.ts';
import type { Vault } from '../secrets/vault.ts';
import { isAllowed, needReachable } from './targets.ts';

const address = z.url({ protocol: /^https?$/, error: 'it must be an address with https://' }).max(2000);
const mailbox = z.email({ error: 'it must be a mail address' }).max(320);

/** Standard Webhooks (https://www.standardwebhooks.com): `whsec_` and 24 to 64 random bytes in base64. */
const signingKey = z.string().regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/);

export const webhookTarget = z.strictObject({ url: address, signingKey });
export const heartbeatTarget = z.strictObject({ url: address });
export const mailTarget = z
  .strictObject({
    host: z
      .string()
      .max(255)
      .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i, 'it must be the name or the IPv4 address of a mail server'),
    /** 465 speaks TLS from the beginning; others begin it with STARTTLS. */
    port: z.int().min(1).max(65_535),
    from: mailbox,
    to: z.array(mailbox).min(1).max(20),
    user: z.string().min(1).max(500).optional(),
    password: z.string().min(1).max(2000).optional(),
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    path: ['password'],
    error: 'give both user and password, or neither',
  });

const targets = { webhook: webhookTarget, heartbeat: heartbeatTarget, smtp: mailTarget };

export type WebhookTarget = z.infer<typeof webhookTarget>;
export type HeartbeatTarget = z.infer<typeof heartbeatTarget>;
export type MailTarget = z.infer<typeof mailTarget>;
export type Target =
  | { kind: 'webhook'; target: WebhookTarget }
  | { kind: 'heartbeat'; target: HeartbeatTarget }
  | { kind: 'smtp'; target: MailTarget };

/** @throws HallpassError ALERT_TARGET_INVALID, ALERT_TARGET_PRIVATE */
export function checkTarget(given: { kind: ChannelKind; target: unknown }, privateHosts: readonly string[]): Target {
  const checked = parsed(given);
  if (checked.kind === 'smtp') {
    needReachable(checked.target.host, privateHosts);
    return checked;
  }
  const { protocol, hostname, username, password } = new URL(checked.target.url);
  if (username !== '' || password !== '') throw invalid('the address must not hold a user name or password');
  if (protocol !== 'https:' && !isAllowed(hostname, privateHosts)) {
    throw invalid('the address has no encryption: it must begin with https://');
  }
  needReachable(hostname, privateHosts);
  return checked;
}

function parsed({ kind, target }: { kind: ChannelKind; target: unknown }): Target {
  const result = targets[kind].safeParse(target);
  if (result.success) return { kind, target: result.data } as Target;
  const { path, reason } = schemaReason(result.error);
  throw invalid(path === '' ? reason : `${path}: ${reason}`);
}

function invalid(reason: string) {
  return fail('ALERT_TARGET_INVALID', { reason });
}

/** Without a secret: addresses of webhooks often hold one in their path. */
export function shownTarget({ kind, target }: Target): string {
  if (kind !== 'smtp') return new URL(target.url).origin;
  return `${target.to.join(', ')} by ${target.host}:${target.port}`;
}

interface Sealed {
  tenantId: string;
  id: string;
  kind: ChannelKind;
}

/** @throws HallpassError KEY_UNUSABLE */
export async function sealTarget(vault: Vault, channel: Sealed, { target }: Target): Promise<string> {
  return await vault.seal(JSON.stringify(target), purposeOf(channel));
}

/** @throws HallpassError KEY_UNUSABLE, KEY_WRONG, and as {@link checkTarget} if the operator allows less since */
export async function openTarget(
  vault: Vault,
  channel: Sealed & { sealed: string },
  privateHosts: readonly string[],
): Promise<Target> {
  const target: unknown = JSON.parse(await vault.open(channel.sealed, purposeOf(channel)));
  return checkTarget({ kind: channel.kind, target }, privateHosts);
}

function purposeOf({ tenantId, id }: Sealed): string {
  return `alert/${tenantId}/${id}`;
}
