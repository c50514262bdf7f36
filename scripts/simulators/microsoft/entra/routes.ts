/** The sign-in side of the tenant: OpenID discovery, signing keys, and the token endpoint. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../../../shared/clock.ts';
import { errorOf, type Faults } from '../faults.ts';
import type { Random } from '../random.ts';
import type { Stats } from '../stats.ts';
import { AadError, aadErrorBody } from './aad-error.ts';
import { type AccessTokens, tokenLife } from './access-token.ts';
import type { AppRegistration } from './app-registration.ts';
import { checkGrant } from './client-credentials.ts';

export interface EntraParts {
  tenantId: string;
  app: AppRegistration;
  tokens: AccessTokens;
  clock: Clock;
  random: Random;
  faults: Faults;
  stats: Stats;
  /** `https://host` by which this request came. */
  origin(request: FastifyRequest): string;
}

type TenantRequest = FastifyRequest<{ Params: { tenant: string } }>;

export function addEntraRoutes(server: FastifyInstance, parts: EntraParts): void {
  const seen = new Map<string, number>();
  server.get('/:tenant/v2.0/.well-known/openid-configuration', async (request: TenantRequest, reply) =>
    onABadDay(parts, request, reply, () =>
      answer(parts, request, reply, async () => {
        checkTenant(parts, request);
        return discovery(parts.origin(request), parts.tenantId);
      }),
    ),
  );
  server.get('/:tenant/discovery/v2.0/keys', async (request: TenantRequest, reply) =>
    answer(parts, request, reply, async () => {
      checkTenant(parts, request);
      return parts.tokens.jwks;
    }),
  );
  server.post('/:tenant/oauth2/v2.0/token', async (request: TenantRequest, reply) => {
    parts.stats.tokens += 1;
    return onABadDay(parts, request, reply, () => answer(parts, request, reply, () => grant(parts, seen, request)));
  });
}

/** The answer, unless a fault was ordered for the request. */
async function onABadDay(
  parts: EntraParts,
  request: FastifyRequest,
  reply: FastifyReply,
  go: () => Promise<FastifyReply>,
): Promise<FastifyReply> {
  const fault = parts.faults.take(request.method, new URL(request.url, 'https://simulator').pathname);
  const replaced = fault === undefined ? undefined : errorOf(fault);
  if (replaced !== undefined) {
    const busy = new AadError(replaced.status, 'temporarily_unavailable', 90033, 'A transient error has occurred.');
    return reply.code(replaced.status).headers(replaced.headers).send(bodyOf(parts, busy));
  }
  if (fault?.kind === 'drop' || fault?.kind === 'lost-answer') {
    request.raw.socket.destroy();
    return reply.hijack();
  }
  if (fault?.kind === 'slow') await parts.clock.sleep(fault.delay);
  return await go();
}

/** All URLs by the host that the client used, so that a proxy in between keeps its place. */
export function discovery(origin: string, tenantId: string): object {
  return {
    token_endpoint: `${origin}/${tenantId}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
    jwks_uri: `${origin}/${tenantId}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: `${origin}/${tenantId}/v2.0`,
    authorization_endpoint: `${origin}/${tenantId}/oauth2/v2.0/authorize`,
    end_session_endpoint: `${origin}/${tenantId}/oauth2/v2.0/logout`,
    claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'tid', 'appid', 'roles'],
    tenant_region_scope: 'NA',
    cloud_instance_name: 'microsoftonline.com',
  };
}

async function grant(parts: EntraParts, seen: Map<string, number>, request: TenantRequest): Promise<object> {
  checkTenant(parts, request);
  const { tenantId, app } = parts;
  const origin = parts.origin(request);
  const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
  const audience = await checkGrant(form, {
    app,
    audiences: [
      `${origin}/${tenantId}/oauth2/v2.0/token`,
      `${origin}/${tenantId}/v2.0`,
      `${origin}/${request.params.tenant}/oauth2/v2.0/token`,
    ],
    resources: ['https://graph.microsoft.com', origin],
    seen,
    now: parts.clock.now(),
  });
  const issuer = `https://sts.windows.net/${tenantId}/`;
  const token = await parts.tokens.issue({ issuer, audience, tenantId, appId: app.clientId, roles: app.roles });
  return { token_type: 'Bearer', expires_in: tokenLife, ext_expires_in: tokenLife, access_token: token };
}

/** Client credentials need the concrete tenant, not `common` or `organizations`. */
function checkTenant(parts: EntraParts, request: TenantRequest): void {
  const { tenant } = request.params;
  if (tenant.toLowerCase() !== parts.tenantId) {
    throw new AadError(
      400,
      'invalid_request',
      90002,
      `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
    );
  }
}

async function answer(
  parts: EntraParts,
  request: FastifyRequest,
  reply: FastifyReply,
  make: () => Promise<object>,
): Promise<FastifyReply> {
  try {
    reply.header('Cache-Control', 'no-store, no-cache');
    return reply.send(await make());
  } catch (error) {
    if (!(error instanceof AadError)) throw error;
    const correlation = request.headers['client-request-id'];
    return reply
      .code(error.status)
      .send(bodyOf(parts, error, typeof correlation === 'string' ? correlation : undefined));
  }
}

function bodyOf(parts: EntraParts, error: AadError, correlationId = parts.random.guid()): object {
  return aadErrorBody(error, parts.random.guid(), correlationId, parts.clock.now());
}
