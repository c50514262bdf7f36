/**
 * The endpoint for agents: an agent proves who it is before the connection becomes a WebSocket, and otherwise gets a plain
 * HTTP answer.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import type { Clock } from '../../../shared/clock.ts';
import { fail, type HallpassError } from '../../../shared/errors.ts';
import {
  type CheckAnswer,
  checkSubprotocol,
  limits,
  linkPath,
  protocolVersion,
  subprotocol,
} from '../../../shared/link.ts';
import { toHallpassError } from '../../../shared/terminal.ts';
import { useAgentToken } from '../../app/commands/agent-link.ts';
import { checkAnswer, knownAgent } from '../../app/queries/agent-link.ts';
import type { RelaySettings } from '../../settings/settings.ts';
import type { Store } from '../../store/store.ts';
import { type ProblemDetails, problemDetails, rawAnswer } from '../problem-details.ts';
import { Arrivals } from './arrivals.ts';
import { AttemptLimit } from './attempts.ts';
import { answerCheck } from './check.ts';
import { Conduct } from './conduct.ts';
import { Connection } from './connection.ts';
import { Fleet } from './fleet.ts';
import type { Origins } from './origins.ts';
import { Room } from './room.ts';
import { Session } from './session.ts';
import { type AdmittedAgent, verifyToken } from './token.ts';
import { Turns } from './turns.ts';

/** Refused upgrades per minute from one address, and for one agent id from one address. */
const refusalsPerMinute = 60;
/** The errors that guessed tokens get. */
const guesses: ReadonlySet<string> = new Set(['AGENT_TOKEN_INVALID', 'AGENT_UNKNOWN']);
/** Fragments of one message, and chunks of a frame from the network; agents send a message in one fragment. */
const maxFragments = 1024;
const maxBufferedChunks = 16_384;

export interface EndpointOptions {
  server: Server;
  store: Store;
  settings: RelaySettings;
  origins: Origins;
  clock: Clock;
  log: Logger;
  /** The relay's address, for people; known once the port is bound. */
  url(): string;
  /** Called after a tenant's roster has changed. */
  wake(tenantId: string): void;
  /** Between two pings, milliseconds. */
  pingMs: number;
  /** Between two looks for revoked agents, milliseconds. */
  watchMs: number;
  /** How long an agent may finish its work when the relay shuts down, milliseconds. */
  drainMs: number;
  /** How many agents may be between request and welcome at a time. */
  mostArriving: number;
  random(): number;
}

export interface Endpoint {
  /** Agents connected to this node. */
  readonly connected: number;
  /** Why the relay currently cannot see which agents are revoked. */
  readonly trouble: HallpassError | undefined;
  /** Tells the tenant's connected agents; returns how many there are. */
  command(tenantId: string, name: 'sync' | 'settings'): number;
  /** Refuses new connections, tells the connected agents when to come back, and finishes the work in progress. */
  close(): Promise<void>;
}

