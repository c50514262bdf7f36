/**
 * Answers for setup: prepared ones first, then what a person types, else an error that says how to provide the answer.
 */
import { fail, type HallpassError } from '../../shared/errors.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { type Answers, isSecret, subjects, type Topic, waysToAnswer } from './questions.ts';
import { readAnswer } from './reading.ts';

export interface AskOptions {
  /** Kept when nothing is typed or prepared. */
  current?: string | undefined;
  /** An empty answer is allowed. */
  optional?: true | undefined;
}

/** How a person responded when asked again. */
export type Again = 'changed' | 'kept' | 'stop';

export class Dialog {
  /** Someone is there to answer. */
  readonly interactive: boolean;
  /** Asks for everything again, even what is stored. */
  readonly restart: boolean;
  #storedIsFine = false;
  readonly #prepared: Answers;
  /** Answers so far: retrying a step asks only for what was wrong. */
  readonly #given = new Map<Topic, string>();
  readonly #terminal: Terminal | undefined;
  readonly #stdout: NodeJS.WriteStream;
  readonly #platform: NodeJS.Platform;

  /** @param terminal undefined when nobody is there to answer */
  constructor(
    answers: Answers,
    terminal: Terminal | undefined,
    stdout: NodeJS.WriteStream,
    { platform, restart }: { platform: NodeJS.Platform; restart: boolean },
  ) {
    this.#prepared = { ...answers };
    this.#terminal = terminal;
    this.#stdout = stdout;
    this.#platform = platform;
    this.restart = restart;
    this.interactive = terminal !== undefined;
  }

  say(text: string): void {
    this.#stdout.write(text);
  }

  /** True when it was prepared, or answered already. */
  knows(topic: Topic): boolean {
    return this.#prepared[topic] !== undefined || this.#given.has(topic);
  }

  /** True when a prepared answer has not been used yet. */
  hasMore(topic: Topic): boolean {
    return this.#prepared[topic] !== undefined;
  }

  /** Drops answers, so that they are asked for again when next needed. */
  forget(...topics: Topic[]): void {
    for (const topic of topics) this.#given.delete(topic);
  }

  /** Takes text typed at another question as the answer to this one. */
  give(topic: Topic, answer: string): void {
    this.#prepared[topic] = answer;
  }

  /** While this runs, stored values are used as they are, and only what is neither stored nor prepared is asked for. */
  async withStored(work: () => Promise<void>): Promise<void> {
    this.#storedIsFine = true;
    try {
      await work();
    } finally {
      this.#storedIsFine = false;
    }
  }

  /**
   * The answer; the prepared one if there is one.
   *
   * @throws HallpassError SETUP_ANSWER_MISSING when nobody is there, INPUT_ENDED, and what is wrong with a prepared
   *   answer
   */
  async answer(topic: Topic, { current, optional }: AskOptions = {}): Promise<string> {
    const given = this.#given.get(topic) ?? (await this.#preparedAnswer(topic));
    const kept = given ?? (this.#storedIsFine ? (current ?? (optional ? '' : undefined)) : undefined);
    if (kept !== undefined) {
      if (given !== undefined) this.#given.set(topic, given);
      return kept;
    }
    const answer = await this.#typedAnswer(topic, { current, optional });
    this.#given.set(topic, answer);
    return answer;
  }

  /** Asks again for one thing that was wrong. Enter keeps the value, "q" stops. @throws HallpassError INPUT_ENDED */
  async again(topic: Topic, current: string | undefined): Promise<Again> {
    if (this.#prepared[topic] !== undefined) {
      this.#given.delete(topic);
      await this.answer(topic);
      return 'changed';
    }
    const before = this.#given.get(topic) ?? current;
    const typed = await this.#typedAnswer(
      topic,
      { current: before, optional: true },
      'Enter: try again as it is, q: stop',
    );
    if (typed.toLowerCase() === 'q') return 'stop';
    if (typed === '' || typed === before) return 'kept';
    this.#given.set(topic, typed);
    return 'changed';
  }

  /** A choice of one letter; undefined when nobody is there. Asks again after any other input. */
  async choose(question: string, letters: readonly string[]): Promise<string | undefined> {
    for (;;) {
      const typed = (await this.#terminal?.ask(question))?.toLowerCase();
      if (typed === undefined || typed === '' || letters.includes(typed)) return typed;
      this.say(`  "${typed.slice(0, 40)}" is not an answer here: press Enter, or use one of ${letters.join(', ')}.\n`);
    }
  }

  /** What is typed while setup waits for something; undefined when nothing is typed before `limit` is aborted. */
  async typedBefore(limit: AbortSignal): Promise<string | undefined> {
    if (this.#terminal !== undefined) return this.#terminal.typedBefore(limit);
    if (!limit.aborted) await new Promise((resolve) => limit.addEventListener('abort', resolve, { once: true }));
    return undefined;
  }

  /** Used once, so that after an error a person is asked. */
  async #preparedAnswer(topic: Topic): Promise<string | undefined> {
    const prepared = this.#prepared[topic];
    if (prepared === undefined) return undefined;
    delete this.#prepared[topic];
    if (!isSecret(topic)) this.say(`  ${subjects[topic].text}: ${prepared}\n`);
    try {
      return await this.#read(topic, prepared);
    } catch (error) {
      if (!this.interactive) throw error;
      this.#refuse(toHallpassError(error));
      return undefined;
    }
  }

  async #typedAnswer(topic: Topic, { current, optional }: AskOptions, enter?: string): Promise<string> {
    if (this.#terminal === undefined) {
      if (current !== undefined) return current;
      if (optional) return '';
      throw fail('SETUP_ANSWER_MISSING', { what: subjects[topic].text.toLowerCase(), ways: waysToAnswer(topic) });
    }
    const hidden = isSecret(topic) && topic !== 'code';
    const question = `  ${subjects[topic].text}${hintOf(hidden, { current, optional }, enter)}: `;
    for (;;) {
      const typed = await (hidden ? this.#terminal.askHidden(question) : this.#terminal.ask(question));
      if (typed === '' && (current !== undefined || optional)) return current ?? '';
      if (typed === '') continue;
      if (enter !== undefined && typed.toLowerCase() === 'q') return typed;
      try {
        return await this.#read(topic, typed);
      } catch (error) {
        this.#refuse(toHallpassError(error));
      }
    }
  }

  async #read(topic: Topic, text: string): Promise<string> {
    const { value, note, also = {} } = await readAnswer(topic, text, this.#platform);
    if (note !== undefined) this.say(`    Taken as ${note}.\n`);
    Object.assign(this.#prepared, also);
    for (const came of Object.keys(also) as Topic[]) this.#given.delete(came);
    return value;
  }

  /** The same question follows, so the error's next step can be omitted. */
  #refuse({ code, message }: HallpassError): void {
    this.say(`    error[${code}] ${message}\n`);
  }
}

function hintOf(hidden: boolean, { current, optional }: AskOptions, enter: string | undefined): string {
  const shown = current === undefined || hidden ? '' : ` [${current}]`;
  if (enter !== undefined) return `${shown} (${hidden ? 'is not shown; ' : ''}${enter})`;
  if (hidden) return current === undefined ? ' (is not shown)' : ' (is not shown; Enter keeps the stored one)';
  return shown !== '' ? shown : optional ? ' (Enter for none)' : '';
}
