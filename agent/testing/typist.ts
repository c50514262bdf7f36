/** A person at a terminal who waits for a question before typing the answer. */
import { PassThrough } from 'node:stream';

export class Typist {
  readonly stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (raw: boolean) => {
      this.raw = raw;
    },
  });
  readonly stdout = Object.assign(new PassThrough(), { isTTY: true });
  /** True while typing is not echoed. */
  raw = false;
  /** Everything that was shown, including typed text. */
  screen = '';
  #seen = 0;
  #late = false;
  #wake: () => void = () => undefined;

  constructor() {
    this.stdout.setEncoding('utf8');
    this.stdout.on('data', (text: string) => this.#show(text));
  }

  /** Waits until this is on the screen, after the text of the previous wait. @throws TypeError after half a minute */
  async sees(text: string): Promise<void> {
    const timer = setTimeout(() => {
      this.#late = true;
      this.#wake();
    }, 30_000);
    try {
      await this.#sees(text);
    } finally {
      clearTimeout(timer);
    }
  }

  async #sees(text: string): Promise<void> {
    for (;;) {
      if (this.#late) throw new TypeError(`"${text}" does not come: ${this.screen.slice(this.#seen)}`);
      const at = this.screen.indexOf(text, this.#seen);
      if (at >= 0) {
        this.#seen = at + text.length;
        return;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }

  /** Types a line and Enter: a carriage return in raw mode, as on terminals. */
  types(line: string): void {
    if (!this.raw) this.#show(`${line}\n`);
    this.stdin.write(`${line}${this.raw ? '\r' : '\n'}`);
  }

  async answers(question: string, line: string): Promise<void> {
    await this.sees(question);
    this.types(line);
  }

  #show(text: string): void {
    this.screen += text;
    this.#wake();
  }
}
