/** The local page of a working agent: what it consists of, and its life from the first event to the last. */
import type { Clock } from '../../../shared/clock.ts';
import { districtBucket, type RosterRecord } from '../../../shared/roster.ts';
import { toHallpassError } from '../../../shared/terminal.ts';
import { hallpassVersion } from '../../../shared/version.ts';
import type { Baselines } from '../../baseline/baselines.ts';
import { type Report, toProblem } from '../../model/events.ts';
import type { Meter } from '../../model/meter.ts';
import type { Source } from '../../model/source.ts';
import type { Watch } from '../../model/watch.ts';
import type { AgentState } from '../../state/agent-state.ts';
import { Board, type BoardStart } from '../board.ts';
import { HistoryFile } from '../history-file.ts';
import type { Badge } from '../model.ts';
import { SchoolNames } from '../school-names.ts';
import type { Places } from '../stations.ts';
import { type Control, type Page, type PageParts, startPage } from './server.ts';

/** School names are worth one request, but not a long wait. */
const namesTimeoutMs = 20_000;

export interface LocalPageOptions {
  state: AgentState;
  hostname: string;
  places: Places;
  clock: Clock;
  /** Where the page itself reports to: the log. */
  report: Report;
}

export interface Subjects extends Pick<PageParts, 'runChecks' | 'supportBundle'> {
  control: Control;
  baselines: Baselines;
  meter: Meter;
  source: Source;
}

export class LocalPage {
  readonly board: Board;
  readonly #options: LocalPageOptions;
  readonly #history: HistoryFile;
  #page: Page | undefined;
  #unobserve: () => void = () => undefined;

  private constructor(options: LocalPageOptions, board: Board, history: HistoryFile) {
    this.#options = options;
    this.board = board;
    this.#history = history;
  }

  /** Created before the agent, so that the page shows its first event. */
  static async prepare(options: LocalPageOptions): Promise<LocalPage> {
    const { state, clock } = options;
    const history = new HistoryFile(state.paths.history, clock);
    const board = boardOf(state, clock, { working: true, history: await history.load() });
    return new LocalPage(options, board, history);
  }

  /** Receives the agent's events and passes them on. */
  get report(): Report {
    return (event) => {
      this.board.report(event);
      this.#options.report(event);
    };
  }

  get watch(): Watch {
    return (moment) => this.board.watch(moment);
  }

  /** Never fails: an agent whose page cannot be shown still works, and reports why. */
  async open({ control, baselines, meter, source, runChecks, supportBundle }: Subjects): Promise<void> {
    const { state, hostname, places, clock } = this.#options;
    const parts: PageParts = {
      ...{ board: this.board, clock, places, control, runChecks, supportBundle },
      badge: badgeOf(state, hostname),
      port: state.settings.page.port,
      buckets: () => baselines.digests(),
      counts: () => meter.counts,
      names: new SchoolNames(() => readSchools(source), clock),
    };
    this.#unobserve = this.board.observe(() => void this.#history.keep(this.board.history));
    try {
      this.#page = await startPage(parts);
      this.report({ event: 'page.open', url: this.#page.url });
    } catch (error) {
      this.report(toProblem(toHallpassError(error)));
    }
  }

  async close(): Promise<void> {
    this.#unobserve();
    await this.#page?.close();
    await this.#history.save(this.board.history);
  }
}

/** A board that starts with what the state folder knows. */
export function boardOf(
  { folder, identity, health, pausedSince }: AgentState,
  clock: Clock,
  rest: Pick<BoardStart, 'working' | 'history' | 'obstacle'>,
): Board {
  const timeOf = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));
  return new Board({
    ...{
      version: hallpassVersion,
      folder,
      clock,
      tenant: identity?.tenantName,
      source: health.source,
      leftOut: health.leftOut,
    },
    ...{ lastCheckAt: timeOf(health.lastCheckAt), pausedSince: timeOf(pausedSince) },
    ...rest,
  });
}

export function badgeOf({ settings, identity }: AgentState, hostname: string): Badge {
  return { name: settings.name ?? hostname, agentId: identity?.agentId, tenantId: identity?.tenantId };
}

async function readSchools(source: Source): Promise<RosterRecord[]> {
  const schools: RosterRecord[] = [];
  const options = { expectedRows: 0, wanted: {}, signal: AbortSignal.timeout(namesTimeoutMs) };
  for await (const page of source.read({ kind: 'school', schoolId: districtBucket }, options)) {
    schools.push(...page.content().records);
  }
  return schools;
}
