/** Finds out what a district's Microsoft 365 grants: by a token of each registration, asked for now. */
import { HallpassError } from '../../../shared/errors.ts';
import { type AccessKind, accessKinds } from '../../model/microsoft-access.ts';
import { loadSettings } from '../../settings/settings.ts';
import { noteAccess, noteConsented, readAccess, type SeenAccess } from '../../store/microsoft/access.ts';
import { readProfiles } from '../../store/profiles/profiles.ts';
import type { TenantScope } from '../../store/store.ts';
import type { Tenant } from '../../store/tenants/system.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, perform, type TenantRef } from '../perform.ts';
import { describeAccess, isEnough, type MicrosoftAccess } from '../queries/microsoft-access.ts';

/**
 * The audit log has an entry when something has changed.
 *
 * @param url as for accessNow
 * @throws HallpassError RELAY_NOT_CONFIGURED, ROLE_INSUFFICIENT, SCOPE_MISSING, TENANT_UNKNOWN
 */
export async function checkAccess(
  context: AppContext,
  actor: Actor,
  named: TenantRef,
  url?: string,
): Promise<MicrosoftAccess> {
  const { home, clock } = context;
  return await perform(context, actor, { action: 'consent.check', tenant: named }, async ({ tenant, write }) => {
    const seen = await seeAccess(context, tenant);
    const settings = await loadSettings(home);
    return await write(async (scope) => {
      const entries = await noteSeen(scope, seen);
      const [known, profiles] = [await readAccess(scope), await readProfiles(scope)];
      return { outcome: describeAccess({ settings, url, tenant, known, profiles, nowMs: clock.now() }), entries };
    });
  });
}

/** @returns what became different, for the audit log */
export async function noteSeen(
  scope: TenantScope,
  seen: ReadonlyMap<AccessKind, SeenAccess>,
): Promise<{ access: AccessKind; before: readonly string[]; after: readonly string[] }[]> {
  const known = new Map((await readAccess(scope)).map((one) => [one.access, one]));
  const changes = [];
  for (const [access, now] of seen) {
    const last = known.get(access);
    const before = last?.clientId === now.clientId ? last.roles : [];
    // No answer says nothing of what is granted.
    const isUnknown = now.error !== null && now.error.code !== 'GRAPH_SIGN_IN_REFUSED';
    const after = isUnknown ? before : now.roles;
    await noteAccess(scope, access, { ...now, roles: after });
    if (isEnough(access, after)) await noteConsented(scope, access, null);
    if (before.join() !== after.join()) changes.push({ access, before, after });
  }
  return changes;
}

/** What each registration of the relay gets. @throws HallpassError RELAY_NOT_CONFIGURED, TEXT_UNREADABLE */
export async function seeAccess(
  { home, clock, proxies }: Pick<AppContext, 'home' | 'clock' | 'proxies'>,
  { graph_tenant_id: graphTenantId }: Pick<Tenant, 'graph_tenant_id'>,
): Promise<Map<AccessKind, SeenAccess>> {
  const { graph } = await loadSettings(home);
  // Loaded on demand: see microsoft.ts.
  const [{ openApplications }, { provenRoles }, { openTransport }] = await Promise.all([
    import('../../graph/applications.ts'),
    import('../../graph/proven-roles.ts'),
    import('../../graph/transport.ts'),
  ]);
  const { reader, writer } = await openApplications(graph);
  const transport = await openTransport(graph.caFile, proxies);
  const checkedAt = new Date(clock.now()).toISOString();
  const seen = new Map<AccessKind, SeenAccess>();
  try {
    for (const access of accessKinds) {
      const application = access === 'read' ? reader : writer;
      if (application === undefined) continue;
      const { clientId } = application;
      const got = await provenRoles(application, transport, graphTenantId).then(
        (roles) => ({ roles: roles.sort(), error: null }),
        (error: unknown) => ({ roles: [], error: reported(error) }),
      );
      seen.set(access, { clientId, checkedAt, ...got });
    }
  } finally {
    await transport.close();
  }
  return seen;
}

function reported(error: unknown): SeenAccess['error'] {
  if (!(error instanceof HallpassError)) throw error;
  const { code, message, action } = error;
  return { code, message, action };
}
