/**
 * Tracks misuse per agent, across its connections: invalid messages cost points, too many of them end the connection, and
 * each further reconnect has to wait longer. A correct agent loses no points, and one with a fault only a few.
 */
import { fail, type HallpassError } from '../../../shared/errors.ts';
import { Share } from './turns.ts';

/** Points that an agent may lose at once; they are restored within a minute. */
const mostPoints = 20;
const pointsPerMs = mostPoints / 60_000;
/**
 * Connections allowed at once; restored within a minute. Version 0.2.0 makes seven in its first minute without a relay.
 */
const mostArrivals = 30;
const arrivalsPerMs = mostArrivals / 60_000;
/** The pause after the first forced disconnect, doubled after each further one, milliseconds. */
const firstPauseMs = 10_000;
const longestPauseMs = 600_000;
/** One forced disconnect is forgiven after each such time without another, milliseconds. */
const forgiveMs = 600_000;
/** Agents remembered. Only authenticated agents get here, so there are never more than were enrolled. */
const maxAgents = 20_000;

interface Record {
  share: Share;
  points: number;
  arrivals: number;
  at: number;
  ends: number;
  /** No connection before this time. */
  until: number;
}

export class Conduct {
  readonly #agents = new Map<string, Record>();

  /** The agent's share of the relay's time. */
  share(agentId: string, nowMs: number): Share {
    return this.#record(agentId, nowMs).share;
  }

  /** An authenticated agent asks for a connection. @throws HallpassError LINK_LIMIT_EXCEEDED with the time to wait */
  arrive(agentId: string, nowMs: number): void {
    const record = this.#record(agentId, nowMs);
    // A clock that was set back must not lock an agent out for longer than the longest pause.
    const waitMs = Math.min(record.until - nowMs, longestPauseMs);
    if (waitMs > 0) throw refusal('it misused an earlier one', waitMs);
    if (record.arrivals < 1) throw refusal('it opens too many in a short time', (1 - record.arrivals) / arrivalsPerMs);
    record.arrivals -= 1;
  }

  /**
   * Counts something invalid.
   *
   * @returns true if the connection has to end
   */
  strike(agentId: string, points: number, nowMs: number): boolean {
    const record = this.#record(agentId, nowMs);
    record.points -= points;
    if (record.points >= 0) return false;
    this.end(agentId, nowMs);
    return true;
  }

  /** The connection ends because of misuse: the next one has to wait. */
  end(agentId: string, nowMs: number): void {
    const record = this.#record(agentId, nowMs);
    record.points = mostPoints;
    record.until = nowMs + Math.min(longestPauseMs, firstPauseMs * 2 ** record.ends);
    record.ends = Math.min(record.ends + 1, 10);
  }

  #record(agentId: string, nowMs: number): Record {
    const known = this.#agents.get(agentId);
    if (known === undefined) {
      const [oldest] = this.#agents.keys();
      if (this.#agents.size >= maxAgents && oldest !== undefined) this.#agents.delete(oldest);
      const made = { share: new Share(), points: mostPoints, arrivals: mostArrivals, at: nowMs, ends: 0, until: 0 };
      this.#agents.set(agentId, made);
      return made;
    }
    const passed = Math.max(0, nowMs - known.at);
    known.points = Math.min(mostPoints, known.points + passed * pointsPerMs);
    known.arrivals = Math.min(mostArrivals, known.arrivals + passed * arrivalsPerMs);
    known.ends = Math.max(0, known.ends - Math.floor(Math.max(0, nowMs - Math.max(known.until, known.at)) / forgiveMs));
    known.at = nowMs;
    return known;
  }
}

function refusal(reason: string, retryAfterMs: number): HallpassError {
  return fail('LINK_LIMIT_EXCEEDED', { reason }, { retryAfterMs });
}
