/**
 * JSON that a person wrote by hand. Unlike JSON.parse it continues after a mistake and reports each with line and
 * column, and it notices a name that is given twice, of which JSON.parse silently takes the second.
 */

export interface JsonMistake {
  line: number;
  /** From 1, in characters. */
  column: number;
  /** Without a period. */
  reason: string;
}

export type JsonReading = { value: unknown; mistakes: readonly JsonMistake[] };

/** With more mistakes it is not one of our documents, and the list would only fill the screen. */
const mostMistakes = 20;
const deepest = 100;

/** @returns the value is the best guess at what was meant; use it only when there are no mistakes */
export function readJson(text: string): JsonReading {
  const reader = new Reader(text);
  const value = reader.document();
  return { value, mistakes: reader.mistakes };
}

class GiveUp extends Error {}

class Reader {
  readonly mistakes: JsonMistake[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): unknown {
    try {
      this.#skip();
      if (this.#at >= this.#text.length) {
        this.#complain('the file is empty');
        return undefined;
      }
      const value = this.#value(0);
      this.#skip();
      if (this.#at < this.#text.length) this.#complain('there is something after the end of the document');
      return value;
    } catch (error) {
      if (error instanceof GiveUp) return undefined;
      throw error;
    }
  }

  #value(depth: number): unknown {
    if (depth > deepest) this.#stop(`it is nested more than ${deepest} levels deep`);
    this.#skip();
    const sign = this.#text[this.#at];
    if (sign === '{') return this.#object(depth);
    if (sign === '[') return this.#list(depth);
    if (sign === '"' || sign === "'" || sign === '“' || sign === '”') return this.#string();
    return this.#word();
  }

  #object(depth: number): Record<string, unknown> {
    const start = this.#at;
    const found = new Map<string, unknown>();
    this.#at += 1;
    for (let first = true; ; first = false) {
      if (this.#ends('}', start, first)) return Object.fromEntries(found);
      const at = this.#at;
      const name = this.#name();
      if (found.has(name)) this.#complain(`"${name}" is given twice; keep one of them`, at);
      this.#skip();
      if (this.#text[this.#at] === ':') this.#at += 1;
      else if (this.#text[this.#at] === '=') {
        this.#complain(`a colon is needed after "${name}", not an equals sign`);
        this.#at += 1;
      } else this.#stop(`a colon is missing after "${name}"`);
      found.set(name, this.#value(depth + 1));
    }
  }

  #list(depth: number): unknown[] {
    const start = this.#at;
    const found: unknown[] = [];
    this.#at += 1;
    for (let first = true; ; first = false) {
      if (this.#ends(']', start, first)) return found;
      found.push(this.#value(depth + 1));
    }
  }

  /** After an element, or before the first: consumes the comma, or the end. */
  #ends(close: string, start: number, first: boolean): boolean {
    this.#skip();
    const comma = this.#at;
    let commas = 0;
    for (; this.#text[this.#at] === ','; this.#skip()) {
      this.#at += 1;
      commas += 1;
    }
    const sign = this.#text[this.#at];
    if (sign === undefined) {
      const { line } = this.#place(start);
      this.#stop(`the file ends before the ${close === '}' ? 'brace' : 'bracket'} of line ${line} is closed`);
    }
    if (commas > (first ? 0 : 1)) this.#complain('there is one comma too many', comma);
    else if (commas === 1 && sign === close) {
      this.#complain(`there is a comma before the closing ${close}; remove it`, comma);
    } else if (commas === 0 && !first && sign !== close && sign !== '}' && sign !== ']') {
      this.#complain('a comma is missing before this');
    }
    if (sign === close) {
      this.#at += 1;
      return true;
    }
    if (sign === '}' || sign === ']') this.#stop(`${close} is expected here, not ${sign}`);
    return false;
  }

  #name(): string {
    const sign = this.#text[this.#at];
    if (sign === '"' || sign === "'" || sign === '“' || sign === '”') return this.#string();
    const [word] = /^[\p{L}_$][\p{L}\p{N}_$.-]*/u.exec(this.#text.slice(this.#at, this.#at + 200)) ?? [];
    if (word === undefined) this.#stop('a name in double quotes is expected here');
    this.#complain(`the name ${word} needs double quotes around it`);
    this.#at += word.length;
    return word;
  }

  #string(): string {
    const start = this.#at;
    const quote = this.#text[start];
    if (quote !== '"') this.#complain(`text must be in straight double quotes ("), not in ${quote}`);
    const closes = quote === '“' || quote === '”' ? '“”"' : (quote ?? '"');
    this.#at += 1;
    for (;;) {
      const sign = this.#text[this.#at];
      if (sign === undefined || sign === '\n' || sign === '\r') {
        this.#at = start;
        this.#stop('text begins here, but its closing quote is missing on this line');
      }
      if (sign === '\\') this.#at += 2;
      else if (closes.includes(sign)) break;
      else this.#at += 1;
    }
    this.#at += 1;
    const inside = this.#text.slice(start + 1, this.#at - 1);
    try {
      const parsed: unknown = JSON.parse(`"${quote === '"' ? inside : inside.replaceAll('"', '\\"')}"`);
      return String(parsed);
    } catch {
      const wrong = /\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})./.exec(inside)?.[0];
      const reason =
        wrong === undefined
          ? 'the text has a control character in it, such as a tab; write it as \\t'
          : `${wrong} is not an escape; write a backslash twice: \\\\`;
      this.#complain(reason, start);
      return inside;
    }
  }

  #word(): unknown {
    const [word = ''] = /^[^\s,:{}[\]"]+/.exec(this.#text.slice(this.#at, this.#at + 500)) ?? [];
    const start = this.#at;
    if (word === '')
      this.#stop(
        this.#at >= this.#text.length ? 'the file ends where a value is expected' : 'a value is expected here',
      );
    this.#at += word.length;
    if (word === 'true') return true;
    if (word === 'false') return false;
    if (word === 'null') return null;
    if (/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(word)) return Number(word);
    const lower = word.toLowerCase();
    if (['true', 'false', 'null'].includes(lower)) this.#complain(`${word} is written in lower case: ${lower}`, start);
    else if (/^[-+.\d]/.test(word)) this.#complain(`${word.slice(0, 40)} is not a number as JSON writes them`, start);
    else this.#complain(`${word.slice(0, 40)} needs double quotes around it`, start);
    return lower === 'true' ? true : lower === 'false' ? false : lower === 'null' ? null : word;
  }

  /** Skips blanks, and comments, which JSON does not allow. */
  #skip(): void {
    for (;;) {
      const rest = /[ \t\r\n\uFEFF]*/y;
      rest.lastIndex = this.#at;
      this.#at += rest.exec(this.#text)?.[0].length ?? 0;
      const comment = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|#[^\n]*/y;
      comment.lastIndex = this.#at;
      const found = comment.exec(this.#text)?.[0];
      if (found === undefined) return;
      this.#complain('JSON has no comments; remove it');
      this.#at += found.length;
    }
  }

  #complain(reason: string, at = this.#at): void {
    if (this.mistakes.length >= mostMistakes) throw new GiveUp();
    this.mistakes.push({ ...this.#place(at), reason });
  }

  #stop(reason: string): never {
    this.#complain(reason);
    throw new GiveUp();
  }

  #place(at: number): { line: number; column: number } {
    const before = this.#text.slice(0, at).split('\n');
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
}
