/** States as people see them: an icon and a word, never color alone. */
import { html } from 'ghtml';
import { type IconName, icon } from '../../../../shared/page/parts.ts';
import type { Condition } from '../../../app/queries/agent-condition.ts';
import type { Standing } from '../../../profile/standing.ts';

export interface Look {
  icon: IconName;
  word: string;
  /** Class of the design: `is-working`. */
  look: string;
}

const runStates: Readonly<Record<string, Look>> = {
  running: { icon: 'busy', word: 'In progress', look: 'is-busy' },
  success: { icon: 'ok', word: 'Done', look: 'is-working' },
  errors: { icon: 'warning', word: 'Done, with problems', look: 'is-troubled' },
  failed: { icon: 'error', word: 'Failed', look: 'is-broken' },
  preview: { icon: 'none', word: 'Preview', look: 'is-quiet' },
  paused: { icon: 'pause', word: 'Paused', look: 'is-paused' },
  cancelled: { icon: 'pause', word: 'Canceled', look: 'is-paused' },
  replaced: { icon: 'next', word: 'Replaced by the next', look: 'is-quiet' },
};

const operationStates: Readonly<Record<string, Look>> = {
  done: { icon: 'ok', word: 'Done', look: 'is-working' },
  failed: { icon: 'error', word: 'Failed', look: 'is-broken' },
  intent: { icon: 'wait', word: 'Sent', look: 'is-busy' },
  unknown: { icon: 'warning', word: 'Not answered', look: 'is-troubled' },
};

export const profileStates: Readonly<Record<Standing, Look>> = {
  'setting up': { icon: 'none', word: 'Setting up', look: 'is-quiet' },
  preview: { icon: 'none', word: 'Preview', look: 'is-quiet' },
  'in progress': { icon: 'busy', word: 'In progress', look: 'is-busy' },
  success: { icon: 'ok', word: 'In step', look: 'is-working' },
  'success with errors': { icon: 'warning', word: 'In step, with problems', look: 'is-troubled' },
  held: { icon: 'wait', word: 'Waits for a decision', look: 'is-paused' },
  failing: { icon: 'error', word: 'Failing', look: 'is-broken' },
  paused: { icon: 'pause', word: 'Paused', look: 'is-paused' },
  quarantined: { icon: 'error', word: 'Stopped', look: 'is-broken' },
};

const holdStates: Readonly<Record<string, Look>> = {
  waiting: { icon: 'wait', word: 'Waits for a decision', look: 'is-paused' },
  expired: { icon: 'warning', word: 'Waits, nobody decided', look: 'is-troubled' },
  approved: { icon: 'ok', word: 'Approved', look: 'is-working' },
  rejected: { icon: 'pause', word: 'Rejected', look: 'is-quiet' },
};

export const agentLooks: Readonly<Record<Condition, Look>> = {
  ok: { icon: 'ok', word: 'Works', look: 'is-working' },
  waiting: { icon: 'pause', word: 'Waits', look: 'is-paused' },
  never: { icon: 'none', word: 'Never connected', look: 'is-quiet' },
  problem: { icon: 'error', word: 'Has a problem', look: 'is-broken' },
  silent: { icon: 'error', word: 'Silent', look: 'is-broken' },
  away: { icon: 'error', word: 'Not connected', look: 'is-broken' },
  revoked: { icon: 'none', word: 'Revoked', look: 'is-quiet' },
};

const tables: Readonly<Record<'run' | 'operation' | 'profile' | 'hold', Readonly<Record<string, Look>>>> = {
  run: runStates,
  operation: operationStates,
  profile: profileStates,
  hold: holdStates,
};

/** Bold and small, as in the cells of a table. */
export function stateLabel({ icon: mark, word, look }: Look): string {
  return html`<span class="state ${look}">!${icon(mark)} ${word}</span>`;
}

/** @param of what has the state @param state as the application layer says it */
export function stateOf(of: keyof typeof tables, state: string): string {
  const { icon: mark, word, look } = tables[of][state] ?? { icon: 'none', word: state, look: 'is-quiet' };
  return html`<span class="${look}">!${icon(mark)} ${word}</span>`;
}
