/** On which days is nothing written? */
import { html } from 'ghtml';
import { z } from 'zod';
import { endBlackout, makeBlackout } from '../../../app/commands/blackouts.ts';
import { ask } from '../../../app/perform.ts';
import { blackoutsNow } from '../../../app/queries/blackouts.ts';
import { type Look, stateLabel } from '../pieces/states.ts';
import { emptyPanel, tablePanel } from '../pieces/tables.ts';
import { consoleBase } from '../shell/document.ts';
import { form, formTo } from '../shell/form.ts';
import { type DistrictVisit, districtPage, type View } from '../shell/page.ts';

type Answer = { slug: string } & Awaited<ReturnType<typeof blackoutsNow>>;
type Listed = Answer['blackouts'][number];

export const blackoutsPage = districtPage({
  path: '/blackouts',
  needs: 'blackouts',
  nav: 'Blackouts',
  title: 'Blackouts',
  load: async ({ app, actor, tenant, nowMs }): Promise<Answer> => ({
    slug: tenant.slug,
    ...(await ask(app, actor, { question: 'blackouts', tenant }, (scope) => blackoutsNow(scope, nowMs))),
  }),
  render: (answer, view) => html`<h1>${verdictOf(answer)}</h1>
!${answer.blackouts.length === 0 ? nothingYet : blackoutTable(answer, view)}
!${view.may('blackout.add') ? addForm(answer, view) : ''}`,
  forms: [
    form({
      name: 'add',
      needs: 'blackout.add',
      fields: z.strictObject({ from: z.string().trim(), to: z.string().trim(), reason: z.string() }),
      async perform({ app, actor, tenant }: DistrictVisit, { from, to, reason }) {
        await makeBlackout(app, actor, { tenant, from, to: to === '' ? from : to, reason });
        return { goTo: pathOf(tenant.slug) };
      },
    }),
    form({
      name: 'remove',
      needs: 'blackout.remove',
      fields: z.strictObject({ blackout: z.string() }),
      async perform({ app, actor, tenant }: DistrictVisit, { blackout }) {
        await endBlackout(app, actor, { tenant, blackout });
        return { goTo: pathOf(tenant.slug) };
      },
    }),
  ],
});

function pathOf(slug: string): string {
  return `${consoleBase}/districts/${slug}/blackouts`;
}

function verdictOf({ blackouts, now, today }: Answer): string {
  const under = blackouts.find(({ id }) => id === now);
  if (under !== undefined) return `Nothing is written through ${under.to}: ${under.reason}.`;
  const next = blackouts.find(({ from }) => from > today);
  return next === undefined
    ? 'Hallpass may write on any day.'
    : `Hallpass writes until ${next.from}, when a blackout begins.`;
}

const nothingYet = emptyPanel(
  html`Add the days of final exams or of a migration. Agents go on reading PowerSchool, and what changes on these days is written to Microsoft 365 afterwards.`,
);

const states: Record<'over' | 'now' | 'coming', Look> = {
  now: { icon: 'pause', word: 'Now', look: 'is-paused' },
  coming: { icon: 'wait', word: 'To come', look: 'is-busy' },
  over: { icon: 'none', word: 'Over', look: 'is-quiet' },
};

function stateOf({ from, to }: Listed, today: string): string {
  return stateLabel(states[to < today ? 'over' : from > today ? 'coming' : 'now']);
}

function blackoutTable({ slug, blackouts, today }: Answer, view: View): string {
  const mayRemove = view.may('blackout.remove');
  const button = ({ id, from }: Listed) =>
    formTo(
      `${pathOf(slug)}/remove`,
      view,
      html`<input type="hidden" name="blackout" value="${id}"><button aria-label="Remove the blackout of ${from}">Remove</button>`,
    );
  return tablePanel({
    label: 'Table of blackouts',
    columns: [
      ...['First day', 'Last day', 'State', 'Why', 'By'].map((heading) => ({ heading })),
      ...(mayRemove ? [{ heading: 'Remove', as: 'buttons' as const }] : []),
    ],
    rows: blackouts.map((one) => [
      html`<time datetime="${one.from}">${one.from}</time>`,
      html`<time datetime="${one.to}">${one.to}</time>`,
      stateOf(one, today),
      html`${one.reason}`,
      html`${one.addedBy}`,
      ...(mayRemove ? [button(one)] : []),
    ]),
  });
}

function addForm({ slug, today, timeZone }: Answer, view: View): string {
  const zone = timeZone === null ? 'in UTC until an agent says where PowerSchool is' : `in ${timeZone}`;
  return html`<section class="panel narrow">!${formTo(
    `${pathOf(slug)}/add`,
    view,
    html`<div class="stack"><h2>Add a blackout</h2>
<div class="fields">
<label>First day<input type="text" name="from" required pattern="[0-9]{4}-[0-9]{2}-[0-9]{2}" placeholder="${today}" autocomplete="off"></label>
<label>Last day, if it is another<input type="text" name="to" pattern="[0-9]{4}-[0-9]{2}-[0-9]{2}" placeholder="${today}" autocomplete="off"></label>
</div>
<label>Why<input type="text" name="reason" required maxlength="200" autocomplete="off"></label>
<p class="note">Days are whole, ${zone}; today is ${today}. A run that is under way then ends between two batches.</p>
<button class="primary">Write nothing on these days</button></div>`,
  )}</section>`;
}
