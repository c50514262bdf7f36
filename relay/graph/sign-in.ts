/** One request for a token: what Microsoft Entra answers, what others answer in its place, and what each means. */
import { ConfidentialClientApplication, type INetworkModule, type NetworkRequestOptions } from '@azure/msal-node';
import { retryAfterMs } from '../../shared/backoff.ts';
import { fail, HallpassError, reasonOf } from '../../shared/errors.ts';
import { entraError, openIdConfiguration, type Token, tokenAnswer } from './bodies/sign-in.ts';
import { connectionReason } from './connection-reason.ts';
import { type Fields, fieldsIn, firstWordsOf } from './readable.ts';
import type { Transport } from './transport.ts';

export type Secret =
  | { clientSecret: string }
  | { clientCertificate: { thumbprintSha256: string; privateKey: string; x5c: string } };

export interface Application {
  clientId: string;
  secret: Secret;
  /** `https://login.microsoftonline.com`. */
  authority: string;
  scope: string;
}

/**
 * Signs in. Creates MSAL for each sign-in: its cache would send the same assertion for 10 minutes, which Entra accepts
 * once, answer a second call after a 5xx from memory for a minute, and throw when an early renewal fails although the
 * old token is valid.
 *
 * @throws HallpassError GRAPH_SIGN_IN_REFUSED; GRAPH_UNREACHABLE, GRAPH_UNREADABLE, GRAPH_THROTTLED and GRAPH_FAILED if
 *   the sign-in gave no answer
 */
export async function signIn(application: Application, transport: Transport, tenant: string): Promise<Token> {
  const { authority } = application;
  if (authority.startsWith('http:')) throw refused(tenant, `the address of the sign-in, ${authority}, needs https://`);
  const flight = new Flight(transport, tenant);
  const msal = new ConfidentialClientApplication({
    auth: {
      clientId: application.clientId,
      ...application.secret,
      // Keeps MSAL from asking a Microsoft host which authorities exist, because a national cloud or a simulator is not
      // listed there.
      knownAuthorities: [new URL(application.authority).host],
    },
    system: { networkClient: flight },
  });
  const result = await msal
    .acquireTokenByClientCredential({ scopes: [application.scope], authority: `${application.authority}/${tenant}` })
    .catch((cause: unknown) => {
      throw flight.trouble ?? refused(tenant, plain(reasonOf(cause)), cause);
    });
  if (flight.trouble !== undefined) throw flight.trouble;
  if (result === null || flight.token === undefined) throw refused(tenant, 'no token came back');
  return flight.token;
}

/** MSAL's transport. MSAL turns every failure into one error, or none at all: so the real failure is kept here. */
class Flight implements INetworkModule {
  trouble: HallpassError | undefined;
  token: Token | undefined;
  readonly #transport: Transport;
  readonly #tenant: string;

  constructor(transport: Transport, tenant: string) {
    this.#transport = transport;
    this.#tenant = tenant;
  }

  async sendGetRequestAsync<T>(url: string, options?: NetworkRequestOptions) {
    return await this.#request<T>('GET', url, options);
  }

  async sendPostRequestAsync<T>(url: string, options?: NetworkRequestOptions) {
    return await this.#request<T>('POST', url, options);
  }

  async #request<T>(method: 'GET' | 'POST', url: string, { headers = {}, body }: NetworkRequestOptions = {}) {
    try {
      const answer = await this.#answer(method, url, headers, body);
      if (method === 'POST') this.token = tokenAnswer.safeParse(answer.fields).data;
      return { status: answer.status, headers: {}, body: answer.fields as T };
    } catch (error) {
      this.trouble = error instanceof HallpassError ? error : unreachable(url, error);
      throw this.trouble;
    }
  }

  async #answer(method: 'GET' | 'POST', url: string, headers: Record<string, string>, body: string | undefined) {
    const response = await this.#transport.send(
      url,
      body === undefined ? { method, headers } : { method, headers, body },
    );
    const [{ status }, text] = [response, await response.text()];
    if (status === 429 || status >= 500) throw busy(response, text);
    const fields = fieldsIn(text);
    if (status === 200 && fields !== undefined && isRight(method, fields)) return { status, fields };
    const { error, code, description = '' } = (status < 400 ? undefined : entraError.safeParse(fields).data) ?? {};
    if (error === 'temporarily_unavailable' || passing.has(code ?? 0)) throw busy(response, text);
    if (code === undefined) throw fail('GRAPH_UNREADABLE', { what: 'the sign-in', status, words: firstWordsOf(text) });
    throw refused(this.#tenant, sentenceOf(code, description));
  }
}

