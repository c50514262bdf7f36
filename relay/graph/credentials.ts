/** App tokens for Graph: one sign-in at a time per tenant, with the old token in use as long as it is valid. */
import type { Clock } from '../../shared/clock.ts';
import { fail, HallpassError } from '../../shared/errors.ts';
import { lackingOf, toRead } from '../model/permissions.ts';
import { alwaysNeeded } from '../operations/needed-permissions.ts';
import type { RelaySettings } from '../settings/settings.ts';
import { type Applications, openApplications } from './applications.ts';
import type { Token } from './bodies/sign-in.ts';
import { rolesIn } from './roles-in-token.ts';
import { isConsentMissing, signIn } from './sign-in.ts';
import type { Transport } from './transport.ts';

/** A token is handed out until this long before its end: the request that carries it takes a while. */
const marginMs = 2 * 60_000;
/** A token is renewed this long before its end if Microsoft does not say when. */
const renewBeforeMs = 5 * 60_000;
/** After an early renewal fails, the old token stays in use for this long. */
const restMs = 60_000;

export interface Credentials {
  /**
   * A token for this Microsoft tenant, which can write where the tenant has consented to that, and at least read. While a token is
   * valid, no failure of its early renewal withholds it.
   *
   * @throws HallpassError GRAPH_SIGN_IN_REFUSED, GRAPH_CONSENT_MISSING; GRAPH_UNREACHABLE, GRAPH_UNREADABLE,
   *   GRAPH_THROTTLED and GRAPH_FAILED if the sign-in service gave no answer
   */
  token(graphTenantId: string): Promise<string>;
  /**
   * That tokens for this tenant can write what every run writes. Where the one at hand cannot, the sign-in is asked again: consent
   * may have arrived.
   *
   * @throws HallpassError as {@link Credentials.token}
   */
  needWrite(graphTenantId: string): Promise<void>;
  /** Gets a new token although the present one seems valid. @throws as {@link Credentials.token} */
  renew(graphTenantId: string): Promise<void>;
}

interface Held {
  text: string;
  /** Milliseconds. */
  endsAt: number;
  renewAt: number;
  /** Why it cannot write; undefined where it can. */
  whyNotWrite: HallpassError | undefined;
}

export async function openCredentials(
  settings: RelaySettings['graph'],
  transport: Transport,
  clock: Pick<Clock, 'now'>,
): Promise<Credentials> {
  const applications = await openApplications(settings);
  const held = new Map<string, Held>();
  const flights = new Map<string, Promise<Held>>();

  const acquire = async (tenant: string): Promise<Held> => {
    const { token, whyNotWrite } = await bestToken(applications, transport, tenant);
    const known = { ...heldFrom(token, clock.now()), whyNotWrite };
    held.set(tenant, known);
    return known;
  };

  // Concurrent calls share one sign-in.
  const join = (tenant: string): Promise<Held> => {
    const flight = flights.get(tenant) ?? acquire(tenant).finally(() => flights.delete(tenant));
    flights.set(tenant, flight);
    return flight;
  };
  const current = async (tenant: string): Promise<Held> => {
    const known = held.get(tenant);
    const now = clock.now();
    if (known === undefined || now >= known.endsAt - marginMs) return await join(tenant);
    if (now < known.renewAt) return known;
    return await join(tenant).catch(() => {
      known.renewAt = now + restMs;
      return known;
    });
  };
  return {
    token: async (tenant) => (await current(tenant)).text,
    async needWrite(tenant) {
      if ((await current(tenant)).whyNotWrite === undefined) return;
      const { whyNotWrite } = await join(tenant);
      if (whyNotWrite !== undefined) throw whyNotWrite;
    },
    async renew(tenant) {
      await join(tenant);
    },
  };
}

/**
 * The token that can do most. An application that may read is enough for that: the one that writes, with few permissions, or the one
 * that only reads.
 */
async function bestToken(
  { writer, reader }: Applications,
  transport: Transport,
  tenant: string,
): Promise<{ token: Token; whyNotWrite: HallpassError | undefined }> {
  let whyNotWrite: HallpassError;
  try {
    const token = await signIn(writer, transport, tenant);
    const roles = rolesIn(token);
    // Profile check covers the permissions that only some profiles need.
    const lacking = lackingOf(alwaysNeeded, roles);
    if (lacking.length === 0) return { token, whyNotWrite: undefined };
    whyNotWrite = fail('GRAPH_CONSENT_MISSING', { tenant, roles: lacking.join(', ') });
    if (lackingOf(toRead, roles).length === 0) return { token, whyNotWrite };
  } catch (error) {
    if (reader === undefined || !(error instanceof HallpassError) || error.code !== 'GRAPH_SIGN_IN_REFUSED')
      throw error;
    const roles = alwaysNeeded.map(([least]) => least).join(', ');
    whyNotWrite = isConsentMissing(error) ? fail('GRAPH_CONSENT_MISSING', { tenant, roles }) : error;
  }
  if (reader === undefined) throw whyNotWrite;
  try {
    const token = await signIn(reader, transport, tenant);
    const lacking = lackingOf(toRead, rolesIn(token));
    if (lacking.length > 0) throw fail('GRAPH_CONSENT_MISSING', { tenant, roles: lacking.join(', ') });
    return { token, whyNotWrite };
  } catch (error) {
    // A wrong certificate is to be mended before anybody consents.
    if (whyNotWrite.code !== 'GRAPH_CONSENT_MISSING') throw whyNotWrite;
    if (!(error instanceof HallpassError) || !isConsentMissing(error)) throw error;
    throw fail('GRAPH_CONSENT_MISSING', { tenant, roles: toRead.map(([least]) => least).join(', ') });
  }
}

function heldFrom({ text, expiresIn, refreshIn }: Token, now: number): Omit<Held, 'whyNotWrite'> {
  const endsAt = now + expiresIn * 1000;
  const renewAt = refreshIn === undefined ? endsAt - renewBeforeMs : now + refreshIn * 1000;
  return { text, endsAt, renewAt: Math.min(renewAt, endsAt) };
}
