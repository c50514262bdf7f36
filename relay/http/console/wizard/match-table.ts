/** What every identity rule would find on the data as they are now, as a table in which one is chosen. */
import { html } from 'ghtml';
import { count, icon } from '../../../../shared/page/parts.ts';
import type { MatchExample, RolePreview, RulePreview } from '../../../identity/match-preview.ts';
import type { IdentityRule } from '../../../profile/identity-rules.ts';

/** Rules of the table; the best come first, and the others match fewer people. */
const mostRules = 8;
const mostExamples = 3;

export const sourceNames: Record<IdentityRule['source'], string> = {
  username: 'User name',
  studentNumber: 'Student number',
  teacherNumber: 'Teacher number',
  secondaryEmail: 'Email address',
};

/** As a draft has it. */
interface Rule {
  source: string;
  suffix: string | null;
  target: string;
}

/** `Student number + @contoso.edu = mailNickname` */
export function ruleWords({ source, suffix, target }: IdentityRule): string {
  return `${sourceNames[source]}${suffix === null ? '' : ` + @${suffix}`} = ${target}`;
}

/** The value of a rule's button. */
export function ruleValue({ source, suffix, target }: Rule): string {
  return `${source}|${suffix ?? ''}|${target}`;
}

/** @param name of the buttons @param chosen value of the rule that the draft has @returns HTML, and whether the chosen one is in it */
export function matchTable(
  { role, people, rules, recommended }: RolePreview,
  name: string,
  chosen: string,
): { table: string; hasChosen: boolean } {
  const finding = rules.filter(({ counts }) => counts.matched + counts.ambiguous + counts.claimedTwice > 0);
  const best = finding.slice(0, mostRules);
  const own = rules.find(({ rule }) => ruleValue(rule) === chosen);
  const shown = own === undefined || best.includes(own) ? best : [...best, own];
  const rows = shown.map((one) => rowOf(one, { name, people, chosen, isBest: one.rule === recommended }));
  return {
    hasChosen: own !== undefined,
    table: html`<div class="scroller" tabindex="0" role="region" aria-label="Rules for ${role}"><table class="matches">
<thead><tr><th scope="col">Rule</th><th scope="col" class="number">Matched</th><th scope="col" class="number">Ambiguous</th><th scope="col" class="number">Unmatched</th><th scope="col">Examples</th></tr></thead>
<tbody>!${rows}</tbody></table></div>`,
  };
}

function rowOf(
  { rule, counts, examples }: RulePreview,
  { name, people, chosen, isBest }: { name: string; people: number; chosen: string; isBest: boolean },
): string {
  const value = ruleValue(rule);
  const unclear = counts.ambiguous + counts.claimedTwice;
  const without = counts.unmatched + counts.excluded + counts.withoutValue;
  const mark = isBest ? html`<span class="is-working state">!${icon('ok')} recommended</span>` : '';
  const share = people === 0 ? '' : html` <small>${((100 * counts.matched) / people).toFixed(1)} %</small>`;
  return html`<tr><th scope="row"><label class="choice"><input type="radio" name="${name}" value="${value}" !${value === chosen ? 'checked' : ''}><span>${ruleWords(rule)} !${mark}</span></label></th><td class="number">${count(counts.matched)}!${share}</td><td class="number">${count(unclear)}</td><td class="number">${count(without)}</td><td>!${examplesOf(examples)}</td></tr>`;
}

const words = {
  ambiguous: 'several accounts',
  claimedTwice: 'one account for two people',
  excluded: 'only an excluded account',
  unmatched: 'no account',
  withoutValue: 'no value in PowerSchool',
  matched: 'account',
} as const;

/** What goes wrong says more than what fits; a match is shown where nothing goes wrong. */
function examplesOf(examples: RulePreview['examples']): string {
  const wrong = (['ambiguous', 'claimedTwice', 'excluded', 'unmatched', 'withoutValue'] as const).flatMap((outcome) =>
    examples[outcome].slice(0, 1).map((one) => exampleOf(one, outcome)),
  );
  const shown =
    wrong.length > 0
      ? wrong.slice(0, mostExamples)
      : examples.matched.slice(0, 1).map((one) => exampleOf(one, 'matched'));
  return shown.length === 0 ? '' : html`<ul class="examples">!${shown}</ul>`;
}

function exampleOf({ subject, value, accounts = [] }: MatchExample, outcome: keyof typeof words): string {
  const found = accounts.length === 0 ? '' : html`: ${accounts.slice(0, 2).join(', ')}`;
  return html`<li><code>${value ?? subject}</code> ${words[outcome]}!${found}</li>`;
}
