/**
 * `retry`: passes by itself, try again with backoff. `retry-after`: the other side said when. `fix`: someone must
 * change something first. `bug`: our fault, report it.
 */
export type RetryClass = 'retry' | 'retry-after' | 'fix' | 'bug';

/**
 * Who can fix a problem: people who maintain PowerSchool (`sis`), the administrators of Microsoft 365 (`microsoft`),
 * people who run the relay and its profiles (`operator`), or `nobody`, because it passes by itself.
 */
export const fixers = ['sis', 'microsoft', 'operator', 'nobody'] as const;
export type Fixer = (typeof fixers)[number];

export interface Entry {
  retry: RetryClass;
  /** For problems of people and objects in Microsoft 365: who can fix it. */
  who?: Fixer;
  /** What happened and where, with `{placeholders}`. */
  sentence: string;
  /** The next step, with `{placeholders}`. */
  action: string;
  /** The paragraph in docs/errors.md: when it appears and when it is normal. */
  meaning: string;
}