export function openEndpoint(options: EndpointOptions): Endpoint {
  const { server, store, settings, origins, clock, log, wake, pingMs } = options;
  const stop = new AbortController();
  const refusals = new AttemptLimit(refusalsPerMinute);
  const refusalsOfAgent = new AttemptLimit(refusalsPerMinute);
  const conduct = new Conduct();
  const turns = new Turns();
  const room = new Room();
  const fleet = new Fleet({ ...options, signal: stop.signal });
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.maxFrameBytes,
    // Connection answers and counts them.
    autoPong: false,
    maxFragments,
    maxBufferedChunks,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : checkSubprotocol),
  });
  // What ws itself would refuse in plain text, such as a key that is not one.
  sockets.on('wsClientError', ({ message }, socket) =>
    refuse(socket, problemDetails(fail('REQUEST_MALFORMED', { reason: message })), clock.now()),
  );
  const arrivals = new Arrivals(options.mostArriving);

  const admit = async (request: IncomingMessage): Promise<AdmittedAgent> => {
    if (stop.signal.aborted) throw fail('RELAY_BUSY', {}, { retryAfterMs: 1000 + options.random() * 9000 });
    if (arrivals.isFull) throw fail('RELAY_BUSY', {}, { retryAfterMs: arrivals.comeBackAfterMs(performance.now()) });
    checkProtocol(request);
    const address = origins.of(request);
    try {
      const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
      if (token === undefined) throw fail('AGENT_TOKEN_INVALID', { reason: 'there is none' });
      return await verifyToken(token, {
        findAgent: async (agentId) => {
          // The address alone does not count: the relay accepts a good token even if others have tried wrong ones from there.
          const exceeded = refusalsOfAgent.exceeded(`${address} ${agentId}`, clock.now());
          if (exceeded !== undefined) throw exceeded;
          const known = await knownAgent(store, agentId);
          if (known !== undefined) refusalsOfAgent.count(`${address} ${agentId}`, clock.now());
          return known;
        },
        use: async (used) => {
          refusalsOfAgent.forgive(`${address} ${used.agentId}`);
          conduct.arrive(used.agentId, clock.now());
          return await useAgentToken({ store, clock }, used);
        },
        nowMs: clock.now(),
        url: options.url(),
      });
    } catch (error) {
      const known = toHallpassError(error);
      throw guesses.has(known.code) ? refusals.refuse(address, clock.now(), known) : known;
    }
  };

  /** @param arrive called when the agent has its welcome or is gone */
  const accept = (
    agent: AdmittedAgent,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    arrive: (how: 'arrived' | 'gone') => void,
  ): void => {
    if (socket.destroyed) arrive('gone');
    else socket.once('close', () => arrive('gone'));
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const share = conduct.share(agent.agentId, clock.now());
      const connection = new Connection(webSocket, {
        clock,
        log: log.child({ tenant: agent.tenantSlug, agent: agent.agentId }),
        pingMs,
        random: options.random,
        turns,
        room,
        share,
        strike: (points) => conduct.strike(agent.agentId, points, clock.now()),
        misused: () => conduct.end(agent.agentId, clock.now()),
      });
      connection.receive(
        new Session({
          agent,
          store,
          clock,
          log,
          cycleSeconds: settings.agents.cycleSeconds,
          send: (message) => connection.reply(message),
          pass: () => connection.pass(),
          inParts: (work) => connection.inParts(work),
          onCommit: wake,
          onGreeted: () => arrive('arrived'),
        }),
      );
      fleet.add(agent, connection);
    });
  };

  const check = (answer: CheckAnswer, request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    sockets.handleUpgrade(request, socket, head, (webSocket) => answerCheck(webSocket, answer, clock));
  };

  const onUpgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    // Until ws takes over, nothing else handles a reset.
    const onError = () => socket.destroy();
    socket.on('error', onError);
    const path = request.url?.split('?', 1).join('') ?? '';
    if (path !== linkPath)
      return refuse(socket, problemDetails(fail('PATH_UNKNOWN', { path: path.slice(0, 200) })), clock.now());
    const arrive = arrivals.begin(() => performance.now());
    let isAccepted = false;
    try {
      const agent = await admit(request);
      if (stop.signal.aborted) throw fail('RELAY_BUSY', {});
      if (agent.revoked)
        return refuse(
          socket,
          problemDetails(fail('AGENT_UNKNOWN', { url: options.url() }), { status: 403 }),
          clock.now(),
        );
      const answer = offeredProtocols(request).includes(subprotocol)
        ? undefined
        : await checkAnswer({ store, clock }, agent.tenantId);
      socket.off('error', onError);
      if (answer !== undefined) return check(answer, request, socket, head);
      isAccepted = true;
      accept(agent, request, socket, head, arrive);
    } catch (error) {
      const known = toHallpassError(error);
      // A client over a limit tries often; the refusals that led there are in the log.
      const level = known.code === 'ATTEMPTS_EXCEEDED' ? 'debug' : 'warn';
      const address = origins.of(request);
      log[level]({
        event: 'agent.turned-away',
        code: known.code,
        address,
        ...(known.retry === 'bug' && { err: known }),
      });
      refuse(socket, problemDetails(known), clock.now());
    } finally {
      if (!isAccepted) arrive('gone');
    }
  };

  server.on('upgrade', (request, socket, head) => void onUpgrade(request, socket, head));
  return {
    get connected() {
      return fleet.size;
    },
    get trouble() {
      return fleet.trouble;
    },
    command: (tenantId, name) => fleet.command(tenantId, name),
    close: async () => {
      stop.abort();
      await fleet.drain(options.drainMs);
    },
  };
}

/** @throws HallpassError PROTOCOL_UNSUPPORTED unless it is a WebSocket with a protocol that we support */
function checkProtocol(request: IncomingMessage): void {
  const { headers } = request;
  const offered = offeredProtocols(request);
  const webSocket = headers.upgrade?.toLowerCase() === 'websocket' && headers['sec-websocket-version'] === '13';
  if (webSocket && [subprotocol, checkSubprotocol].some((known) => offered.includes(known))) return;
  throw fail('PROTOCOL_UNSUPPORTED', { agent: offered.join(' ').slice(0, 60) || 'none', relay: protocolVersion });
}

function offeredProtocols({ headers }: IncomingMessage): string[] {
  return (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
}

/** An HTTP answer instead of the upgrade. An agent with a wrong clock learns the time from its date. */
function refuse(socket: Duplex, problem: ProblemDetails, nowMs: number): void {
  socket.once('finish', () => socket.destroy());
  socket.end(rawAnswer(problem, { date: new Date(nowMs).toUTCString() }));
}