/** The results of a sign-in's two requests: the addresses, and the token. */
function isRight(method: 'GET' | 'POST', fields: Fields): boolean {
  return (method === 'POST' ? tokenAnswer : openIdConfiguration).safeParse(fields).success;
}

/**
 * Temporary failures that Entra reports with 400 or 401: a service behind it, the budget of a request, the tenant's
 * throttling.
 */
const passing: ReadonlySet<number> = new Set([90006, 90024, 90033, 90055]);

const sentences: Record<number, string> = {
  50034: 'the application has no account in this tenant',
  53003: 'a Conditional Access policy of the tenant blocks it',
  65001: 'no administrator of the tenant has consented',
  90002: 'Microsoft 365 has no tenant with this id: correct the tenant id',
  700016: 'the tenant does not know the application: correct the client id, or have an administrator consent',
  700024: "the relay's clock differs from Microsoft's: set it right",
  700027:
    "the relay's certificate is not registered for the application: upload it there, or configure the one that is",
  900023: 'the tenant id is not valid: correct it',
  7000112: 'the application is disabled in this tenant',
  7000215: 'the client secret is wrong: give its value, and not its id',
  7000222: 'the client secret has expired: create a new one',
  7000229: 'the application has no service principal in this tenant: have an administrator consent',
};

/** Whether Microsoft refused a sign-in because nobody in the tenant has consented to the application. */
export function isConsentMissing(error: HallpassError): boolean {
  return error.code === 'GRAPH_SIGN_IN_REFUSED' && /\(AADSTS(65001|700016|7000229)\)/.test(error.message);
}

/** @param description from Entra; its first sentence is shown when there is no better one */
function sentenceOf(code: number, description: string): string {
  const known = sentences[code];
  if (known !== undefined) return `${known} (AADSTS${code})`;
  const own = plain(description).replace(new RegExp(`^AADSTS${code}: *`), '');
  return own === '' ? `AADSTS${code}` : `${own} (AADSTS${code})`;
}

/** Without the ids and times that Entra adds for its support. */
function plain(description: string): string {
  return description
    .replace(/\s*(Trace ID|Correlation ID|Timestamp):.*$/s, '')
    .replace(/\s+/g, ' ')
    .replace(/[.\s]+$/, '');
}

function refused(tenant: string, reason: string, cause?: unknown): HallpassError {
  return fail('GRAPH_SIGN_IN_REFUSED', { tenant, reason }, { cause });
}

function unreachable(url: string, cause: unknown): HallpassError {
  return fail('GRAPH_UNREACHABLE', { url: new URL(url).origin, reason: connectionReason(cause) }, { cause });
}

function busy({ status, headers }: Response, text: string): HallpassError {
  const wait = retryAfterMs(headers.get('retry-after'), Date.parse(headers.get('date') ?? ''));
  const again = wait === undefined ? {} : { retryAfterMs: wait };
  if (status === 429) return fail('GRAPH_THROTTLED', { scope: 'sign-in' }, again);
  const requestId = headers.get('x-ms-request-id') ?? 'none';
  const reason = /AADSTS\d+[^"\\]*/.exec(text)?.[0] ?? firstWordsOf(text);
  return fail('GRAPH_FAILED', { what: 'the sign-in', status, reason: plain(reason), requestId }, again);
}
