/**
 * Asking the administrator of a district's Microsoft 365 for consent. Whoever asks is sent to Microsoft, and comes back with an answer
 * that anybody could have written: it only ends the question. What is granted is read from a token.
 */
import { fail, type HallpassError } from '../../../shared/errors.ts';
import { consentAddress } from '../../graph/consent-address.ts';
import type { AccessKind } from '../../model/microsoft-access.ts';
import { loadSettings } from '../../settings/settings.ts';
import { noteConsented } from '../../store/microsoft/access.ts';
import { endConsent, startConsent } from '../../store/microsoft/consent-attempts.ts';
import type { Tenant } from '../../store/tenants/system.ts';
import { looksLikeSecret, newSecret } from '../../store/users/secret.ts';
import { findUser } from '../../store/users/users.ts';
import { consentCallback } from '../access-page.ts';
import { type Actor, grantsIn } from '../actor.ts';
import { type AppContext, perform, type TenantRef } from '../perform.ts';
import { clientIdOf, isEnough } from '../queries/microsoft-access.ts';
import { noteSeen, seeAccess } from './check-access.ts';

/**
 * @param asked `session`: what only the session has in which the answer is to come back; `url`: the relay's address
 * @returns the address at Microsoft
 * @throws HallpassError RELAY_NOT_CONFIGURED, CONSENT_OTHER_DIRECTORY, ROLE_INSUFFICIENT, TENANT_UNKNOWN
 */
export async function askConsent(
  context: AppContext,
  actor: Actor,
  { tenant: named, access, session, url }: { tenant: TenantRef; access: AccessKind; session: string; url: string },
): Promise<string> {
  const settings = await loadSettings(context.home);
  return await perform(context, actor, { action: 'consent.ask', tenant: named }, async ({ tenant, write }) => {
    const clientId = clientIdOf(settings, access);
    if (clientId === null) {
      const option = access === 'read' ? '--reader-client-id' : '--client-id';
      throw fail('RELAY_NOT_CONFIGURED', { setting: 'app registration for this', options: `${option} GUID` });
    }
    const other = await otherDirectory(context, actor, tenant);
    if (other !== undefined) throw other;
    const state = newSecret();
    await write(async (scope, now) => {
      await startConsent(scope, { state, session, access }, now);
      return { outcome: undefined, entries: [{ access, clientId }] };
    });
    const asked = { graphTenantId: tenant.graph_tenant_id, redirectUri: `${url}${consentCallback}`, state };
    return consentAddress({ ...settings.graph, ...asked, clientId });
  });
}

/** What the browser brings back. */
export interface ConsentReturned {
  state: string;
  /** As when it was asked. */
  session: string;
  tenant?: string | undefined;
  adminConsent?: string | undefined;
  error?: string | undefined;
  subcode?: string | undefined;
  description?: string | undefined;
}

/**
 * Ends the question, and finds out what is granted.
 *
 * @returns the district of the question, and what Microsoft's answer comes to: CONSENT_CANCELED, CONSENT_REFUSED,
 *   CONSENT_OTHER_DIRECTORY
 * @throws HallpassError CONSENT_EXPIRED, ROLE_INSUFFICIENT, TENANT_UNKNOWN
 */
export async function answerConsent(
  context: AppContext,
  actor: Actor,
  returned: ConsentReturned,
): Promise<{ tenant: Tenant; refused: HallpassError | undefined }> {
  const { state } = returned;
  const now = new Date(context.clock.now());
  const attempt = looksLikeSecret(state)
    ? await context.store.system((scope) => endConsent(scope, returned, now))
    : undefined;
  if (attempt === undefined) throw fail('CONSENT_EXPIRED', {});
  const { tenantId, access } = attempt;
  // A role that was withdrawn meanwhile counts no more.
  return await perform(context, actor, { action: 'consent.answer', tenant: tenantId }, async ({ tenant, write }) => {
    const refused = refusalIn(returned, tenant) ?? (await otherDirectory(context, actor, tenant));
    if (refused !== undefined) {
      const entries = [{ access, refused: refused.code }];
      return await write(async () => ({ outcome: { tenant, refused }, entries }));
    }
    const seen = await seeAccess(context, tenant);
    return await write(async (scope, now) => {
      const changes = await noteSeen(scope, seen);
      if (!isEnough(access, seen.get(access)?.roles ?? [])) await noteConsented(scope, access, now);
      return { outcome: { tenant, refused: undefined }, entries: [{ access, changes }] };
    });
  });
}

/** What numbers of Entra mean here. */
const meanings: Record<number, { code: 'CONSENT_CANCELED' } | { code: 'CONSENT_REFUSED'; reason: string }> = {
  65004: { code: 'CONSENT_CANCELED' },
  90093: { code: 'CONSENT_REFUSED', reason: 'the account may not consent: an administrator of the district has to' },
  90094: { code: 'CONSENT_REFUSED', reason: 'the account may not consent: an administrator of the district has to' },
};

function refusalIn({ tenant: said, adminConsent, error, subcode, description = '' }: ConsentReturned, tenant: Tenant) {
  const other = fail('CONSENT_OTHER_DIRECTORY', { tenant: tenant.graph_tenant_id, what: 'the account at Microsoft' });
  if (error !== undefined) {
    const number = Number(/AADSTS(\d+)/.exec(description)?.[1] ?? 0);
    // The account does not exist in the district's directory.
    if (number === 50020) return other;
    const known = meanings[number];
    const isCanceled =
      subcode === 'cancel' || error === 'permission_denied' || (error === 'access_denied' && number === 0);
    if (isCanceled || known?.code === 'CONSENT_CANCELED') return fail('CONSENT_CANCELED', {});
    const reason = known === undefined ? wordsOf(`${error} ${description}`) : `${known.reason} (AADSTS${number})`;
    return fail('CONSENT_REFUSED', { reason });
  }
  if (adminConsent?.toLowerCase() !== 'true')
    return fail('CONSENT_REFUSED', { reason: 'it did not say what became of it' });
  return said?.toLowerCase() === tenant.graph_tenant_id ? undefined : other;
}

/** Without the ids and times that Entra adds for its support. */
function wordsOf(text: string): string {
  return text
    .replace(/\s*(Trace ID|Correlation ID|Timestamp):.*$/s, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(/[.\s]+$/, '')
    .slice(0, 300);
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Somebody who manages this district alone has to have signed in with an account of its own directory, where the provider is Microsoft:
 * consent is a matter of that directory. Operators have accounts of their own.
 */
async function otherDirectory({ store }: AppContext, actor: Actor, tenant: Tenant): Promise<HallpassError | undefined> {
  if (actor.kind !== 'user' || grantsIn(actor, tenant.id).some(({ tenantId }) => tenantId === 'all')) return undefined;
  const user = await store.readSystem((scope) => findUser(scope, actor.id));
  if (user === undefined || !guid.test(user.authority) || user.authority === tenant.graph_tenant_id) return undefined;
  const what = 'the account with which you signed in';
  return fail('CONSENT_OTHER_DIRECTORY', { tenant: tenant.graph_tenant_id, what });
}
