import type { Test } from 'tap';

/**
 * The folder of a test, which is removed after all that the test tears down. tap removes it before that if a test asks for its folder first:
 * what still writes there, such as a relay, then fails the removal with ENOTEMPTY.
 */
export function folderOf(t: Pick<Test, 'testdir' | 'teardown'>): string {
  t.teardown(() => undefined);
  return t.testdir();
}
