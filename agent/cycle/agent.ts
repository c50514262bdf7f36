/** The agent at work: stays connected to the relay and runs one cycle after another, whatever happens. */
import { type Clock, timestamp } from '../../shared/clock.ts';
import { sameDigest } from '../../shared/digest.ts';
import { fail, type HallpassError } from '../../shared/errors.ts';
import { type Hello, listsLeftOut, protocolVersion, type SourceServer } from '../../shared/link.ts';
import { quietUntil } from '../../shared/quiet.ts';
import { bucketKey, type Kind } from '../../shared/roster.ts';
import { type Loop, startLoop } from '../../shared/service.ts';
import { SetBack } from '../../shared/set-back.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import { hallpassVersion } from '../../shared/version.ts';
import { noDigest } from '../baseline/baselines.ts';
import { powerschoolAddress } from '../model/addresses.ts';
import { toProblem, totals } from '../model/events.ts';
import { rssPeakMB } from '../model/meter.ts';
import type { Problem } from '../model/watch.ts';
import type { HttpProxy } from '../network/proxy.ts';
import type { SignIn } from '../powerschool/sign-in.ts';
import type { Identity } from '../uplink/identity.ts';
import type { LivenessLimits } from '../uplink/liveness.ts';
import type { Session } from '../uplink/session.ts';
import { Uplink, type UplinkListener } from '../uplink/uplink.ts';
import type { CycleReport } from './cycle.ts';
import { type Asked, CycleRunner, type CycleRunnerParts, toErrorMessage } from './runner.ts';

/** How many times `sync --once` repeats the cycle because the relay asked for repairs. */
const repairRounds = 3;
/** The longest wait that a timer can take, 24 days. */
const forEverMs = 2 ** 31 - 1;
/** How often to check for changed credentials while PowerSchool refuses them, in milliseconds. */
const credentialsEveryMs = 5000;

export interface AgentParts extends CycleRunnerParts {
  identity: Identity;
  relay: URL;
  /** Authorities trusted for the relay, PEM. */
  relayCa: string[];
  relayProxy?: HttpProxy | undefined;
  clock: Clock;
  random: () => number;
  /** The credentials that the source uses, and whether they may be tried. */
  signIn?: SignIn;
  liveness?: LivenessLimits;
}

export class Agent {
  readonly #parts: AgentParts;
  readonly #stop: AbortSignal;
  readonly #runner: CycleRunner;
  /** The number of records at the relay, for buckets where our baseline does not match it. */
  #suspects = new Map<string, number>();
  #pausedUntil = 0;
  readonly #setBack = new SetBack();
  /** The end of the quiet hours that were last reported. */
  #quietUntil = 0;
  /** The session that has been told about the pause. */
  #pauseReported: Session | undefined;
  /** Someone on this computer asked for a cycle at once. */
  #wanted = false;
  /** Ids of `sync` commands that wait for the next cycle. */
  #commands: string[] = [];
  /** The loop that waits for the next cycle; undefined before the first session. */
  #loop: Loop | undefined;
  /** The credentials were refused, and the last wait was for new ones. */
  #watchesCredentials = false;
  #busy = false;

  /** @param stop ends everything in good order within a few seconds */
  constructor(parts: AgentParts, stop: AbortSignal) {
    this.#parts = parts;
    this.#stop = stop;
    this.#runner = new CycleRunner(parts);
  }

