/** Which district needs me? One line each, the worst first. */
import { html } from 'ghtml';
import { z } from 'zod';
import { count, counted, icon } from '../../../../shared/page/parts.ts';
import { describeFleet, type FleetLine, fleetNow, needs } from '../../../app/queries/fleet.ts';
import { type Look, stateLabel } from '../pieces/states.ts';
import { emptyPanel, momentOrNever, numbers, type Row, tablePanel, texts } from '../pieces/tables.ts';
import { districtPath, withQuery } from '../shell/addresses.ts';
import { consoleBase } from '../shell/document.ts';
import { page, type View } from '../shell/page.ts';
import { addDistrictPath } from './add-district.ts';

const query = z.strictObject({
  need: z.enum(needs).optional(),
  q: z.string().trim().max(100).default(''),
});
type Asked = z.output<typeof query>;

interface Answer {
  /** All that the actor sees. */
  districts: readonly FleetLine[];
  asked: Asked;
}

const path = `${consoleBase}/`;

export const fleetPage = page({
  path: '/',
  needs: 'fleet',
  nav: 'Fleet',
  title: 'Fleet',
  effort: 'short',
  refreshSeconds: 15,
  query,
  async load({ app, actor, nowMs }, asked): Promise<Answer> {
    return { districts: describeFleet(await fleetNow(app, actor), nowMs).districts, asked };
  },
  render: (answer, view) => html`<h1>${verdictOf(answer.districts)}</h1>
!${answer.districts.length < 2 ? '' : choiceOf(answer)}
!${answer.districts.length === 0 ? nothingYet(view) : tableOf(answer)}
!${view.may('tenant.add') ? addLink : ''}`,
});

/** Mark, word and class of each need: never color alone. */
const looks: Record<FleetLine['need'], Look> = {
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
  const [first] = waiting;
  if (districts.length === 1 && first !== undefined) return `${first.name}: ${first.why}`;
  return `${waiting.length} of ${counted(districts.length, 'district')} ${waiting.length === 1 ? 'needs' : 'need'} somebody.`;
}

function nothingYet(view: View): string {
  return emptyPanel(
    view.may('tenant.add')
      ? html`Add the first one. Then its agent enrolls, and a profile says what happens in Microsoft 365.`
      : html`An operator adds districts.`,
  );
}

const addLink = html`<p><a class="button" href="${addDistrictPath}">Add a district</a></p>`;

/** How many are in each state, as links to them; and a search. */
function choiceOf({ districts, asked: { need: chosen, q } }: Answer): string {
  const choices = needs.flatMap((need) => {
    const some = districts.filter((one) => one.need === need).length;
    if (some === 0) return [];
    const { icon: mark, word, look } = looks[need];
    const href = withQuery(path, { need: need === chosen ? undefined : need, q: q || undefined });
    const current = need === chosen ? 'aria-current="true"' : '';
    return [
      html`<li><a class="chip" href="${href}" !${current}><span class="${look}">!${icon(mark)}</span> ${word} <strong>${count(some)}</strong></a></li>`,
    ];
  });
  const kept = chosen === undefined ? '' : html`<input type="hidden" name="need" value="${chosen}">`;
  return html`<div class="choice-bar"><ul class="chips" aria-label="By state">!${choices}</ul>
<search><form class="search" method="get" action="${path}">!${kept}<input type="text" name="q" value="${q}" aria-label="Search districts" placeholder="District" maxlength="100" autocomplete="off" spellcheck="false"><button>Search</button></form></search></div>`;
}

function tableOf({ districts, asked: { need, q } }: Answer): string {
  const words = q.toLowerCase();
  const shown = districts
    .filter((one) => need === undefined || one.need === need)
    .filter(({ name, slug }) => name.toLowerCase().includes(words) || slug.includes(words));
  const isAll = shown.length === districts.length;
  // Where all are the same, it would say nothing, 200 times.
  const isMixed = new Set(districts.flatMap(({ versions }) => versions)).size > 1;
  const all = html`<a href="${path}">Show all ${count(districts.length)} districts</a>`;
  if (shown.length === 0) return emptyPanel(html`No district here fits. !${all}`);
  return tablePanel({
    label: 'Table of districts',
    columns: [
      ...texts('District', 'State', 'Why', 'Agent seen', 'Last run', ...(isMixed ? ['Version'] : [])),
      ...numbers('Held', 'Problems'),
    ],
    rows: shown.map((line) => rowOf(line, isMixed)),
    below: isAll ? '' : html`<p class="note">${counted(shown.length, 'district')}. !${all}</p>`,
  });
}

function rowOf(line: FleetLine, isMixed: boolean): Row {
  const { name, need, why, agentSeenAt, lastRunAt, versions, held, problems } = line;
  return [
    html`<a href="${districtPath(line, '')}">${name}</a>`,
    stateLabel(looks[need]),
    html`${why}`,
    momentOrNever(agentSeenAt),
    momentOrNever(lastRunAt),
    ...(isMixed ? [html`${versions.join(', ')}`] : []),
    count(held),
    count(problems),
  ];
}
