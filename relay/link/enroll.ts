/** Enrollment: a one-time code and a public key against an agent's identity. */
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Clock } from '../../shared/clock.ts';
import { fail } from '../../shared/errors.ts';
import { type EnrollResponse, enrollPath, enrollRequestSchema } from '../../shared/link.ts';
import type { RelaySettings } from '../settings.ts';
import type { Store } from '../store/store.ts';
import { redeemCode } from '../store/system.ts';
import { AttemptLimit, clientAddress, trustedProxies } from './attempts.ts';

/** Enrollments of one address in a minute, whether they succeed or not. */
const attemptsPerMinute = 10;

export interface EnrollOptions {
  store: Store;
  settings: RelaySettings;
  clock: Clock;
  log: Logger;
  /** The relay's address, for people. */
  url(): string;
}

/**
 * `POST /agent/v1/enroll`: 201 with the identity, 403 ENROLLMENT_CODE_INVALID whatever is wrong with the code, 400
 * FRAME_MALFORMED, 429 ATTEMPTS_EXCEEDED.
 */
export function enrollRoute(app: FastifyInstance, { store, settings, clock, log, url }: EnrollOptions): void {
  const attempts = new AttemptLimit(attemptsPerMinute);
  const proxies = trustedProxies(settings.listen.trustedProxies);
  app.post(enrollPath, { bodyLimit: 16_384 }, async (request, reply): Promise<EnrollResponse> => {
    const now = clock.now();
    const address = clientAddress(request.raw, proxies);
    attempts.check(address, now);
    attempts.count(address, now);
    const body = enrollRequestSchema.safeParse(request.body);
    if (!body.success) {
      const issue = body.error.issues[0];
      throw fail('FRAME_MALFORMED', { reason: `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'invalid'}` });
    }
    const { code, name, agentVersion, publicKey } = body.data;
    const given = { code, name, publicKey: publicKey.x, version: agentVersion };
    const agent = await store.system((scope) => redeemCode(scope, given, new Date(now)));
    if (agent === undefined) throw fail('ENROLLMENT_CODE_INVALID', { url: url() });
    log.info({ event: 'agent.enrolled', tenant: agent.tenantSlug, agent: agent.agentId });
    reply.status(201);
    return { agentId: agent.agentId, tenantId: agent.tenantId, tenantName: agent.tenantName };
  });
}