  /**
   * Works until stopped.
   *
   * @throws HallpassError AGENT_UNKNOWN, AGENT_REPLACED, PROTOCOL_UNSUPPORTED; everything else is reported and retried
   */
  async run(): Promise<void> {
    const { state, report } = this.#parts;
    if (state.pausedSince !== undefined) report({ event: 'agent.paused', since: state.pausedSince });
    await this.#connected(true, async (uplink) => {
      while (!this.#stop.aborted) {
        const session = await uplink.session();
        await this.#serve(session);
        if (session.draining) uplink.finished();
      }
    });
  }

  /** Begins a cycle as soon as there is a connection, even in quiet hours. */
  syncNow(): void {
    this.#wanted = true;
    this.#loop?.wake();
  }

  /**
   * Lets a running cycle end and starts no other until {@link resume}; survives restarts. @throws HallpassError
   * STATE_UNWRITABLE
   */
  async pause(): Promise<void> {
    const { state, report, clock } = this.#parts;
    const since = timestamp(clock);
    await state.savePause(since);
    report({ event: 'agent.paused', since });
    this.#loop?.wake();
  }

  /** @throws HallpassError STATE_UNWRITABLE */
  async resume(): Promise<void> {
    await this.#parts.state.savePause(undefined);
    this.#parts.report({ event: 'agent.resumed' });
    this.#loop?.wake();
  }

  /** One connection, one cycle, and the repairs that the relay asks for. @throws HallpassError the first error */
  async syncOnce(acceptEmpty: ReadonlySet<Kind>): Promise<void> {
    await this.#connected(false, async (uplink) => {
      for (let round = 0; round <= repairRounds; ) {
        const session = await uplink.session();
        const asked = { acceptEmpty, thorough: round === 0 };
        const outcome = await this.#cycle(session, asked).catch((error: unknown) => {
          if (!session.renewed) throw error;
        });
        // A change of profiles cut the cycle short; the next session knows what the relay wants now.
        if (outcome === undefined) continue;
        const { failures, repairs } = outcome;
        if (failures[0] !== undefined) throw failures[0];
        if (repairs.length === 0) break;
        round += 1;
      }
    });
  }

  async #connected(persistent: boolean, work: (uplink: Uplink) => Promise<void>): Promise<void> {
    const { source, report, meter, state } = this.#parts;
    report({ event: 'agent.ready', version: hallpassVersion, folder: state.folder });
    await this.#runner.describe(this.#stop);
    const uplink = this.#uplink(persistent);
    // A running cycle ends by itself; without one there is nothing to wait for.
    const hangUp = () => {
      if (!this.#busy) uplink.close();
    };
    this.#stop.addEventListener('abort', hangUp);
    try {
      if (!this.#stop.aborted) await work(uplink);
    } catch (error) {
      if (!this.#stop.aborted) throw error;
    } finally {
      this.#stop.removeEventListener('abort', hangUp);
      uplink.close();
      await source.close();
      // Another process may take over the state folder in a moment, or delete it.
      await state.linkSaved;
      report({ event: 'agent.stopped', ...totals(meter.counts, rssPeakMB()) });
    }
  }

  #uplink(persistent: boolean): Uplink {
    const { relay, identity, relayCa: ca, relayProxy: proxy, meter, clock, random, liveness } = this.#parts;
    const listener = this.#listener(() => uplink.renew());
    const hello = () => this.#hello();
    const uplink = new Uplink({
      ...{ relay, identity, ca, proxy, hello, listener, meter, clock, random, persistent },
      ...(liveness === undefined ? {} : { liveness }),
    });
    return uplink;
  }

  #listener(renew: () => void): UplinkListener {
    const { report, watch, relay, clock, state } = this.#parts;
    return {
      opened: (session) => {
        this.#compareDigests(session);
        void state.saveLink({ connected: true, since: timestamp(clock) });
        const { tenantName: tenant, wanted } = session.welcome;
        watch?.({ moment: 'link.opened', relay: relay.href, tenant, wanted });
        report({ event: 'link.open', relay: relay.href, tenant: session.welcome.tenantName });
      },
      ended: ({ error, final }) => {
        const { code, message, action, retry } = error;
        watch?.({ moment: 'link.ended', problem: { code, message, action } });
        this.#rememberLoss({ code, message, action });
        // The caller receives and reports a final error.
        if (!final && retry === 'fix') report(toProblem(error));
        else if (!final) report({ event: 'link.lost', code, message });
      },
      command: ({ id, name }, session) => {
        const quiet = this.#quiet();
        if (name === 'settings') {
          void session.send({ type: 'result', id, ok: true });
          renew();
        } else if (state.pausedSince !== undefined) {
          const error = toErrorMessage(fail('AGENT_PAUSED', { since: state.pausedSince }));
          void session.send({ type: 'result', id, ok: false, error });
        } else if (quiet !== undefined) {
          const error = toErrorMessage(fail('QUIET_HOURS', { until: new Date(quiet).toISOString() }));
          void session.send({ type: 'result', id, ok: false, error });
        } else {
          this.#commands.push(id);
          this.#loop?.wake();
        }
      },
      draining: () => this.#loop?.wake(),
      throttled: (waitMs) => {
        this.#pausedUntil = clock.now() + waitMs;
        watch?.({ moment: 'link.throttled', until: this.#pausedUntil });
      },
      answered: (ms) => watch?.({ moment: 'link.answered', ms }),
      errorReported: ({ code, message }) => report({ event: 'link.told', code, message }),
      clockCorrected: (ms) => report({ event: 'clock.corrected', seconds: Math.round(ms / 1000) }),
    };
  }

  /** For `status`: once for each kind of problem, not for every attempt. */
  #rememberLoss(problem: Problem): void {
    const { state, clock } = this.#parts;
    const { link } = state;
    if (link?.connected === false && link.problem?.code === problem.code) return;
    const since = timestamp(clock);
    const lostAt = link?.connected === false ? link.since : since;
    void state.saveLink({ connected: false, since: lostAt, problem: { ...problem, since } });
  }

  #hello(): Hello {
    const { source, baselines, state } = this.#parts;
    const { powerschoolVersion, timeZone, districtId } = this.#runner.facts;
    const { url } = state.settings.powerschool;
    return {
      type: 'hello',
      protocol: protocolVersion,
      agentVersion: hallpassVersion,
      capabilities: [listsLeftOut],
      source: {
        kind: source.kind,
        ...(powerschoolVersion === undefined ? {} : { powerschoolVersion }),
        ...(timeZone === undefined ? {} : { timeZone }),
        ...(url === undefined ? {} : { server: serverOf(powerschoolAddress(url), districtId) }),
      },
      buckets: baselines.digests(),
    };
  }

  /** Where the two digests differ, the manifest says what the relay has. */
  #compareDigests({ welcome }: Session): void {
    const { baselines } = this.#parts;
    const mirror = new Map(welcome.buckets.map((bucket) => [bucketKey(bucket), bucket.digest]));
    this.#suspects = new Map();
    for (const key of new Set([...baselines.keys(), ...mirror.keys()])) {
      const digest = mirror.get(key) ?? noDigest;
      if (!sameDigest(digest, baselines.digest(key))) this.#suspects.set(key, digest.count);
    }
  }

  /**
   * Runs one cycle after another until this session ends. @throws HallpassError errors that the cycles do not report
   * themselves
   */
  async #serve(session: Session): Promise<void> {
    const { clock, random } = this.#parts;
    let chance = random();
    let waitMs = 0;
    let trouble: HallpassError | undefined;
    const loop = startLoop({
      turn: async () => {
        if (session.draining) return loop.stop();
        waitMs = await this.#untilDue(session, chance);
        if (waitMs > 0) return;
        if (!(await this.#serveOnce(session))) return loop.stop();
        chance = random();
      },
      pauseMs: () => waitMs,
      backoff: { baseMs: 1000, capMs: 1000 },
      failed: (error) => {
        trouble = error;
        loop.stop();
      },
      clock,
      random,
      signal: AbortSignal.any([session.closed, this.#stop]),
    });
    this.#loop = loop;
    await loop.ended;
    if (trouble !== undefined) throw trouble;
  }

  /** Runs the cycle that is due; returns false when it was cut short and must be repeated in the next session. */
  async #serveOnce(session: Session): Promise<boolean> {
    const commands = this.#commands.splice(0);
    const thorough = this.#wanted || commands.length > 0;
    this.#wanted = false;
    const error = await this.#cycle(session, { acceptEmpty: new Set(), thorough }).then(
      ({ failures }) => failures[0],
      (thrown: unknown) => toHallpassError(thrown),
    );
    if (error !== undefined && session.renewed) {
      this.#commands.unshift(...commands);
      this.#wanted ||= thorough;
      return false;
    }
    const outcome = error === undefined ? { ok: true } : { ok: false, error: toErrorMessage(error) };
    for (const id of commands) await session.send({ type: 'result', id, ...outcome });
    return true;
  }

  /** How long to wait before checking again whether a cycle is due, in milliseconds; 0 when one is due. */
  async #untilDue(session: Session, chance: number): Promise<number> {
    const { clock, state, source, signIn, watch } = this.#parts;
    if (this.#watchesCredentials && (await signIn?.pauseMs().catch(() => 1)) === 0) this.#runner.forgive();
    const intervalMs = 1000 * (state.settings.cycle.seconds ?? session.welcome.schedule.cycleSeconds);
    const pace = { intervalMs, databaseShare: state.settings.powerschool.databaseShare * source.probeShare };
    const dueAt = this.#runner.dueAt(pace, chance);
    this.#pausedUntil -= this.#setBack.look(clock.now());
    const quiet = await this.#reportQuietHours(session);
    const paused = await this.#reportPause(session);
    const at = Math.max(dueAt, this.#pausedUntil, quiet);
    const waitMs = paused ? forEverMs : this.#commands.length > 0 || this.#wanted ? 0 : at - clock.now();
    this.#watchesCredentials = waitMs > 0 && this.#runner.refused && signIn !== undefined;
    if (waitMs <= 0) return 0;
    watch?.({ moment: 'cycle.due', at, intervalMs: this.#runner.intervalMs(pace) });
    return this.#watchesCredentials ? Math.min(waitMs, credentialsEveryMs) : waitMs;
  }

  /** When the current quiet hours end, in milliseconds since the epoch; undefined outside quiet hours. */
  #quiet(): number | undefined {
    const { clock, state } = this.#parts;
    return quietUntil(clock.now(), state.settings.quiet, this.#runner.facts.timeZone);
  }

  /** The same, with 0 outside quiet hours; reports their start once. */
  async #reportQuietHours(session: Session): Promise<number> {
    const until = this.#quiet();
    if (until !== undefined && until !== this.#quietUntil) {
      this.#parts.report({ event: 'agent.quiet', until: new Date(until).toISOString() });
      await session.send({ type: 'status', state: 'waiting' });
    }
    this.#quietUntil = until ?? 0;
    return this.#quietUntil;
  }

  /** True while an administrator has paused the agent; reported once per session. */
  async #reportPause(session: Session): Promise<boolean> {
    const paused = this.#parts.state.pausedSince !== undefined;
    if (paused && this.#pauseReported !== session) await session.send({ type: 'status', state: 'waiting' });
    this.#pauseReported = paused ? session : undefined;
    return paused;
  }

  /** True when the agent starts no cycle by itself. */
  #rests(): boolean {
    return this.#parts.state.pausedSince !== undefined || this.#quiet() !== undefined;
  }

  async #cycle(session: Session, asked: Asked): Promise<CycleReport> {
    this.#busy = true;
    // A cycle that a person starts during that time is not cut short.
    const meant = this.#rests();
    try {
      const shouldRest = () => !meant && this.#rests();
      return await this.#runner.run(session, this.#suspects, asked, this.#stop, shouldRest);
    } finally {
      this.#busy = false;
    }
  }
}

function serverOf({ host }: URL, id: string | undefined): SourceServer {
  return id === undefined ? { host } : { id, host };
}
