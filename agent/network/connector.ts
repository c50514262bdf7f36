/** {@link dial} in the forms that undici and ws expect. */
import type { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { buildConnector } from 'undici';
import { Agent } from '../../shared/node-http.ts';
import { dial } from './dial.ts';
import type { Way } from './proxy.ts';

/** For `new Pool(url.origin, { connect })`. @param signal ends connection attempts */
export function undiciConnector(url: URL, way: Way, signal: AbortSignal): buildConnector.connector {
  return (_options, done) => {
    dial(url, way, signal).then(
      (socket) => done(null, socket),
      (error: Error) => done(error, null),
    );
  };
}

/** For `new WebSocket(url, { agent })`, used once. @param signal ends connection attempts */
export function wsAgent(url: URL, way: Way, signal: AbortSignal): HttpAgent {
  const agent = url.protocol === 'wss:' ? new HttpsAgent() : new Agent();
  agent.createConnection = (_options, done) => {
    dial(url, way, signal).then(
      (socket) => done?.(null, socket),
      // Node calls it with only the error, which the types do not reflect.
      (error: Error) => (done as ((error: Error) => void) | undefined)?.(error),
    );
    return undefined;
  };
  return agent;
}
