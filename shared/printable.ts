/**
 * What may reach a terminal. Names of agents, courses and people come from outside, and a terminal acts on control
 * characters: it moves the cursor, hides lines, sets its title, or answers as if someone had typed.
 */

/** C0 but tab and line feed, DEL, C1, line separators, and the marks that change the direction of writing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Escapes every character that a terminal would act on, `\u001b`, which means the same text in JSON. */
export function printable(text: string): string {
  return text.replace(unprintable, escaped);
}

/** The same for text that belongs on one line, such as a table cell. */
export function printableLine(text: string): string {
  return printable(text).replace(/[\t\n]/g, escaped);
}

/** For names from outside: no control characters, line ends or changes of direction. */
export function isPrintableLine(text: string): boolean {
  return printableLine(text) === text;
}

/** A stream that makes everything written to it printable. `\r\n`, the line end of CSV, stays. */
export function printableOutput<S extends NodeJS.WritableStream>(out: S): S {
  const write: NodeJS.WritableStream['write'] = (chunk: string | Uint8Array, ...rest: unknown[]) => {
    const safe = typeof chunk === 'string' ? chunk.split('\r\n').map(printable).join('\r\n') : chunk;
    return Reflect.apply(out.write, out, [safe, ...rest]);
  };
  const safe: S = Object.create(out, { write: { value: write } });
  originals.set(safe, out);
  return safe;
}

const originals = new WeakMap<NodeJS.WritableStream, NodeJS.WritableStream>();

/** Our own sequences: back to the beginning of an empty line, and colors. */
type Control = '\r\x1b[K' | `\x1b[${number}m`;

/** Writes one of them even to a stream that is made printable. */
export function writeControl(out: NodeJS.WritableStream, sequence: Control): void {
  (originals.get(out) ?? out).write(sequence);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
