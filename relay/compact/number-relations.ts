/**
 * Sets of numbers by the number of their container, without an object per set: sets of up to 64 are in blocks of one
 * array, a larger one has its own table.
 */
import { resized } from './arrays.ts';
import { bytesOf, type Compact } from './compact.ts';
import { longestBlock, NumberBlocks } from './number-blocks.ts';
import { OrderedIds } from './ordered-ids.ts';

export class NumberRelations implements Compact {
  readonly #rows = new OrderedIds((from, to) => {
    this.#starts[to] = this.#starts[from] ?? 0;
    this.#counts[to] = this.#counts[from] ?? 0;
  });
  readonly #blocks = new NumberBlocks();
  /** By row of the container: where its block's numbers begin, and how many there are. */
  #starts = new Uint32Array(0);
  #counts = new Uint32Array(0);
  /** Sets too large for a block, by container. */
  readonly #large = new Map<number, OrderedIds>();
  #removals = 0;

  /** How many containers there are, empty ones too. */
  get size(): number {
    return this.#rows.size;
  }

  get bytes(): number {
    const columns = this.#starts.byteLength + this.#counts.byteLength;
    return this.#rows.bytes + columns + this.#blocks.bytes + bytesOf(this.#large.values());
  }

  hasContainer(container: number): boolean {
    return this.#rows.rowOf(container) !== -1;
  }

  /** In the order of insertion. */
  containers(): Generator<number, undefined> {
    return this.#rows.ids();
  }

  /** Adds the container if it is new. @returns its row */
  addContainer(container: number): number {
    const before = this.#rows.size;
    const row = this.#rows.add(container);
    if (this.#starts.length < this.#rows.capacity) {
      this.#starts = resized(this.#starts, this.#rows.capacity);
      this.#counts = resized(this.#counts, this.#rows.capacity);
    }
    if (this.#rows.size !== before) this.#counts[row] = 0;
    return row;
  }

  deleteContainer(container: number): boolean {
    if (!this.hasContainer(container)) return false;
    this.empty(container);
    this.#rows.delete(container);
    return true;
  }

  /** How many numbers are in a container. */
  count(container: number): number {
    const row = this.#rows.rowOf(container);
    return row === -1 ? 0 : (this.#large.get(container)?.size ?? this.#counts[row] ?? 0);
  }

  has(container: number, number: number): boolean {
    const row = this.#rows.rowOf(container);
    if (row === -1) return false;
    const large = this.#large.get(container);
    if (large !== undefined) return large.rowOf(number) !== -1;
    return this.#blocks.indexOf(this.#starts[row] ?? 0, this.#counts[row] ?? 0, number) !== -1;
  }

  /** Adds a number to a container, which is created if it is new. */
  add(container: number, number: number): void {
    const row = this.addContainer(container);
    const [start, count] = [this.#starts[row] ?? 0, this.#counts[row] ?? 0];
    const large = this.#large.get(container);
    if (large !== undefined) large.add(number);
    else if (this.#blocks.indexOf(start, count, number) !== -1) return;
    else if (count === longestBlock) this.#enlarge(container, row, number);
    else {
      this.#starts[row] = this.#blocks.append(start, count, number);
      this.#counts[row] = count + 1;
    }
  }

  /** @returns whether it was there; the container stays even when it becomes empty */
  delete(container: number, number: number): boolean {
    const row = this.#rows.rowOf(container);
    if (row === -1) return false;
    this.#removals += 1;
    const large = this.#large.get(container);
    if (large !== undefined) return large.delete(number) !== -1;
    const [start, count] = [this.#starts[row] ?? 0, this.#counts[row] ?? 0];
    const index = this.#blocks.indexOf(start, count, number);
    if (index === -1) return false;
    this.#starts[row] = this.#blocks.remove(start, count, index);
    this.#counts[row] = count - 1;
    return true;
  }

  /** Removes everything from a container, which stays. */
  empty(container: number): void {
    const row = this.#rows.rowOf(container);
    if (row === -1) return;
    this.#removals += 1;
    if (!this.#large.delete(container)) this.#blocks.free(this.#starts[row] ?? 0, this.#counts[row] ?? 0);
    this.#counts[row] = 0;
  }

  clear(): void {
    this.#removals += 1;
    this.#rows.clear();
    this.#large.clear();
    this.#blocks.clear();
  }

  /**
   * The numbers in a container, in the order of insertion. Skips numbers that are added during iteration, or removed
   * before their turn.
   */
  *numbers(container: number): Generator<number, undefined> {
    const row = this.#rows.rowOf(container);
    if (row === -1) return;
    const large = this.#large.get(container);
    const numbers = large?.snapshot() ?? this.#blocks.copy(this.#starts[row] ?? 0, this.#counts[row] ?? 0);
    const removals = this.#removals;
    for (const number of numbers) if (this.#removals === removals || this.has(container, number)) yield number;
  }

  /** The containers with a number, in no order: scans all blocks, half a millisecond for a million memberships. */
  containersOf(number: number): number[] {
    const places = this.#blocks.placesOf(number);
    const found = places.length === 0 ? [] : this.#containersAt(places);
    for (const [container, set] of this.#large) if (set.rowOf(number) !== -1) found.push(container);
    return found;
  }

  /** Releases memory left over from growing and changes. */
  trim(): void {
    this.#rows.trim();
    this.#starts = resized(this.#starts, this.#rows.capacity);
    this.#counts = resized(this.#counts, this.#rows.capacity);
    this.#blocks.pack(this.#starts, this.#counts);
    for (const set of this.#large.values()) set.trim();
  }

  /** Free blocks still contain their numbers. */
  #containersAt(places: readonly number[]): number[] {
    const found: number[] = [];
    const { rows } = this.#rows;
    for (let row = 0; row < rows; row += 1) {
      const start = this.#starts[row] ?? 0;
      const end = start + (this.#counts[row] ?? 0);
      for (let index = 0; index < places.length; index += 1) {
        const place = places[index] ?? 0;
        if (place >= start && place < end && this.#rows.isLive(row)) found.push(this.#rows.idAt(row));
      }
    }
    return found;
  }

  #enlarge(container: number, row: number, number: number): void {
    const large = new OrderedIds();
    for (const one of this.numbers(container)) large.add(one);
    large.add(number);
    this.#blocks.free(this.#starts[row] ?? 0, this.#counts[row] ?? 0);
    this.#counts[row] = 0;
    this.#large.set(container, large);
  }
}
