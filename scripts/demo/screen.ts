/** What people see: a progress bar on a terminal, otherwise a line per event. */
import { isRich } from '../../shared/terminal.ts';

/** Without a terminal, progress is shown at most this often. */
const quietMs = 2000;

export class Screen {
  readonly #out: NodeJS.WriteStream;
  readonly #rich: boolean;
  #barShown = false;
  #shownAt = 0;

  constructor(out: NodeJS.WriteStream, env: NodeJS.ProcessEnv) {
    this.#out = out;
    this.#rich = isRich(out, env);
  }

  line(text = ''): void {
    this.#clear();
    this.#out.write(`${text}\n`);
  }

  title(text: string): void {
    this.line(this.#rich ? `\x1b[1m${text}\x1b[0m` : text);
  }

  done(text: string): void {
    const lines = wrap(text);
    this.line(this.#rich ? `\x1b[32m✓\x1b[0m ${lines}` : `✓ ${lines}`);
  }

  /** Reports something that is not as it should be. */
  warn(text: string): void {
    const lines = wrap(text);
    this.line(this.#rich ? `\x1b[33m!\x1b[0m ${lines}` : `! ${lines}`);
  }

  /** Shows something that takes a moment; the next line replaces it. */
  busy(text: string): void {
    if (!this.#rich) return;
    this.#out.write(`\r\x1b[K… ${text}`);
    this.#barShown = true;
  }

  progress(label: string, done: number, total: number, detail = ''): void {
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const percent = `${Math.floor(share * 100)} %`.padStart(5);
    if (this.#rich) {
      const filled = Math.round(share * 24);
      const bar = `${'━'.repeat(filled)}\x1b[2m${'─'.repeat(24 - filled)}\x1b[0m`;
      // Cut to the width: a line that wraps cannot be overwritten.
      const rest = ` ${percent}  ${detail}`.slice(0, Math.max(0, (this.#out.columns ?? 80) - label.length - 28));
      this.#out.write(`\r\x1b[K${label}  ${bar}${rest}`);
      this.#barShown = true;
      return;
    }
    const now = performance.now();
    if (now - this.#shownAt < quietMs && share < 1) return;
    this.#shownAt = now;
    this.line(`${label} ${percent.trim()} ${detail}`.trimEnd());
  }

  #clear(): void {
    if (this.#barShown) this.#out.write('\r\x1b[K');
    this.#barShown = false;
  }
}

/** Many terminals are no wider than this. */
const width = 100;

/** Wraps between words, indenting the following lines. */
export function wrap(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 3 > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join('\n  ');
}

export function count(value: number, noun?: string): string {
  const number = value.toLocaleString('en-US');
  if (noun === undefined) return number;
  if (value === 1) return `${number} ${noun}`;
  return `${number} ${/s$/.test(noun) ? `${noun}es` : noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
}

export function seconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
}
