/** Short lists of numbers in one array: each has a block as long as the list, or a little longer. */
import { grownLength, resized } from './arrays.ts';

/** The maximum length of a list. */
export const longestBlock = 64;

const capacities = [0, 2, 4, 6, 8, 12, 16, 20, 24, 28, 32, 40, 48, 56, longestBlock];
/** Block length by list length. */
const capacityOf = Uint8Array.from(
  { length: longestBlock + 1 },
  (_, count) => capacities.find((one) => one >= count) ?? longestBlock,
);

export class NumberBlocks {
  #numbers = new Uint32Array(0);
  #length = 0;
  /** Starts of free blocks, by length. */
  #free: number[][] = [];

  get bytes(): number {
    return this.#numbers.byteLength;
  }

  /** @returns the index in the list, -1 for a missing number */
  indexOf(start: number, count: number, number: number): number {
    const numbers = this.#numbers;
    for (let index = 0; index < count; index += 1) if (numbers[start + index] === number) return index;
    return -1;
  }

  /** Every position of a number, including positions in free blocks. */
  placesOf(number: number): number[] {
    const places: number[] = [];
    for (let at = this.#numbers.indexOf(number); at !== -1; at = this.#numbers.indexOf(number, at + 1)) places.push(at);
    return places;
  }

  copy(start: number, count: number): Uint32Array {
    return this.#numbers.slice(start, start + count);
  }

  /** @returns the new start of the list */
  append(start: number, count: number, number: number): number {
    const to = capacityOf[count] === count ? this.#moved(start, count, count + 1) : start;
    this.#numbers[to + count] = number;
    return to;
  }

  /** Moves the following numbers up. @returns the new start of the list */
  remove(start: number, count: number, index: number): number {
    this.#numbers.copyWithin(start + index, start + index + 1, start + count);
    return capacityOf[count - 1] === capacityOf[count] ? start : this.#moved(start, count, count - 1);
  }

  /** Releases a list that is no longer needed. */
  free(start: number, count: number): void {
    if (count === 0) return;
    const capacity = capacityOf[count] ?? 0;
    const others = this.#free[capacity];
    if (others === undefined) this.#free[capacity] = [start];
    else others.push(start);
  }

  clear(): void {
    this.#numbers = new Uint32Array(0);
    this.#length = 0;
    this.#free = [];
  }

  /** Closes the gaps. @param starts of all lists, updated to their new positions */
  pack(starts: Uint32Array, counts: Uint32Array): void {
    const length = counts.reduce((sum, count) => sum + (capacityOf[count] ?? 0), 0);
    const packed = new Uint32Array(length);
    let to = 0;
    for (const [list, count] of counts.entries()) {
      const start = starts[list] ?? 0;
      packed.set(this.#numbers.subarray(start, start + count), to);
      starts[list] = to;
      to += capacityOf[count] ?? 0;
    }
    this.#numbers = packed;
    this.#length = length;
    this.#free = [];
  }

  /** Moves a list to a block of another length, with the numbers that fit. */
  #moved(start: number, count: number, room: number): number {
    const capacity = capacityOf[room] ?? 0;
    if (capacity === 0) {
      this.free(start, count);
      return 0;
    }
    const to = this.#free[capacity]?.pop() ?? this.#end(capacity);
    this.#numbers.copyWithin(to, start, start + Math.min(count, room));
    this.free(start, count);
    return to;
  }

  #end(capacity: number): number {
    const start = this.#length;
    this.#length += capacity;
    if (this.#length > this.#numbers.length) this.#numbers = resized(this.#numbers, grownLength(this.#length));
    return start;
  }
}
