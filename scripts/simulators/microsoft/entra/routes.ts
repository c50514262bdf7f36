/** The sign-in side of the tenant: OpenID discovery, signing keys, and the token endpoint. */
import type { Faults } from '../faults.ts';
import type { Bag } from '../json.ts';
import type { Stats } from '../stats.ts';
import type { WireRequest, WireServer } from '../wire.ts';
import { AadError } from './aad-error.ts';
import { type AccessTokens, tokenLife } from './access-token.ts';
import { type AnswerParts, answer } from './answers.ts';
import { type AppRegistration, rolesNow } from './app-registration.ts';
import { checkGrant } from './client-credentials.ts';

/** A tenant as the sign-in knows it. */
export interface EntraTenant {
  tenantId: string;
  apps: readonly AppRegistration[];
  stats: Stats;
  faults: Faults;
}

export interface EntraParts extends Omit<AnswerParts, 'faults'> {
  /** The first tenant's faults and counts also apply to tenants that do not exist. */
  tenants: readonly [EntraTenant, ...EntraTenant[]];
  tokens: AccessTokens;
  /** The `https://host` through which this request came. */
  origin(request: WireRequest): string;
}

type TenantRequest = WireRequest<{ Params: { tenant: string } }>;

export function addEntraRoutes(server: WireServer, parts: EntraParts): void {
  const seen = new Map<string, number>();
  server.get('/:tenant/v2.0/.well-known/openid-configuration', async (request: TenantRequest, reply) =>
    answer(partsFor(parts, request), request, reply, async () =>
      discovery(parts.origin(request), checkTenant(parts, request).tenantId),
    ),
  );
  server.get('/:tenant/discovery/v2.0/keys', async (request: TenantRequest, reply) =>
    answer(partsFor(parts, request), request, reply, async () => {
      checkTenant(parts, request);
      return parts.tokens.jwks;
    }),
  );
  server.post('/:tenant/oauth2/v2.0/token', async (request: TenantRequest, reply) => {
    (tenantFor(parts, request) ?? parts.tenants[0]).stats.tokens += 1;
    return answer(partsFor(parts, request), request, reply, () => grant(parts, seen, request));
  });
}

/** All URLs use the host that the client used, so that they lead back through any proxy in between. */
export function discovery(origin: string, tenantId: string): Bag {
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

async function grant(parts: EntraParts, seen: Map<string, number>, request: TenantRequest): Promise<Bag> {
  const { tenantId, apps } = checkTenant(parts, request);
  const origin = parts.origin(request);
  const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
  const { app, audience } = await checkGrant(form, {
    apps,
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
  const roles = rolesNow(app, parts.clock.now());
  const token = await parts.tokens.issue({ issuer, audience, tenantId, appId: app.clientId, roles });
  return { token_type: 'Bearer', expires_in: tokenLife, ext_expires_in: tokenLife, access_token: token };
}

/** Client credentials need the concrete tenant, not `common` or `organizations`. */
function checkTenant(parts: EntraParts, request: TenantRequest): EntraTenant {
  const found = tenantFor(parts, request);
  const { tenant } = request.params;
  if (found === undefined) {
    throw new AadError(
      400,
      'invalid_request',
      90002,
      `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
    );
  }
  return found;
}

function tenantFor({ tenants }: EntraParts, { params }: TenantRequest): EntraTenant | undefined {
  const id = params.tenant.toLowerCase();
  return tenants.find(({ tenantId }) => tenantId === id);
}

function partsFor(parts: EntraParts, request: TenantRequest): AnswerParts {
  const { faults } = tenantFor(parts, request) ?? parts.tenants[0];
  return { clock: parts.clock, random: parts.random, faults };
}
