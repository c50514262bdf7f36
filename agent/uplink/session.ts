/** The conversation on one connection, from the relay's welcome to its end: what the cycle sends and receives. */
import { fail } from '../../shared/errors.ts';
import type { AgentMessage, Batch, BucketDigest, RelayMessage, Welcome } from '../../shared/link.ts';
import { type Bucket, bucketKey } from '../../shared/roster.ts';
import type { Hashes } from '../baseline/diff.ts';
import { AckWindow } from './window.ts';

/** What a session needs of its connection. */
export interface Wire {
  /** Resolves when there is room for more. */
  send(message: AgentMessage): Promise<void>;
  /** Says whether the relay owes us something, and that it has just made progress. */
  expect(something: boolean): void;
}

interface ManifestRequest {
  key: string;
  hashes: Hashes;
  resolve: (hashes: Hashes) => void;
  reject: (reason: unknown) => void;
}

export class Session {
  readonly welcome: Welcome;
  readonly #wire: Wire;
  readonly #window: AckWindow;
  readonly #end = new AbortController();
  #manifest: ManifestRequest | undefined;
  readonly #repairs: Bucket[] = [];
  #draining = false;
  #renewed = false;

  constructor(welcome: Welcome, wire: Wire) {
    this.welcome = welcome;
    this.#wire = wire;
    this.#window = new AckWindow(welcome.credit);
  }

  /** Aborted when the connection is gone; the reason is a catalog error. */
  get closed(): AbortSignal {
    return this.#end.signal;
  }

  /** True when the relay asked the agent to finish what is in flight and come back later. */
  get draining(): boolean {
    return this.#draining;
  }

  drain(): void {
    this.#draining = true;
  }

  /** True when it ended because the agent greets again: unfinished work belongs to the next session. */
  get renewed(): boolean {
    return this.#renewed && this.closed.aborted;
  }

  renew(): void {
    this.#renewed = true;
  }

  async begin(cycle: string): Promise<void> {
    this.closed.throwIfAborted();
    await this.#wire.send({ type: 'cycle.begin', seq: this.#window.next(), cycle });
  }

  /** Sends changes of one bucket as soon as there is credit; returns their number for {@link acknowledged}. */
  async push(bucket: Bucket, changes: Pick<Batch, 'upserts' | 'deletes'>): Promise<number> {
    return this.#window.take(async (seq) => {
      await this.#send({ type: 'batch', seq, bucket, ...changes });
      return seq;
    });
  }

  /** Resolves when the relay has stored everything up to `seq`. */
  acknowledged(seq: number): Promise<void> {
    return this.#window.acknowledged(seq);
  }

  /**
   * Ends a cycle and waits until that is durable. Afterwards {@link takeRepairs} has the buckets that differ at the
   * relay.
   */
  async commit(cycle: string, buckets: BucketDigest[]): Promise<void> {
    await this.#window.take(async (seq) => {
      await this.#send({ type: 'cycle.commit', seq, cycle, buckets });
      await this.#window.acknowledged(seq);
    });
  }

  /** The buckets that the relay has asked to compare since the last call: after a commit, or after a broken cycle. */
  takeRepairs(): Bucket[] {
    return this.#repairs.splice(0);
  }

  /** What the relay has of one bucket. One request at a time. */
  async manifest(bucket: Bucket): Promise<Hashes> {
    this.closed.throwIfAborted();
    if (this.#manifest !== undefined) throw new TypeError('one manifest at a time');
    const { promise, resolve, reject } = Promise.withResolvers<Hashes>();
    this.#manifest = { key: bucketKey(bucket), hashes: new Map(), resolve, reject };
    await this.#send({ type: 'manifest.get', bucket });
    return promise;
  }

  /** Sends a message that is not acknowledged. */
  async send(message: AgentMessage): Promise<void> {
    if (!this.closed.aborted) await this.#wire.send(message);
  }

  /** Handles a message from the relay. @throws HallpassError LINK_OUT_OF_ORDER */
  handle(message: Extract<RelayMessage, { type: 'ack' | 'repair' | 'manifest' }>): void {
    switch (message.type) {
      case 'ack':
        if (!this.#window.acknowledge(message.seq)) throw outOfOrder('ack', `${message.seq} was never sent`);
        break;
      case 'repair':
        this.#repairs.push(...message.buckets);
        break;
      case 'manifest':
        this.#takeManifest(message);
        break;
    }
    this.#wire.expect(this.#isOwed());
  }

  /** The connection is gone. */
  close(reason: unknown): void {
    this.#window.fail(reason);
    this.#manifest?.reject(reason);
    this.#manifest = undefined;
    this.#end.abort(reason);
  }

  #takeManifest({ bucket, entries, last }: Extract<RelayMessage, { type: 'manifest' }>): void {
    const request = this.#manifest;
    if (request === undefined || request.key !== bucketKey(bucket)) {
      throw outOfOrder('manifest', 'it was not asked for');
    }
    for (const [id, hash] of entries) request.hashes.set(id, hash);
    if (!last) return;
    this.#manifest = undefined;
    request.resolve(request.hashes);
  }

  async #send(message: AgentMessage): Promise<void> {
    this.#wire.expect(true);
    await this.#wire.send(message);
  }

  #isOwed(): boolean {
    return this.#window.owed || this.#manifest !== undefined;
  }
}

function outOfOrder(type: string, reason: string) {
  return fail('LINK_OUT_OF_ORDER', { type, reason });
}
