/** The query string of a Graph request: OData system options, parsed only on demand. */
import { badRequest, unsupportedQuery } from '../errors.ts';

export class Query {
  /** As received, without the question mark. */
  readonly text: string;
  #options: Map<string, string> | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** An option by its lower-case name with `$`; Graph ignores the case of names. */
  get(name: string): string | undefined {
    if (this.text === '') return undefined;
    return this.#all().get(name);
  }

  /** True when any option was sent that is not in the list (all lower-case). */
  hasOther(names: readonly string[]): string | undefined {
    if (this.text === '') return undefined;
    return this.#all()
      .keys()
      .find((name) => name.startsWith('$') && !names.includes(name));
  }

  /** Property names of `$select`, or undefined to get everything shown by default. */
  select(): readonly string[] | undefined {
    const value = this.get('$select');
    if (value === undefined) return undefined;
    const names = value.split(',').map((name) => name.trim());
    if (names.some((name) => name === '')) throw badRequest('Term $select is invalid: a property name is empty.');
    return names.includes('*') ? undefined : names;
  }

  /** `$top`, 1 to 999. */
  top(): number | undefined {
    const value = this.get('$top');
    if (value === undefined) return undefined;
    const top = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (!(top >= 1 && top <= 999)) {
      throw unsupportedQuery(`Invalid page size specified: '${value}'. Must be between 1 and 999 inclusive.`);
    }
    return top;
  }

  wantsCount(): boolean {
    return this.get('$count')?.toLowerCase() === 'true';
  }

  #all(): Map<string, string> {
    if (this.#options === undefined) {
      this.#options = new Map();
      for (const [name, value] of new URLSearchParams(this.text)) {
        if (this.#options.has(name.toLowerCase())) {
          throw badRequest(
            `Query option '${name}' was specified more than once, but it must be specified at most once.`,
          );
        }
        this.#options.set(name.toLowerCase(), value);
      }
    }
    return this.#options;
  }
}
