/**
 * The source that chooses by itself: the plugin's queries, or `/ws/v1` if the plugin has none.
 *
 * It never switches from queries to `/ws/v1` by itself. That would silently remove co-teachers because an upgrade of
 * the plugin went wrong; so a query that is suddenly missing stays an error.
 */
import { fail, HallpassError } from '../../../shared/errors.ts';
import type { Bucket } from '../../../shared/roster.ts';
import type { Probe } from '../../model/probe.ts';
import type { Page, ProbeOptions, ReadOptions, Source, SourceFacts, SourceKind } from '../../model/source.ts';
import type { PowerQuerySource } from '../powerquery.ts';
import type { RestSource } from '../rest/rest-source.ts';

export class AutoSource implements Source {
  readonly #powerquery: PowerQuerySource;
  readonly #rest: RestSource;
  #last: PowerQuerySource | RestSource;
  #chosen: PowerQuerySource | RestSource | undefined;
  #hadQueries: boolean;

  /** @param last how PowerSchool was read before this process started; undefined if it never was */
  constructor(powerquery: PowerQuerySource, rest: RestSource, last: SourceKind | undefined) {
    this.#powerquery = powerquery;
    this.#rest = rest;
    this.#last = last === 'rest' ? rest : powerquery;
    this.#hadQueries = last === 'powerquery';
  }

  get kind(): SourceKind {
    return this.#last.kind;
  }

  get probeShare(): number {
    return this.#last.probeShare;
  }

  async describe(signal?: AbortSignal): Promise<SourceFacts> {
    return this.#last.describe(signal);
  }

  async probe(options: ProbeOptions): Promise<Probe> {
    if (this.#chosen !== undefined) return this.#probe(this.#chosen, options);
    try {
      return await this.#probe(this.#powerquery, options);
    } catch (error) {
      if (!isCode(error, 'POWERSCHOOL_QUERY_MISSING') || this.#hadQueries) throw error;
      await this.#rest.tryAccess(options.signal).catch((refusal: unknown) => {
        if (!isCode(refusal, 'POWERSCHOOL_V1_DENIED')) throw refusal;
        throw fail('POWERSCHOOL_NOTHING_TO_READ', { reason: `${error.message} ${refusal.message}` }, { cause: error });
      });
      return this.#probe(this.#rest, options);
    }
  }

  read(bucket: Bucket, options: ReadOptions): AsyncIterable<Page> {
    return this.#last.read(bucket, options);
  }

  async count(bucket: Bucket, signal: AbortSignal): Promise<number> {
    return this.#last.count(bucket, signal);
  }

  async close(): Promise<void> {
    // Both sources share their connections.
    await this.#rest.close();
  }

  /** This process keeps to the source that answers first. */
  async #probe(source: PowerQuerySource | RestSource, options: ProbeOptions): Promise<Probe> {
    const probe = await source.probe(options);
    this.#chosen = source;
    this.#last = source;
    this.#hadQueries ||= source === this.#powerquery;
    return probe;
  }
}

function isCode(error: unknown, code: HallpassError['code']): error is HallpassError {
  return error instanceof HallpassError && error.code === code;
}
