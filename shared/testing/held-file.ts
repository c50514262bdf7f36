/**
 * A file that the kernel neither replaces nor deletes (EBUSY), like an open file on Windows: something is mounted on
 * it.
 */
import { execFileSync } from 'node:child_process';
import type { Test } from 'tap';

/**
 * Holds a file until it is released, which must happen before its folder is deleted: do not use t.testdir. @returns a
 * function that releases it
 */
export function holdFile(t: Test, path: string): () => void {
  execFileSync('mount', ['--bind', path, path]);
  let mounted = true;
  const release = () => {
    if (mounted) execFileSync('umount', [path]);
    mounted = false;
  };
  t.teardown(release);
  return release;
}

/** Why tests with such files are skipped. */
export const noHeldFiles: string | false =
  (process.platform !== 'linux' || process.getuid?.() !== 0) && 'only root on Linux can mount something';
