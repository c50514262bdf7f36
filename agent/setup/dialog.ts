/** Answers for setup: what was told beforehand, else what a person types, else an error that says how to tell it. */
import { fail } from '../../shared/errors.ts';
import { type Answers, isSecret, subjects, type Topic, waysToTell } from './questions.ts';
import type { Terminal } from './terminal.ts';

export interface AskOptions {
  /** Kept when nothing is typed, or told beforehand. */
  current?: string | undefined;
  /** An empty answer is one. */
  optional?: true;
}

export class Dialog {
  /** Somebody is there to answer. */
  readonly interactive: boolean;
  readonly #answers: Answers;
  readonly #terminal: Terminal | undefined;
  readonly #stdout: NodeJS.WriteStream;

  /** @param terminal undefined when nobody is there to answer */
  constructor(answers: Answers, terminal: Terminal | undefined, stdout: NodeJS.WriteStream) {
    this.#answers = { ...answers };
    this.#terminal = terminal;
    this.#stdout = stdout;
    this.interactive = terminal !== undefined;
  }

  say(text: string): void {
    this.#stdout.write(text);
  }

  /** True when it was told beforehand, and not used yet. */
  knows(topic: Topic): boolean {
    return this.#answers[topic] !== undefined;
  }

  /**
   * The answer; what was told beforehand counts once, so that after an error a person is asked.
   *
   * @throws HallpassError SETUP_ANSWER_MISSING when nobody is there, INPUT_ENDED
   */
  async answer(topic: Topic, { current, optional }: AskOptions = {}): Promise<string> {
    const told = this.#answers[topic];
    if (told !== undefined) {
      delete this.#answers[topic];
      if (!isSecret(topic)) this.say(`  ${subjects[topic].text}: ${told}\n`);
      return told;
    }
    if (this.#terminal === undefined) {
      if (current !== undefined) return current;
      if (optional) return '';
      throw fail('SETUP_ANSWER_MISSING', { what: subjects[topic].text.toLowerCase(), ways: waysToTell(topic) });
    }
    const hint = optional ? ' (Enter for none)' : current === undefined ? '' : ` [${current}]`;
    const hidden = isSecret(topic) && topic !== 'code';
    for (;;) {
      const question = `  ${subjects[topic].text}${hidden ? ' (is not shown)' : hint}: `;
      const typed = await (hidden ? this.#terminal.askHidden(question) : this.#terminal.ask(question));
      if (typed !== '') return typed;
      if (current !== undefined || optional) return current ?? '';
    }
  }

  /** A choice of one letter, told in the question; undefined when nobody is there. */
  async choose(question: string): Promise<string | undefined> {
    return (await this.#terminal?.ask(question))?.toLowerCase();
  }

  /** What is typed while something is waited for; undefined when nothing is, until `limit` is aborted. */
  async typedBefore(limit: AbortSignal): Promise<string | undefined> {
    if (this.#terminal !== undefined) return this.#terminal.typedBefore(limit);
    if (!limit.aborted) await new Promise((resolve) => limit.addEventListener('abort', resolve, { once: true }));
    return undefined;
  }
}
