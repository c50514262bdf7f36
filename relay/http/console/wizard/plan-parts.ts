/** A plan in a page: totals, what is held, and samples with what changes. */
import { html } from 'ghtml';
import { count, counted, icon } from '../../../../shared/page/parts.ts';
import type { DraftPlan } from '../../../app/queries/profile-drafts.ts';
import { sentenceOf } from '../../../app/queries/sentences.ts';
import type { OperationKind } from '../../../model/operation.ts';
import { specOf } from '../../../operations/registry.ts';
import { describeChanges, type Listed, listPlan, totalsOf } from '../../../plan/listing.ts';

/** How many operations of each kind a page shows. */
const sampleSize = 3;

/** `new account`, as it is counted elsewhere. */
export function kindWords(kind: OperationKind): string {
  return specOf(kind).noun;
}

export interface Numbers {
  planned: number;
  held: number;
  totals: ReturnType<typeof totalsOf>;
}

export function numbersOf({ now: { plan, guarded } }: DraftPlan): Numbers {
  const totals = totalsOf(plan, guarded);
  const sum = (pick: (one: (typeof totals)[number]) => number) => totals.reduce((all, one) => all + pick(one), 0);
  return { planned: sum(({ planned }) => planned), held: sum(({ held }) => held), totals };
}

export function totalsTable({ totals }: Numbers): string {
  const rows = totals.map(
    ({ kind, planned, held }) =>
      html`<tr><th scope="row">${kindWords(kind)}</th><td class="number">${count(planned)}</td><td class="number">${count(held)}</td><td class="number">${count(planned - held)}</td></tr>`,
  );
  return html`<section class="panel"><div class="scroller" tabindex="0" role="region" aria-label="Operations by kind"><table>
<thead><tr><th scope="col">Operation</th><th scope="col" class="number">Planned</th><th scope="col" class="number">Held</th><th scope="col" class="number">Proceeds</th></tr></thead>
<tbody>!${rows}</tbody></table></div></section>`;
}

export function holdsPanel({ now: { guarded } }: DraftPlan): string {
  if (guarded.holds.length === 0) return '';
  const lines = guarded.holds.map(
    ({ reason, count: many, effect }) =>
      html`<li>!${icon('wait')} ${counted(many, 'operation')} would be held: ${reason}<br><small>If approved: ${effect}</small></li>`,
  );
  return html`<section class="panel stack"><h2>What the guards would hold</h2><ul class="findings">!${lines}</ul></section>`;
}

export function samplesPanel({ now: { plan, guarded, schoolOf }, names }: DraftPlan): string {
  const listed = Map.groupBy(listPlan(plan, guarded, schoolOf, { kinds: [], person: undefined }), ({ kind }) => kind);
  const groups = [...listed].map(([kind, of]) => {
    const rows = of.slice(0, sampleSize).map((one) => {
      const changes = describeChanges(one).map((change) => html`<code>${change}</code>`);
      return html`<tr><th scope="row">${sentenceOf(one as Listed, names)}</th><td>!${changes.join(' ')}</td><td>${one.reason}</td></tr>`;
    });
    return html`<h3>${kindWords(kind)} <small>${of.length > sampleSize ? `${sampleSize} of ${count(of.length)}` : count(of.length)}</small></h3><div class="scroller" tabindex="0" role="region" aria-label="Samples: ${kindWords(kind)}"><table><thead><tr><th scope="col">What</th><th scope="col">Before &rarr; after</th><th scope="col">Why</th></tr></thead><tbody>!${rows}</tbody></table></div>`;
  });
  return html`<section class="panel stack samples"><h2>Samples</h2>!${groups}</section>`;
}

/** What is there already and costs no write; empty without any. */
export function adoptedLine({ now: { takenOver } }: DraftPlan): string {
  const { schools, classes, accounts, memberships } = takenOver;
  if (schools + classes + accounts === 0) return '';
  return html`<p>!${icon('ok')} Adopts without a write: ${counted(schools, 'school')}, ${counted(classes, 'class', 'classes')}, ${counted(accounts, 'account')}, ${counted(memberships, 'membership')}.</p>`;
}
