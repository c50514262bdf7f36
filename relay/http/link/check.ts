/**
 * The answer to an agent's check: the authenticated agent learns its identity and disconnects. Its regular connection is
 * not affected.
 */
import type { WebSocket } from 'ws';
import type { Clock } from '../../../shared/clock.ts';
import type { CheckAnswer } from '../../../shared/link.ts';

/** How long the agent may take over its half of the closing handshake, milliseconds. */
const closeTimeoutMs = 3000;

/** Sends the answer and closes. */
export function answerCheck(socket: WebSocket, answer: CheckAnswer, clock: Clock): void {
  const ended = new AbortController();
  // An 'error' without a listener would end the process.
  socket.on('error', () => socket.terminate());
  socket.once('close', () => ended.abort());
  socket.send(JSON.stringify(answer));
  socket.close(1000);
  clock.sleep(closeTimeoutMs, ended.signal).then(
    () => socket.terminate(),
    () => undefined,
  );
}
