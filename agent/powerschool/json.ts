/**
 * The JSON of an answer, or undefined: the parser's own message quotes the text, which may contain a student's name.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
