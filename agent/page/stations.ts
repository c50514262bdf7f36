/** The path of the data as four stations, and the station to which each problem belongs. Pure. */
import { chapters, isErrorCode } from '../../shared/errors.ts';
import type { Problem } from '../model/watch.ts';
import type { BoardState } from './board.ts';
import { isSetUpLater, passesByItself } from './problems.ts';

export type StationId = 'powerschool' | 'agent' | 'network' | 'relay';
/** `idle`: nothing is known to be wrong, but nothing is proven to work either. */
export type StationState = 'working' | 'troubled' | 'broken' | 'paused' | 'idle';

export interface Station {
  id: StationId;
  name: string;
  /** Host, version or proxy. */
  what: string;
  state: StationState;
  word: string;
  latencyMs?: number | undefined;
  /** What it is doing. */
  detail?: string | undefined;
  /** When it last proved to work, in milliseconds since the epoch. */
  lastSuccessAt?: number | undefined;
}

/** The hosts behind the stations, as far as they are configured. */
export interface Places {
  powerschool: string | undefined;
  relay: string | undefined;
  /** Host of the proxy in front of the relay; undefined without one. */
  proxy: string | undefined;
}

/** Connection errors that do not come from the relay itself but from something in between. */
const network: ReadonlySet<string> = new Set([
  'RELAY_UNREACHABLE',
  'RELAY_TLS_UNTRUSTED',
  'RELAY_INTERCEPTED',
  'RELAY_UPGRADE_LOST',
  'LINK_LOST',
]);

/** The station of a problem. Unknown codes belong to the agent, which reported them. */
export function stationOf(code: string): StationId {
  if (network.has(code)) return 'network';
  if (isErrorCode(code)) {
    if (code in chapters.Proxies) return 'network';
    if (code in chapters.PowerSchool) return 'powerschool';
    if (code in chapters['The connection between agent and relay']) return 'relay';
  }
  return 'agent';
}

/** PowerSchool, agent, network, relay: always all four, in this order. */
export function stationsOf(state: BoardState, places: Places): Station[] {
  const problems = [state.obstacle, state.link.problem, state.cycle.problem]
    .filter((found) => found !== undefined)
    // PowerSchool works; only single rows need correction.
    .filter(({ code }) => code !== 'ROWS_LEFT_OUT');
  const at = (id: StationId) => problems.find(({ code }) => stationOf(code) === id);
  return [powerschool(state, places, at('powerschool')), agent(state, at('agent')), ...way(state, places, at)];
}

function powerschool(
  { working, powerschool, cycle, source, pausedSince, link }: BoardState,
  places: Places,
  problem: Problem | undefined,
): Station {
  // While the agent is paused or has no relay to read for, it sends no requests, so earlier answers say nothing about
  // now.
  const away = link.state === 'lost' && cycle.running === undefined && powerschool.lastAnswerAt !== undefined;
  const asked = working && pausedSince === undefined && !away;
  const proven = asked && powerschool.lastAnswerAt !== undefined;
  const how = source === 'rest' ? ' by /ws/v1' : '';
  return {
    ...{ id: 'powerschool', name: 'PowerSchool' },
    what: places.powerschool === undefined ? 'no address yet' : `${places.powerschool}${how}`,
    ...(problem !== undefined ? trouble(problem) : proven ? well('answers') : idle(asking(asked, cycle))),
    latencyMs: problem === undefined && proven ? powerschool.latencyMs : undefined,
    lastSuccessAt: powerschool.lastAnswerAt ?? cycle.lastCheckAt,
  };
}

function asking(asked: boolean, cycle: BoardState['cycle']): string {
  if (!asked) return 'not asked';
  return cycle.running === undefined ? 'not asked yet' : 'being asked';
}

function agent(state: BoardState, problem: Problem | undefined): Station {
  const { running } = state.cycle;
  const condition = () => {
    if (problem !== undefined) return isSetUpLater(problem.code) ? idle('not set up') : trouble(problem);
    if (!state.working) return { state: 'broken' as const, word: 'not running' };
    if (state.pausedSince !== undefined) return { state: 'paused' as const, word: 'paused' };
    if (running !== undefined && running.bucketsTotal > 0) {
      const detail = `${running.bucketsDone} of ${running.bucketsTotal} lists`;
      return { ...well('comparing'), detail };
    }
    return well(running === undefined ? 'running' : 'checking');
  };
  return {
    ...{ id: 'agent', name: 'This agent', what: `version ${state.version}` },
    ...condition(),
    lastSuccessAt: state.cycle.lastCheckAt,
  };
}

function way(state: BoardState, places: Places, at: (id: StationId) => Problem | undefined): Station[] {
  const { link, working } = state;
  const open = link.state === 'open';
  const lastSuccessAt = link.lastAnswerAt;
  const waiting = working ? 'connecting' : 'not used';
  const relayProblem = at('relay');
  // Any answer from the relay, even a refusal, came through the network.
  const through = open || relayProblem !== undefined;
  const networkProblem = open ? undefined : at('network');
  return [
    {
      ...{ id: 'network', name: 'Network', what: places.proxy === undefined ? 'direct' : `proxy ${places.proxy}` },
      ...(networkProblem !== undefined ? trouble(networkProblem) : through ? well('open') : idle(waiting)),
      lastSuccessAt,
    },
    {
      ...{ id: 'relay', name: 'Relay', what: places.relay ?? 'not enrolled' },
      ...(relayProblem !== undefined ? trouble(relayProblem) : open ? well('connected') : idle(unseen(link, waiting))),
      latencyMs: open ? link.latencyMs : undefined,
      lastSuccessAt,
    },
  ];
}

function unseen(link: BoardState['link'], waiting: string): string {
  return link.problem === undefined ? waiting : 'not seen';
}

function trouble({ code }: Problem): Pick<Station, 'state' | 'word'> {
  return passesByItself(code) ? { state: 'troubled', word: 'trying again' } : { state: 'broken', word: 'needs you' };
}

function well(word: string): Pick<Station, 'state' | 'word'> {
  return { state: 'working', word };
}

function idle(word: string): Pick<Station, 'state' | 'word'> {
  return { state: 'idle', word };
}
