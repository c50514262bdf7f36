/**
 * XML converted to JSON mechanically, as payloads captured from PowerSchool show it (and as the Java library Jettison
 * does by default): one child is an object and several are an array, an element without content is `""`, attributes
 * begin with `@`, and text becomes a number or a boolean if that would be written as exactly the same text.
 */
import type { Element } from './element.ts';

/** The document of a root element. */
export function jsonOf(root: Element): string {
  return `{${JSON.stringify(root.name)}:${jsonValue(root)}}`;
}

function jsonValue({ attributes, content, verbatim }: Element): string {
  if (attributes === undefined && (typeof content === 'string' || content.length === 0)) {
    const text = typeof content === 'string' ? content : '';
    return verbatim === true ? JSON.stringify(text) : primitiveOf(text);
  }
  const members = Object.entries(attributes ?? {}).map(
    ([name, value]) => `${JSON.stringify(`@${name}`)}:${JSON.stringify(value)}`,
  );
  if (typeof content === 'string') members.push(`"$":${JSON.stringify(content)}`);
  else {
    for (const [name, same] of Map.groupBy(content, (child) => child.name)) {
      const values = same.map(jsonValue);
      members.push(`${JSON.stringify(name)}:${values.length === 1 ? values[0] : `[${values.join(',')}]`}`);
    }
  }
  return `{${members.join(',')}}`;
}

/** Text as a JSON value. */
export function primitiveOf(text: string): string {
  if (text === 'true' || text === 'false') return text;
  if (isJavaLong(text)) return text;
  if (isJavaDouble(text)) return withoutTrailingZeros(text);
  return JSON.stringify(text);
}

/** True for a 64-bit integer in the only way that Java writes it: `5`, not `05` or `+5`. */
function isJavaLong(text: string): boolean {
  if (!/^(?:0|-?[1-9]\d{0,18})$/.test(text)) return false;
  const value = BigInt(text);
  return value >= -(2n ** 63n) && value < 2n ** 63n;
}

/** True for a double in the only way that Java writes it: `1.5`, `2.0`, `1.0E10`; not `1.50` or `1e10`. */
function isJavaDouble(text: string): boolean {
  if (!/^-?\d+\.\d+(?:E-?\d+)?$/.test(text)) return false;
  const value = Number(text);
  return Number.isFinite(value) && javaText(value) === text;
}

/** Double.toString: plain from a thousandth to ten million, otherwise one digit, a point and an exponent. */
function javaText(value: number): string {
  const size = Math.abs(value);
  const sign = Object.is(value, -0) || value < 0 ? '-' : '';
  if (size === 0) return `${sign}0.0`;
  if (size >= 1e-3 && size < 1e7) {
    const plain = String(size);
    return `${sign}${plain.includes('.') ? plain : `${plain}.0`}`;
  }
  const [digits = '', exponent = ''] = size.toExponential().split('e');
  return `${sign}${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}

/** The library's own way to write numbers: `2.0` becomes `2` and can no longer be told from it. */
function withoutTrailingZeros(text: string): string {
  return text.includes('E') ? text : text.replace(/\.?0+$/, '');
}
