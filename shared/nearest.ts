/** What someone probably meant: the known name that is closest to what was typed. */

/** Longer text is not compared: names that people type are short. */
const longest = 200;

/**
 * The closest of the known names: one that differs only in case, spaces and dashes; one that begins alike; or one that
 * is a typo or two away. Undefined when none is close enough to mention.
 */
export function nearest(given: string, known: Iterable<string>): string | undefined {
  const wanted = plain(given);
  if (wanted === '' || given.length > longest) return undefined;
  let best: { name: string; distance: number } | undefined;
  for (const name of known) {
    const candidate = plain(name);
    if (candidate === '' || candidate.length > longest) continue;
    const distance = distanceOf(wanted, candidate);
    if (distance <= allowed(wanted, candidate) && (best === undefined || distance < best.distance)) {
      best = { name, distance };
    }
  }
  return best?.name;
}

/** ` Did you mean "schools"?`, or nothing: to append to a sentence. */
export function didYouMean(given: string, known: Iterable<string>): string {
  const name = nearest(given, known);
  return name === undefined ? '' : ` Did you mean "${name}"?`;
}

function plain(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}@.]/gu, '');
}

/** A third of the shorter name may differ, so that "ab" is not close to "cd". */
function allowed(a: string, b: string): number {
  return Math.floor(Math.min(a.length, b.length) / 3);
}

/** Insertions, deletions, replacements and swaps of neighbors; an identical beginning counts as one mistake. */
function distanceOf(a: string, b: string): number {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length >= 3 && long.startsWith(short)) return Math.min(1, long.length - short.length);
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let least = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        least = Math.min(least, (before[column - 2] ?? 0) + 1);
      }
      current.push(least);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
