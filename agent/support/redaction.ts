/**
 * The second line of defense: nothing that is collected for a bundle should contain a secret, and if something does, it
 * is removed. Knows every secret of this agent, in every spelling in which it could have been written.
 */
import type { AgentState } from '../state/agent-state.ts';

/** Anything shorter would break up harmless text, and no secret is that short. */
const shortest = 4;

export class Redaction {
  readonly #words: string[];

  private constructor(words: string[]) {
    this.#words = words;
  }

  static of(state: AgentState | undefined): Redaction {
    if (state === undefined) return new Redaction([]);
    const { secret, identity, proxySignIn, settings } = state;
    const pairs = [
      [settings.powerschool.clientId, secret],
      [proxySignIn?.username, proxySignIn?.password],
    ] as const;
    const secrets = [identity?.privateKey.d, ...pairs.map(([, password]) => password), ...pairs.map(basic)];
    const words = secrets.flatMap((word) => spellings(word ?? ''));
    // The longest first: one may be part of another.
    return new Redaction(
      [...new Set(words)].filter((word) => word.length >= shortest).sort((a, b) => b.length - a.length),
    );
  }

  clean(text: string): string {
    return this.#words.reduce((rest, word) => rest.replaceAll(word, '[redacted]'), text);
  }
}

/** As in an HTTP header. */
function basic([name, password]: readonly [string | undefined, string | null | undefined]): string {
  return name === undefined || !password ? '' : Buffer.from(`${name}:${password}`).toString('base64');
}

/** As it is, in JSON, and in an address. */
function spellings(word: string): string[] {
  return [word, JSON.stringify(word).slice(1, -1), encodeURIComponent(word)];
}
