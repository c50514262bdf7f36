/** Who this agent is: an Ed25519 key created on this machine; the relay knows only the public half. */
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose/jwt/sign';
import { exportJWK } from 'jose/key/export';
import { generateKeyPair } from 'jose/key/generate/keypair';
import { importJWK } from 'jose/key/import';
import { z } from 'zod';
import { tokenAudience, tokenLifetimeSeconds } from '../../shared/link.ts';

const privateKeySchema = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().length(43),
  d: z.string().length(43),
});
export type PrivateKey = z.infer<typeof privateKeySchema>;

export const identitySchema = z.strictObject({
  agentId: z.uuid(),
  tenantId: z.uuid(),
  tenantName: z.string(),
  /** Base address of the relay that knows the key. */
  relay: z.string(),
  privateKey: privateKeySchema,
});
export type Identity = z.infer<typeof identitySchema>;

export async function newPrivateKey(): Promise<PrivateKey> {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  return privateKeySchema.parse(await exportJWK(privateKey));
}

/** The half of a key that may leave this machine. */
export function publicHalf({ kty, crv, x }: PrivateKey): Omit<PrivateKey, 'd'> {
  return { kty, crv, x };
}

/**
 * The token for one upgrade (JWT, EdDSA): issuer and subject are the agent, valid for one minute.
 *
 * @param nowMs the time, in milliseconds since the epoch
 */
export async function upgradeToken(identity: Identity, nowMs: number): Promise<string> {
  const now = Math.floor(nowMs / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT' })
    .setIssuer(identity.agentId)
    .setSubject(identity.agentId)
    .setAudience(tokenAudience)
    .setIssuedAt(now)
    .setExpirationTime(now + tokenLifetimeSeconds)
    .setJti(randomUUID())
    .sign(await importJWK(identity.privateKey, 'EdDSA'));
}
