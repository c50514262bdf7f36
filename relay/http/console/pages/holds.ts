/** Why did it stop, and what may go on? */
import { html } from 'ghtml';
import { z } from 'zod';
import { count, counted } from '../../../../shared/page/parts.ts';
import { decideChosen, type SeenHold } from '../../../app/commands/holds.ts';
import { ask } from '../../../app/perform.ts';
import { holdsShown, type ShownHold, type ShownHolds } from '../../../app/queries/shown-holds.ts';
import { stateOf } from '../pieces/states.ts';
import { moment, numbers, table, texts } from '../pieces/tables.ts';
import { withQuery } from '../shell/addresses.ts';
import { consoleBase } from '../shell/document.ts';
import { form, formTo } from '../shell/form.ts';
import { type DistrictVisit, districtPage, type Outcome, type View } from '../shell/page.ts';

/** Holds with everything about them; a rollover of a large district holds some hundred. */
const atOnce = 25;

/** `412 removeMember:12:share all schools`: what somebody saw, so that nothing larger is approved by mistake. */
const seenHold = z.string().transform((text, context): SeenHold => {
  const [, number = '', key = '', profile = ''] = /^(\d{1,9}) (\S+) (.+)$/.exec(text) ?? [];
  if (profile === '') context.addIssue({ code: 'custom', message: 'it names no hold' });
  return { count: Number(number), key, profile };
});

/** A form of so many fits the limit of a form, and the page its own. */
const mostAtOnce = 800;

const chosen = z
  .union([z.string(), z.array(z.string()).max(mostAtOnce)])
  .default([])
  .transform((value) => [value].flat())
  .pipe(z.array(seenHold).refine((all) => all.length > 0, 'choose at least one hold'));

const lasts = { profile: undefined, day: 1, week: 7, month: 30 } as const;

export const holdsPage = districtPage({
  path: '/holds',
  needs: 'holds',
  nav: 'Holds',
  title: 'Holds',
  effort: 'short',
  query: z.strictObject({ from: z.coerce.number<string>().int().nonnegative().default(0) }),
  async load({ app, actor, tenant, nowMs }, { from }) {
    const shown = await ask(app, actor, { question: 'holds', tenant }, (scope) => holdsShown(scope, nowMs));
    return { ...shown, base: `${consoleBase}/districts/${tenant.slug}`, from };
  },
  render: ({ open, decided, base, from }, view) => html`<h1>${verdictOf({ open, decided })}</h1>
!${open.length === 0 ? '' : openPart(open, { base, from, view })}
!${decided.length === 0 ? '' : decidedPart(decided)}
!${open.length + decided.length === 0 ? nothingHeld : ''}`,
  forms: [
    form({
      name: 'approve',
      needs: 'hold.approved',
      fields: z.strictObject({ hold: chosen, lasts: z.enum(['profile', 'day', 'week', 'month']).default('profile') }),
      async perform(visit, { hold, lasts: how }) {
        const days = lasts[how];
        const until = days === undefined ? undefined : new Date(visit.nowMs + days * 86_400_000).toISOString();
        return await decided(visit, 'approved', hold, until);
      },
    }),
    form({
      name: 'reject',
      needs: 'hold.rejected',
      // The button of the same form sends this along.
      fields: z.strictObject({ hold: chosen, lasts: z.string().optional() }),
      perform: async (visit, { hold }) => await decided(visit, 'rejected', hold, undefined),
    }),
  ],
});

async function decided(
  { app, actor, tenant }: DistrictVisit,
  state: 'approved' | 'rejected',
  hold: readonly SeenHold[],
  until: string | undefined,
): Promise<Outcome> {
  await decideChosen(app, actor, { tenant, state, chosen: hold, until });
  return { goTo: `${consoleBase}/districts/${tenant.slug}/holds` };
}

function verdictOf({ open, decided }: ShownHolds): string {
  const operations = open.reduce((sum, hold) => sum + hold.count, 0);
  if (open.length > 0)
    return `${counted(operations, 'operation')} ${operations === 1 ? 'waits' : 'wait'} for your decision; everything else goes on.`;
  return decided.length > 0 ? 'Nothing waits for a decision.' : 'Nothing is held.';
}

const nothingHeld = html`<section class="panel"><p class="lead">The guard looks at every plan before anything is written. What is too much for an ordinary day, such as half of a school's memberships at once, waits here until somebody decides.</p></section>`;

interface Where {
  base: string;
  from: number;
  view: View;
}

