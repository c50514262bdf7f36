/** What a schedule knows of what it holds. */

/** Each has limits of its own. */
export const services = ['graph', 'teams'] as const;
export type Service = (typeof services)[number];

export type Origin = 'edit' | 'load';

export interface Traits {
  service: Service;
  /** What takes one write at a time: a group, an account. Undefined where nothing stands in the way. */
  lane: string | undefined;
  /** Who goes first of those that are queued for a lane: the smaller one, up to 255. */
  rank: number;
  /** What it waits for, while somebody is about to bring it about. */
  needs: readonly string[];
  /** Those of its needs that only come first: it goes as soon as they are there, and leaves none of them alone for a while. */
  follows: readonly string[];
  /** What it brings about, which others may need. */
  brings: string | undefined;
  /** What it is planned for: when one of these is planned again, it is withdrawn. */
  keys: readonly string[];
}
