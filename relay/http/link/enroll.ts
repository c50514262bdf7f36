/** Enrollment: trades a one-time code and a public key for an agent's identity. */
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Clock } from '../../../shared/clock.ts';
import { fail } from '../../../shared/errors.ts';
import { type EnrollResponse, enrollPath, enrollRequestSchema } from '../../../shared/link.ts';
import { enrollAgent } from '../../app/commands/agents.ts';
import type { Store } from '../../store/store.ts';
import { AttemptLimit } from './attempts.ts';
import type { Origins } from './origins.ts';
import { keyFault } from './public-key.ts';

/** Wrong codes per address and minute; after that, wrong codes get ATTEMPTS_EXCEEDED, and a good one still works. */
const wrongPerMinute = 10;
/**
 * Codes per address and minute that are checked at all. The relay accepts a good code even where others have guessed, and
 * guessing remains hopeless: 6,000 attempts at 60 random bits in the ten minutes of a code.
 */
const triesPerMinute = 600;

export interface EnrollOptions {
  store: Store;
  origins: Origins;
  clock: Clock;
  log: Logger;
  /** The relay's address, for people. */
  url(): string;
}

/**
 * `POST /agent/v1/enroll`: 201 with the identity, 403 ENROLLMENT_CODE_INVALID for any fault of the code, 400
 * FRAME_MALFORMED, 429 ATTEMPTS_EXCEEDED.
 */
export function enrollRoute(app: FastifyInstance, { store, origins, clock, log, url }: EnrollOptions): void {
  const wrong = new AttemptLimit(wrongPerMinute);
  const tries = new AttemptLimit(triesPerMinute);
  app.post(enrollPath, { bodyLimit: 16_384 }, async (request, reply): Promise<EnrollResponse> => {
    const now = clock.now();
    const address = origins.of(request.raw);
    const exceeded = tries.exceeded(address, now);
    if (exceeded !== undefined) throw exceeded;
    tries.count(address, now);
    const body = enrollRequestSchema.safeParse(request.body);
    if (!body.success) {
      const issue = body.error.issues[0];
      const reason = `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'invalid'}`;
      throw wrong.refuse(address, now, fail('FRAME_MALFORMED', { reason }));
    }
    const { code, name, agentVersion, publicKey } = body.data;
    const fault = keyFault(publicKey.x);
    if (fault !== undefined)
      throw wrong.refuse(address, now, fail('FRAME_MALFORMED', { reason: `publicKey.x: ${fault}` }));
    const given = { code, name, publicKey: publicKey.x, version: agentVersion };
    const agent = await enrollAgent({ store, clock }, given);
    if (agent === undefined) throw wrong.refuse(address, now, fail('ENROLLMENT_CODE_INVALID', { url: url() }));
    log.info({ event: 'agent.enrolled', tenant: agent.tenantSlug, agent: agent.agentId });
    reply.status(201);
    return { agentId: agent.agentId, tenantId: agent.tenantId, tenantName: agent.tenantName };
  });
}
