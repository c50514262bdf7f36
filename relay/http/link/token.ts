/**
 * Verifies the agent's token at the upgrade: a JWT signed with the Ed25519 key that never leaves the agent's machine. It
 * names the agent as issuer and subject, is valid for a minute at most, and opens one connection.
 */
import { decodeJwt, importJWK, jwtVerify } from 'jose';
import { z } from 'zod';
import { fail, reasonOf } from '../../../shared/errors.ts';
import { clockToleranceSeconds, tokenAudience, tokenLifetimeSeconds } from '../../../shared/link.ts';
import type { KnownAgent } from '../../store/tenants/system.ts';

export interface AdmittedAgent extends KnownAgent {
  agentId: string;
}

const claimsSchema = z.object({
  sub: z.uuid(),
  iat: z.number(),
  exp: z.number(),
  jti: z.string().min(1).max(100),
});

export interface TokenChecks {
  findAgent(agentId: string): Promise<KnownAgent | undefined>;
  /** Remembers the token's id until `forgetAtMs`; false when it was used before. */
  use(token: { agentId: string; jti: string; forgetAtMs: number }): Promise<boolean>;
  nowMs: number;
  /** The relay's address, for people. */
  url: string;
}

/**
 * The agent that signed the token. The caller checks whether it is revoked, so only the holder of the key learns that.
 *
 * @throws HallpassError AGENT_TOKEN_INVALID, AGENT_UNKNOWN
 */
export async function verifyToken(token: string, checks: TokenChecks): Promise<AdmittedAgent> {
  const claims = claimsOf(token);
  if (claims.exp - claims.iat > tokenLifetimeSeconds) {
    throw fail('AGENT_TOKEN_INVALID', { reason: `it is valid for more than ${tokenLifetimeSeconds} seconds` });
  }
  const agent = await checks.findAgent(claims.sub);
  if (agent === undefined) throw fail('AGENT_UNKNOWN', { url: checks.url });
  try {
    const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: agent.publicKey }, 'EdDSA');
    await jwtVerify(token, key, {
      // RFC 9864 renames EdDSA with this curve to Ed25519; libraries send either.
      algorithms: ['EdDSA', 'Ed25519'],
      issuer: claims.sub,
      subject: claims.sub,
      audience: tokenAudience,
      clockTolerance: clockToleranceSeconds,
      maxTokenAge: tokenLifetimeSeconds,
      currentDate: new Date(checks.nowMs),
    });
  } catch (error) {
    throw fail('AGENT_TOKEN_INVALID', { reason: reasonOf(error) }, { cause: error });
  }
  const forgetAtMs = (claims.exp + clockToleranceSeconds) * 1000;
  if (!(await checks.use({ agentId: claims.sub, jti: claims.jti, forgetAtMs }))) {
    throw fail('AGENT_TOKEN_INVALID', { reason: 'it was used before' });
  }
  return { ...agent, agentId: claims.sub };
}

function claimsOf(token: string): z.infer<typeof claimsSchema> {
  try {
    const result = claimsSchema.safeParse(decodeJwt(token));
    if (result.success) return result.data;
    throw fail('AGENT_TOKEN_INVALID', { reason: `claim ${result.error.issues[0]?.path.join('.') ?? ''} is missing` });
  } catch (error) {
    if (error instanceof Error && error.name === 'HallpassError') throw error;
    throw fail('AGENT_TOKEN_INVALID', { reason: 'it is not a JWT' }, { cause: error });
  }
}
