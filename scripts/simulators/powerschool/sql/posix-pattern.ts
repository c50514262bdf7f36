/** Converts Oracle's regular expressions (POSIX, with some of Perl's) to JavaScript's. */

const classes: Record<string, string> = {
  alpha: '\\p{L}',
  digit: '0-9',
  alnum: '\\p{L}0-9',
  upper: '\\p{Lu}',
  lower: '\\p{Ll}',
  space: '\\s',
  punct: '\\p{P}\\p{S}',
  blank: ' \\t',
  cntrl: '\\p{Cc}',
  xdigit: '0-9A-Fa-f',
};

/**
 * A list in brackets, in which `]` may come first and a backslash is an ordinary character; an escape; a Perl
 * extension.
 */
const piece = /\[(?<not>\^?)(?<list>\]?(?:\[:\w+:\]|[^\]])*)\]|\\(?<escaped>[\s\S])|(?<perl>\(\?)/g;

/** @throws TypeError for what Oracle does not support */
export function posixPattern(pattern: string): string {
  return pattern.replace(piece, (whole, ...rest) => {
    const { not = '', list, escaped, perl } = rest.at(-1) as Record<string, string | undefined>;
    if (perl !== undefined) throw new TypeError(`ORA-12728: "(?" begins no part of a regular expression: ${pattern}`);
    if (escaped !== undefined) return /[\w^$\\.*+?()[\]{}|/]/.test(escaped) ? whole : escaped;
    return `[${not}${listOf(list ?? '')}]`;
  });
}

function listOf(list: string): string {
  return list.replace(/\[:(\w+):\]|[[\]\\^]/g, (found, name: string | undefined) =>
    name === undefined ? `\\${found}` : (classes[name] ?? found),
  );
}
