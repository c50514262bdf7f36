/** Why a task of a schedule is not done. Pure: it looks, and changes nothing. */
import type { Schedule } from './schedule.ts';

export type Wait =
  /** What it needs, with the tasks that are about to bring that about: at least one of each. */
  | { for: 'needs'; needs: readonly { thing: string; by: readonly number[] }[] }
  /** Another task of its lane. */
  | { for: 'lane'; lane: string; by: number }
  /** What it needs was made a moment ago. @property until milliseconds */
  | { for: 'settling'; things: readonly string[]; until: number }
  /** It goes again then. @property isShort whether its lane, and what needs it, wait with it */
  | { for: 'time'; until: number; isShort: boolean }
  /** It may be sent, and others go first. */
  | { for: 'turn' }
  /** It was sent. */
  | { for: 'answer' }
  /** It is planned again, or what it needs is. */
  | { for: 'plan' };

/** @returns undefined for a task that is over */
export function waitOf<T>(schedule: Schedule<T>, task: number): Wait | undefined {
  const traits = schedule.traitsOf(task);
  if (traits === undefined) return undefined;
  switch (schedule.stateOf(task)) {
    case 'waiting': {
      const needs = traits.needs.map((thing) => ({ thing, by: schedule.bringersOf(thing) }));
      const coming = needs.filter(({ by }) => by.length > 0);
      return coming.length === 0 ? { for: 'plan' } : { for: 'needs', needs: coming };
    }
    case 'settling': {
      const things = traits.needs.filter(
        (thing) => !traits.follows.includes(thing) && schedule.madeAt(thing) !== undefined,
      );
      return { for: 'settling', things, until: schedule.dueAt(task) };
    }
    case 'queued': {
      const by = traits.lane === undefined ? undefined : schedule.holderOf(traits.lane);
      // The lane is free, and the next one of it is about to be sent.
      return traits.lane === undefined || by === undefined ? { for: 'turn' } : { for: 'lane', lane: traits.lane, by };
    }
    case 'paused':
    case 'aside':
      return { for: 'time', until: schedule.dueAt(task), isShort: schedule.stateOf(task) === 'paused' };
    case 'ready':
      return { for: 'turn' };
    case 'underWay':
      return { for: 'answer' };
    case 'withdrawn':
      return { for: 'plan' };
    case 'over':
      return undefined;
  }
}
