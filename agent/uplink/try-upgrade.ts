/** Tries the upgrade at the relay for a check. This does not replace the connection of the working agent. */
import WebSocket from 'ws';
import { type CheckAnswer, checkAnswerSchema, checkSubprotocol } from '../../shared/link.ts';
import { peerOf } from '../network/certificate.ts';
import { wsAgent } from '../network/connector.ts';
import type { Way } from '../network/proxy.ts';
import type { RelayAnswer } from './interception.ts';
import { type Refusal, readRefusal } from './refusal.ts';

const handshakeTimeoutMs = 15_000;

export type UpgradeResult =
  | { outcome: 'answered'; answer: CheckAnswer }
  | ({ outcome: 'refused'; refusal: Refusal } & RelayAnswer);

/**
 * One WebSocket, which the relay closes as soon as it has said which agent it recognizes.
 *
 * @param url where the WebSocket is opened
 * @param token undefined for an agent that is not enrolled: the refusal shows whether a relay is there
 * @throws the errors of `dial`; an error when the connection opens and nothing comes through; the signal's reason
 */
export function tryUpgrade(url: URL, way: Way, token: string | undefined, signal: AbortSignal): Promise<UpgradeResult> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const ws = new WebSocket(url, [checkSubprotocol], {
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
      agent: wsAgent(url, way, signal),
      perMessageDeflate: false,
      maxPayload: 65_536,
      handshakeTimeout: handshakeTimeoutMs,
    });
    const onAbort = () => {
      reject(signal.reason);
      ws.terminate();
    };
    signal.addEventListener('abort', onAbort);
    ws.on('message', (data) => {
      const answer = checkAnswerSchema.safeParse(parse(String(data)));
      if (answer.success) resolve({ outcome: 'answered', answer: answer.data });
      else reject(new Error('the first message is not that of a relay'));
    });
    ws.on('unexpected-response', (_request, response) => {
      const { statusCode: status = 0, headers } = response;
      const peer = peerOf(response.socket);
      void readRefusal(response).then((refusal) => {
        resolve({ outcome: 'refused', status, headers, refusal, peer });
        ws.terminate();
      });
    });
    // Stays for the socket's life: ws also emits an error when a socket is closed while it connects.
    ws.on('error', reject);
    ws.on('close', () => {
      signal.removeEventListener('abort', onAbort);
      reject(new Error('the WebSocket was closed before anything came through'));
    });
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
