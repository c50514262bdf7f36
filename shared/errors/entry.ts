/**
 * `retry`: passes by itself, try again with backoff. `retry-after`: the other side said when. `fix`: somebody must
 * change something first. `bug`: ours, report it.
 */
export type RetryClass = 'retry' | 'retry-after' | 'fix' | 'bug';

export interface Entry {
  retry: RetryClass;
  /** What happened and where, with `{placeholders}`. */
  sentence: string;
  /** The next step, with `{placeholders}`. */
  action: string;
  /** The paragraph in docs/errors.md: when it appears and when it is normal. */
  meaning: string;
}
