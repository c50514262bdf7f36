/** App tokens for Graph: one sign-in at a time per tenant, with the old token in use as long as it is valid. */

import { X509Certificate } from 'node:crypto';
import { decodeJwt } from 'jose';
import type { Clock } from '../../shared/clock.ts';
import { fail } from '../../shared/errors.ts';
import { onlyLine } from '../../shared/person-text.ts';
import { readTextFile } from '../../shared/text-file.ts';
import { lackingOf } from '../model/permissions.ts';
import { alwaysNeeded } from '../operations/needed-permissions.ts';
import type { RelaySettings } from '../settings/settings.ts';
import type { Token } from './bodies/sign-in.ts';
import { type Secret, signIn } from './sign-in.ts';
import type { Transport } from './transport.ts';

/** A token is handed out until this long before its end: the request that carries it takes a while. */
const marginMs = 2 * 60_000;
/** A token is renewed this long before its end if Microsoft does not say when. */
const renewBeforeMs = 5 * 60_000;
/** After an early renewal fails, the old token stays in use for this long. */
const restMs = 60_000;

export interface Credentials {
  /**
   * A token for this Microsoft tenant. While a token is valid, no failure of its early renewal withholds it.
   *
   * @throws HallpassError GRAPH_SIGN_IN_REFUSED, GRAPH_CONSENT_MISSING; GRAPH_UNREACHABLE, GRAPH_UNREADABLE,
   *   GRAPH_THROTTLED and GRAPH_FAILED if the sign-in service gave no answer
   */
  token(graphTenantId: string): Promise<string>;
  /** Gets a new token although the present one seems valid. @throws as {@link Credentials.token} */
  renew(graphTenantId: string): Promise<void>;
}

interface Held {
  text: string;
  /** Milliseconds. */
  endsAt: number;
  renewAt: number;
}

export async function openCredentials(
  settings: RelaySettings['graph'],
  transport: Transport,
  clock: Pick<Clock, 'now'>,
): Promise<Credentials> {
  const application = {
    clientId: settings.clientId ?? missing('app registration', '--client-id GUID --client-cert FILE --client-key FILE'),
    secret: await secretOf(settings),
    authority: settings.authority,
    scope: `${settings.baseUrl}/.default`,
  };
  const held = new Map<string, Held>();
  const flights = new Map<string, Promise<string>>();

  const acquire = async (tenant: string): Promise<string> => {
    const token = await signIn(application, transport, tenant);
    const lacking = lackingRoles(token);
    if (lacking.length > 0) throw fail('GRAPH_CONSENT_MISSING', { tenant, roles: lacking.join(', ') });
    held.set(tenant, heldFrom(token, clock.now()));
    return token.text;
  };

  // Concurrent calls share one sign-in.
  const join = (tenant: string): Promise<string> => {
    const flight = flights.get(tenant) ?? acquire(tenant).finally(() => flights.delete(tenant));
    flights.set(tenant, flight);
    return flight;
  };
  return {
    async token(tenant) {
      const known = held.get(tenant);
      const now = clock.now();
      if (known === undefined || now >= known.endsAt - marginMs) return await join(tenant);
      if (now < known.renewAt) return known.text;
      return await join(tenant).catch(() => {
        known.renewAt = now + restMs;
        return known.text;
      });
    },
    async renew(tenant) {
      await join(tenant);
    },
  };
}

function heldFrom({ text, expiresIn, refreshIn }: Token, now: number): Held {
  const endsAt = now + expiresIn * 1000;
  const renewAt = refreshIn === undefined ? endsAt - renewBeforeMs : now + refreshIn * 1000;
  return { text, endsAt, renewAt: Math.min(renewAt, endsAt) };
}

/** A token may lack roles while consent is missing or still spreading: better reported now than as a 403 later. */
function lackingRoles({ text }: Token): string[] {
  let roles: unknown;
  try {
    ({ roles } = decodeJwt<{ roles?: unknown }>(text));
  } catch (cause) {
    const words = 'a token that cannot be read';
    throw fail('GRAPH_UNREADABLE', { what: 'the sign-in', status: 200, words }, { cause });
  }
  // Profile check covers the permissions that only some profiles need.
  return lackingOf(alwaysNeeded, Array.isArray(roles) ? roles : []);
}

async function secretOf(settings: RelaySettings['graph']): Promise<Secret> {
  if (settings.certificateFile !== undefined && settings.keyFile !== undefined) {
    const certificate = await readTextFile(settings.certificateFile);
    return {
      clientCertificate: {
        thumbprintSha256: new X509Certificate(certificate).fingerprint256.replaceAll(':', ''),
        privateKey: await readTextFile(settings.keyFile),
        x5c: certificate,
      },
    };
  }
  if (settings.secretFile !== undefined) {
    const secret = onlyLine(await readTextFile(settings.secretFile), `The file ${settings.secretFile}`);
    if (secret === undefined)
      throw fail('TEXT_UNREADABLE', { source: `The file ${settings.secretFile}`, reason: 'it is empty' });
    return { clientSecret: secret };
  }
  return missing('certificate or secret for its app registration', '--client-cert FILE --client-key FILE');
}

function missing(setting: string, options: string): never {
  throw fail('RELAY_NOT_CONFIGURED', { setting, options });
}
