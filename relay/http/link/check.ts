/** A check by an agent: it has proved itself, is told who it is, and leaves again. Its own connection stays as it is. */
import type { WebSocket } from 'ws';
import type { Clock } from '../../../shared/clock.ts';
import { type CheckAnswer, protocolVersion } from '../../../shared/link.ts';
import { hallpassVersion } from '../../../shared/version.ts';
import { readProfiles } from '../../store/profiles/profiles.ts';
import type { TenantScope } from '../../store/store.ts';
import { wantedOf } from './welcome.ts';

/** How long the agent may take over its half of the closing handshake, milliseconds. */
const closeTimeoutMs = 3000;

/** @throws HallpassError PROFILE_INVALID when a stored profile no longer fits its schema */
export async function checkAnswer(scope: TenantScope, now: Date): Promise<CheckAnswer> {
  const { db, tenantId } = scope;
  const { name } = await db.selectFrom('tenant').select('name').where('id', '=', tenantId).executeTakeFirstOrThrow();
  return {
    type: 'checked',
    protocol: protocolVersion,
    relayVersion: hallpassVersion,
    tenantId,
    tenantName: name,
    serverTime: now.toISOString(),
    fields: wantedOf(await readProfiles(scope)).fields,
  };
}

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
