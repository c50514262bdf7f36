/** Imports between folders: which go up, and which go round. Pure. */
import { posix } from 'node:path';

/** From one file to another, as paths from the root. */
export interface Import {
  from: string;
  to: string;
}

const statement = /(?:\bfrom\s*|\bimport\(\s*|^import\s+)'(\.{1,2}\/[^']+)'/gm;

/** What a file imports, its types too, but not what it adds to the types of another. */
export function importsIn(file: string, source: string): Import[] {
  return [...source.matchAll(statement)].map(([, specifier = '']) => ({
    from: file,
    to: posix.normalize(posix.join(posix.dirname(file), specifier)),
  }));
}

/** @param order folders (or files) of the program, from the ground up */
export function upward(imports: readonly Import[], order: readonly string[]): string[] {
  const found: string[] = [];
  for (const { from, to } of imports) {
    const [above, below] = [order.indexOf(roomOf(from)), order.indexOf(roomOf(to))];
    if (above === -1) found.push(`${from}: the folder ${roomOf(from)} has no place among the layers`);
    else if (below > above) found.push(`${from} imports ${to}: ${roomOf(to)} stands above ${roomOf(from)}`);
  }
  return [...new Set(found)];
}

/** Folders that import each other, directly or by way of others, each ring with one import for each step. */
export function ringsOf(imports: readonly Import[]): string[] {
  const next = new Map<string, Map<string, Import>>();
  for (const one of imports) {
    const [a, b] = [posix.dirname(one.from), posix.dirname(one.to)];
    if (a === b) continue;
    const steps = next.get(a) ?? new Map<string, Import>();
    next.set(a, steps.has(b) ? steps : steps.set(b, one));
  }
  const found: string[] = [];
  const done = new Set<string>();
  for (const start of next.keys()) {
    const ring = done.has(start) ? undefined : shortestWayBack(start, next);
    if (ring === undefined) continue;
    for (const { from } of ring) done.add(posix.dirname(from));
    found.push(`ring of folders: ${ring.map(({ from, to }) => `${from} imports ${to}`).join('; ')}`);
  }
  return found;
}

/** Breadth first, so that the ring that is shown is no longer than it must be. */
function shortestWayBack(start: string, next: ReadonlyMap<string, ReadonlyMap<string, Import>>): Import[] | undefined {
  const seen = new Set<string>();
  let ways: { at: string; way: Import[] }[] = [{ at: start, way: [] }];
  while (ways.length > 0) {
    const further: typeof ways = [];
    for (const { at, way } of ways) {
      for (const [folder, step] of next.get(at) ?? []) {
        if (folder === start) return [...way, step];
        if (seen.has(folder)) continue;
        seen.add(folder);
        further.push({ at: folder, way: [...way, step] });
      }
    }
    ways = further;
  }
  return undefined;
}

/** The first folder below the program's, or the file itself. */
function roomOf(path: string): string {
  return path.split('/')[1] ?? '';
}
