/** Reads lines that a person types, some of them without echo. */
import { fail } from '../../shared/errors.ts';

export class Terminal {
  readonly #stdin: NodeJS.ReadStream;
  readonly #stdout: NodeJS.WriteStream;
  readonly #stop: AbortSignal;
  /** Input typed ahead, or pasted with several lines. */
  #typed = '';
  #ended = false;
  #wake: () => void = () => undefined;

  /** @param stop ends every question */
  constructor(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream, stop: AbortSignal) {
    this.#stdin = stdin;
    this.#stdout = stdout;
    this.#stop = stop;
    stdin.setEncoding('utf8');
    stdin.on('data', this.#hear);
    stdin.on('end', this.#end);
    stop.addEventListener('abort', this.#end);
  }

  say(text: string): void {
    this.#stdout.write(text);
  }

  /** One line, without spaces around it. @throws HallpassError INPUT_ENDED on Ctrl-C, Ctrl-D and the end of the input */
  async ask(question: string): Promise<string> {
    this.say(question);
    return this.#line(false);
  }

  /** As {@link ask}, without an echo. */
  async askHidden(question: string): Promise<string> {
    // Raw mode echoes nothing and leaves backspace and Ctrl-C to us. Set before the question, because some people
    // answer quickly.
    this.#stdin.setRawMode?.(true);
    try {
      this.say(question);
      return await this.#line(true);
    } finally {
      this.#stdin.setRawMode?.(false);
      this.say('\n');
    }
  }

  /** A line, if one is typed before `limit` is aborted. */
  async typedBefore(limit: AbortSignal): Promise<string | undefined> {
    const wake = () => this.#wake();
    limit.addEventListener('abort', wake);
    try {
      return await this.#line(false, limit);
    } finally {
      limit.removeEventListener('abort', wake);
    }
  }

  close(): void {
    this.#stdin.off('data', this.#hear);
    this.#stdin.off('end', this.#end);
    this.#stop.removeEventListener('abort', this.#end);
    this.#stdin.pause();
  }

  #line(raw: boolean): Promise<string>;
  #line(raw: boolean, limit: AbortSignal): Promise<string | undefined>;
  async #line(raw: boolean, limit?: AbortSignal): Promise<string | undefined> {
    let line = '';
    for (;;) {
      for (const character of this.#take()) {
        if (character === '\n') return line.trim();
        if (raw && (character === '\u0003' || character === '\u0004')) throw fail('INPUT_ENDED', {});
        line = raw && (character === '\u007f' || character === '\b') ? line.slice(0, -1) : line + character;
      }
      if (this.#ended || this.#stop.aborted) throw fail('INPUT_ENDED', {});
      if (limit?.aborted) {
        this.#typed = line;
        return undefined;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }

  /** Takes what was typed, up to the end of the first line. */
  #take(): string {
    const end = this.#typed.indexOf('\n') + 1;
    const taken = end === 0 ? this.#typed : this.#typed.slice(0, end);
    this.#typed = this.#typed.slice(taken.length);
    return taken;
  }

  /** Enter is a carriage return in raw mode, and CR LF on some systems. */
  readonly #hear = (chunk: string): void => {
    this.#typed += chunk.replace(/\r\n?/g, '\n');
    this.#wake();
  };

  readonly #end = (): void => {
    this.#ended = true;
    this.#wake();
  };
}
