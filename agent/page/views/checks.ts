/** The checks: every step from the settings to the relay, run on request. */
import { html } from 'ghtml';
import { advice, count, counted, type IconName, icon, time } from '../../../shared/page/parts.ts';
import type { Check } from '../../check/check.ts';
import type { ChecksState } from '../checks-run.ts';
import type { Model } from '../model.ts';

const looks: Record<Check['status'], { icon: IconName; style: string; word: string }> = {
  pass: { icon: 'ok', style: 'is-working', word: 'passed' },
  warn: { icon: 'warning', style: 'is-troubled', word: 'warning' },
  fail: { icon: 'error', style: 'is-broken', word: 'failed' },
};

const notTried = { icon: 'none', style: 'is-quiet', word: 'not tried' } as const;

export function checksBlock({ checks }: Model): string {
  if (checks === undefined)
    return html`<p>Checks cannot be run from this page now. "hallpass-agent check" runs them on a command line.</p>`;
  if (checks.at === undefined) {
    return html`<p>Not run yet. They try every step between PowerSchool and the relay, and say what to change where one fails. Nothing is sent.</p>`;
  }
  return html`<p>!${headline(checks)}</p><ul class="checks">!${worstFirst(checks.results).map(checkItem)}</ul>`;
}

/** Checks that need attention come first; the rest follow in the order of the path. */
function worstFirst(results: readonly Check[]): Check[] {
  const order = ['fail', 'warn', 'not tried', 'pass'] as const;
  const rank = (result: Check) => (result.notTried === true ? 'not tried' : result.status);
  return order.flatMap((wanted) => results.filter((result) => rank(result) === wanted));
}

function headline({ running, at, results }: ChecksState): string {
  const begun = at === undefined ? '' : time(at);
  if (running) return html`!${icon('busy')} Running since !${begun}: ${counted(results.length, 'step')} so far.`;
  const bad = results.filter(({ status }) => status === 'fail').length;
  const untried = results.filter((result) => result.notTried === true).length;
  const odd = results.filter(({ status }) => status === 'warn').length - untried;
  if (bad + odd === 0) return html`All ${counted(results.length, 'step')} passed, !${begun}.`;
  const rest = untried === 0 ? '' : html`; ${count(untried)} not tried because of them`;
  return html`${counted(bad, 'failure')} and ${counted(odd, 'warning')} in ${counted(results.length, 'step')}${rest}, !${begun}.`;
}

function checkItem({ name, status, fact, action, notTried: untried }: Check): string {
  const { icon: drawing, style, word } = untried === true ? notTried : looks[status];
  return html`<li class="${style}">!${icon(drawing)}<div><p><code>${name}</code> <span class="state ${style}">${word}</span></p><p class="fact">${fact}</p>!${action === '' ? '' : html`<p class="action">!${icon('next')}<span>!${advice(action)}</span></p>`}</div></li>`;
}