function openPart(open: readonly ShownHold[], { base, from, view }: Where): string {
  const mayDecide = view.may('hold.approved');
  const shown = open.slice(from, from + atOnce);
  const panels = shown.map((hold) => holdPanel(hold, base, mayDecide));
  const links = [
    ...(from > 0
      ? [
          html`<a href="${withQuery(`${base}/holds`, { from: from > atOnce ? from - atOnce : undefined })}">Larger holds</a>`,
        ]
      : []),
    ...(from + atOnce < open.length
      ? [html`<a rel="next" href="${withQuery(`${base}/holds`, { from: from + atOnce })}">Smaller holds</a>`]
      : []),
  ];
  const pager = links.length === 0 ? '' : html`<p class="pager">!${links}</p>`;
  if (!mayDecide) return html`!${panels}!${pager}`;
  return html`!${formTo(`${base}/holds/approve`, view, html`<div class="stack wide">!${panels}!${decisionPanel(base)}</div>`)}
!${pager}!${open.length === 1 || open.length > mostAtOnce ? '' : allPanel(open, base, view)}`;
}

function holdPanel(hold: ShownHold, base: string, mayDecide: boolean): string {
  const {
    profile,
    key,
    kind,
    noun,
    count: number,
    earlier,
    where,
    reason,
    effect,
    usual,
    state,
    firstSeen,
    expiresAt,
    examples,
  } = hold;
  const title = html`${counted(number, 'operation')} in ${where}: ${noun}`;
  const head = mayDecide
    ? html`<label class="choice"><input type="checkbox" name="hold" value="${number} ${key} ${profile}"> !${title}</label>`
    : title;
  return html`<section class="panel"><div class="panel-head"><h2>!${head}</h2>!${stateOf('hold', state)}</div>
<dl class="facts">
<dt>Why</dt><dd>${reason}</dd>
<dt>If approved</dt><dd>${effect}</dd>
<dt>How unusual</dt><dd>${usual}!${earlier === 0 ? '' : html` ${counted(earlier, 'operation')} of this kind went through in the 24 hours before.`}</dd>
<dt>Who</dt><dd><ul>!${examples.map(({ sentence, reason: why }) => html`<li>${sentence} <span class="fine">(${why})</span></li>`)}</ul>
<a href="${withQuery(`${base}/preview`, { profile, kind })}">All operations of this kind, before and after</a></dd>
<dt>Since</dt><dd>!${moment(firstSeen)}</dd>
!${expiresAt === null ? '' : html`<dt>${state === 'waiting' ? 'Expires' : 'Reported again'}</dt><dd>!${moment(expiresAt, 'due')}; nothing is written by that</dd>`}
<dt>Profile</dt><dd>${profile} <span class="id"><code>${key}</code></span></dd>
</dl></section>`;
}

function decisionPanel(base: string): string {
  const choices = [
    { value: 'profile', words: 'as long as the profile says' },
    { value: 'day', words: 'a day' },
    { value: 'week', words: 'a week' },
    { value: 'month', words: '30 days' },
  ].map(
    ({ value, words }) =>
      html`<label><input type="radio" name="lasts" value="${value}" !${value === 'profile' ? 'checked' : ''}>${words}</label>`,
  );
  return html`<section class="panel stack"><h2>Decide about the chosen holds</h2>
<p class="note">An approval covers up to a tenth more operations than you see here, because rosters keep changing. Rejected operations stay held, and are not reported again until their cause changes.</p>
<fieldset class="choices"><legend class="hint">The approval lasts</legend>!${choices}</fieldset>
<p class="buttons"><button class="primary">Approve the chosen</button> <button formaction="${base}/holds/reject">Reject the chosen</button></p></section>`;
}

function allPanel(open: readonly ShownHold[], base: string, view: View): string {
  const hidden = open.map(
    ({ count: number, key, profile }) => html`<input type="hidden" name="hold" value="${number} ${key} ${profile}">`,
  );
  const operations = open.reduce((sum, hold) => sum + hold.count, 0);
  return html`<section class="panel">!${formTo(
    `${base}/holds/approve`,
    view,
    html`<div class="stack"><h2>Or about all of them</h2>!${hidden}
<p class="buttons"><button>Approve all ${count(open.length)} holds: ${counted(operations, 'operation')}</button> <button formaction="${base}/holds/reject">Reject all ${count(open.length)}</button></p></div>`,
  )}</section>`;
}

function decidedPart(holds: readonly ShownHold[]): string {
  const columns = [...texts('What', 'Decision', 'By', 'When', 'Ends'), ...numbers('Carried out')];
  const rows = holds
    .slice(0, 100)
    .map(({ count: number, where, noun, state, decidedBy, decidedAt, expiresAt, carriedOut, decidedCount }) => [
      html`${counted(number, 'operation')} in ${where}: ${noun}`,
      stateOf('hold', state),
      html`${decidedBy ?? ''}`,
      moment(decidedAt),
      expiresAt === null ? 'when the cause changes' : moment(expiresAt, 'due'),
      state === 'approved' ? `${count(carriedOut)} of ${count(decidedCount ?? number)}` : '',
    ]);
  return html`<section class="panel"><div class="panel-head"><h2>Decided</h2></div>!${table('Table of decisions', columns, rows)}</section>`;
}
