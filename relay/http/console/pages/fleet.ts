/** Which district needs me? One line each, the worst first. */
import { html } from 'ghtml';
import { counted, icon } from '../../../../shared/page/parts.ts';
import { describeFleet, type FleetLine, fleetNow } from '../../../app/queries/fleet.ts';
import type { Look } from '../pieces/states.ts';
import { momentOrNever } from '../pieces/tables.ts';
import { consoleBase } from '../shell/document.ts';
import { page, type View } from '../shell/page.ts';
import { addDistrictPath } from './add-district.ts';

export const fleetPage = page({
  path: '/',
  needs: 'fleet',
  nav: 'Fleet',
  title: 'Fleet',
  refreshSeconds: 15,
  async load({ app, actor, nowMs }) {
    return describeFleet(await fleetNow(app, actor), nowMs).districts;
  },
  render: (districts, view) => html`<h1>${verdictOf(districts)}</h1>
!${districts.length === 0 ? nothingYet(view) : tableOf(districts)}
!${view.may('tenant.add') ? addLink : ''}`,
});

/** Mark, word and class of each need: never color alone. */
const needs: Record<FleetLine['need'], Look> = {
  stopped: { icon: 'error', word: 'Stopped', look: 'is-broken' },
  broken: { icon: 'error', word: 'Broken', look: 'is-broken' },
  decision: { icon: 'wait', word: 'Needs a decision', look: 'is-paused' },
  attention: { icon: 'warning', word: 'Has problems', look: 'is-troubled' },
  unfinished: { icon: 'none', word: 'Not finished', look: 'is-quiet' },
  fine: { icon: 'ok', word: 'Fine', look: 'is-working' },
};

function verdictOf(districts: readonly FleetLine[]): string {
  if (districts.length === 0) return 'There is no district yet.';
  const waiting = districts.filter(({ need }) => need !== 'fine' && need !== 'unfinished');
  if (waiting.length === 0) return `Nobody waits for you: ${counted(districts.length, 'district')}.`;
  return `${waiting.length} of ${counted(districts.length, 'district')} need somebody.`;
}

function nothingYet(view: View): string {
  const first = view.may('tenant.add')
    ? html`Add the first one. Then its agent enrolls, and a profile says what happens in Microsoft 365.`
    : html`An operator adds districts.`;
  return html`<section class="panel"><p class="lead">!${first}</p></section>`;
}

const addLink = html`<p><a class="button" href="${addDistrictPath}">Add a district</a></p>`;

function tableOf(districts: readonly FleetLine[]): string {
  return html`<section class="panel"><div class="scroller" tabindex="0" role="region" aria-label="Table of districts">
<table class="cards"><thead><tr><th scope="col">District</th><th scope="col">State</th><th scope="col">Why</th><th scope="col">Agent seen</th><th scope="col">Last run</th><th scope="col" class="number">Held</th><th scope="col" class="number">Problems</th></tr></thead>
<tbody>!${districts.map(rowOf)}</tbody></table>
</div></section>`;
}

function rowOf({ slug, name, need, why, agentSeenAt, lastRunAt, held, problems }: FleetLine): string {
  const { icon: mark, word, look } = needs[need];
  return html`<tr><th scope="row"><a href="${consoleBase}/districts/${slug}">${name}</a></th><td class="${look}">!${icon(mark)}${word}</td><td>${why}</td><td data-label="Agent seen">!${momentOrNever(agentSeenAt)}</td><td data-label="Last run">!${momentOrNever(lastRunAt)}</td><td class="number" data-label="Held">${held}</td><td class="number" data-label="Problems">${problems}</td></tr>`;
}
