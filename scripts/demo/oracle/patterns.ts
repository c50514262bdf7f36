/** Patterns of names as docs/profile.md describes them, interpreted independently by the oracle. */

/**
 * One step of a pattern: text, a value (its first characters), or a part that is dropped when a value in it is missing.
 */
const step = /\[([^\]]*)\]|\{(\w+)(?::(\d+))?\}|[^[\]{}]+/g;

/** Names of the values that a name requires: those outside brackets. */
export function requiredBy(pattern: string): string[] {
  return valuesIn(pattern.replaceAll(/\[[^\]]*\]/g, ''));
}

export function valuesIn(pattern: string): string[] {
  return [...pattern.matchAll(/\{(\w+)/g)].map(([, name = '']) => name);
}

/** Fills in the pattern; a missing value outside brackets becomes an empty text. */
export function filled(pattern: string, value: (name: string) => string | undefined): string {
  let text = '';
  for (const [literal, optional, name, length] of pattern.matchAll(step)) {
    if (optional !== undefined) {
      const complete = valuesIn(optional).every((one) => (value(one) ?? '') !== '');
      if (complete) text += filled(optional, value);
    } else if (name !== undefined) {
      const characters = Array.from(value(name) ?? '');
      text += characters.slice(0, length === undefined ? characters.length : Number(length)).join('');
    } else {
      text += literal;
    }
  }
  return text;
}
