/** Versions of a plugin: numbers between dots. PowerSchool refuses an update whose version does not increase. */

/** True for digits and dots, which is all that PowerSchool accepts. */
export function isPluginVersion(text: string): boolean {
  return /^\d+(\.\d+)*$/.test(text);
}

/** Negative when `a` is lower, 0 when equal; a missing part counts as 0. Both must be plugin versions. */
export function compareVersions(a: string, b: string): number {
  // BigInt, because a version may be twenty digits long.
  const left = a.split('.').map(BigInt);
  const right = b.split('.').map(BigInt);
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const mine = left[index] ?? 0n;
    const theirs = right[index] ?? 0n;
    if (mine !== theirs) return mine < theirs ? -1 : 1;
  }
  return 0;
}

/**
 * A version above this one: the program's own if that is higher, else the next in the fourth part (0.3.0 → 0.3.0.1),
 * which stays below the program's next release.
 */
export function versionAbove(previous: string, own: string): string {
  if (compareVersions(own, previous) > 0) return own;
  const parts = previous.split('.');
  while (parts.length < 3) parts.push('0');
  const last = parts.length > 3 ? (parts.pop() ?? '0') : '0';
  return [...parts, String(BigInt(last) + 1n)].join('.');
}
