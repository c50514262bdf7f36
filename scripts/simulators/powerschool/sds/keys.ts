/** Turns SIS IDs into PowerSchool keys: numbers are used as they are, others get assigned numbers. */
import type { SdsRecord } from './files.ts';

export class SdsKeys {
  readonly #column: string;
  readonly #keys = new Map<string, number>();
  #next: number;

  /** @param sisIds all SIS IDs of the kind, so that an assigned key never collides with a later one */
  constructor(column: string, sisIds: Iterable<string>) {
    this.#column = column;
    let most = 0;
    for (const sisId of sisIds) most = Math.max(most, numberOf(sisId) ?? 0);
    this.#next = most + 1;
    for (const sisId of sisIds) this.#add(sisId);
  }

  /** The key of a record that another refers to. @throws SdsError when it does not exist */
  of(record: SdsRecord, column = this.#column): number {
    const sisId = record.required(column);
    const key = this.#keys.get(sisId);
    if (key === undefined) throw record.error(column, `no record has the SIS ID ${sisId}`);
    return key;
  }

  /** SIS ID and key, for the mapping table. */
  entries(): Iterable<[string, number]> {
    return this.#keys;
  }

  #add(sisId: string): void {
    if (this.#keys.has(sisId)) return;
    const number = numberOf(sisId);
    this.#keys.set(sisId, number ?? this.#next);
    if (number === undefined) this.#next += 1;
  }
}

export type SdsKeySet = Record<'school' | 'section' | 'student' | 'teacher', SdsKeys>;

/** The number that a SIS ID is, if it reads back the same: `007` does not. */
export function numberOf(text: string): number | undefined {
  const number = Number(text);
  return /^[1-9]\d{0,14}$/.test(text) ? number : undefined;
}
