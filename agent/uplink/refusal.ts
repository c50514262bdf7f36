/** Reads the body of an answer that came instead of a WebSocket or an identity, and turns it into an error. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { z } from 'zod';
import { catalog, chapters, fail, HallpassError, isErrorCode } from '../../shared/errors.ts';
import { selfName } from './interception.ts';

/** Longer than any error from the relay. */
const maxLength = 16_384;
const timeoutMs = 15_000;

const refusalSchema = z
  .object({ code: z.string().max(60), message: z.string().max(2000), action: z.string().max(2000) })
  .partial();
/** The relay's own words; empty when something else answered. */
export type Refusal = z.infer<typeof refusalSchema>;

/** The relay explains itself in JSON; a proxy that answers in its place does not, so its answer counts as empty. */
export async function readRefusal(response: IncomingMessage): Promise<Refusal> {
  let text = '';
  const late = setTimeout(() => response.destroy(), timeoutMs);
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      text += chunk;
      if (text.length > maxLength) break;
    }
    return refusalIn(JSON.parse(text));
  } catch {
    return {};
  } finally {
    clearTimeout(late);
  }
}

/** @param body the parsed body */
export function refusalIn(body: unknown): Refusal {
  return refusalSchema.safeParse(body).data ?? {};
}

/**
 * Codes that a relay has reason to send to an agent. Any other code is reported as a refusal with the relay's words.
 */
const relayCodes = { ...chapters['The connection between agent and relay'], ...chapters['The relay itself'] };

/**
 * The relay's own code and sentence as an error; for a code that this version does not know, RELAY_REFUSED with the
 * sentence.
 *
 * @param url the relay's address, for people
 * @param waitMs how long the relay asked us to wait
 */
export function relayError(url: string, status: number, refusal: Refusal, waitMs: number | undefined): HallpassError {
  const { code = '', message = '', action = '' } = refusal;
  const options = waitMs === undefined ? {} : { retryAfterMs: waitMs };
  const sentence = printable(message);
  if (code === 'ENROLLMENT_CODE_INVALID' || code === 'AGENT_UNKNOWN') return fail(code, { url });
  if (code === 'AGENT_TOKEN_INVALID') {
    // The relay's sentence ends with the reason that our own sentence needs.
    const reason = sentence.replace(/^[^:]*: /, '').replace(/\.$/, '') || `status ${status}`;
    return fail(code, { reason }, options);
  }
  // What the relay could not read was changed on the way, perhaps by a filter: not a bug of ours to report.
  const isOurs = isErrorCode(code) && Object.hasOwn(relayCodes, code) && catalog[code].retry !== 'bug';
  if (isOurs && sentence !== '') {
    return new HallpassError(code, sentence, printable(action) || ownAction(code), options);
  }
  const words = sentence === '' ? '' : `: ${sentence.replace(/\.$/, '')}`;
  return fail('RELAY_REFUSED', { url, status: `${status}${words}` }, options);
}

/** Names the sender, for a status that says nothing else: `502, from nginx/1.22.1`. */
export function plainStatus(status: number, headers: IncomingHttpHeaders): string {
  const by = selfName(headers);
  return by === '' ? `${status}` : `${status}, from ${by}`;
}

/** Our own catalog's next step, if it needs no values filled in. */
function ownAction(code: keyof typeof catalog): string {
  const { action } = catalog[code];
  return action.includes('{') ? 'Ask the relay operator.' : action;
}

/** One line, without escape sequences or invisible characters. */
function printable(text: string): string {
  return text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
}
