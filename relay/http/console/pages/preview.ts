/** What exactly will happen? The plan of a profile, worked out now; and the button that lets it write. */
import { html } from 'ghtml';
import { z } from 'zod';
import { HallpassError } from '../../../../shared/errors.ts';
import { advice, count, counted, icon } from '../../../../shared/page/parts.ts';
import { versionOf } from '../../../app/commands/precondition.ts';
import { moveProfile } from '../../../app/commands/profile-state.ts';
import { ask } from '../../../app/perform.ts';
import { operationKind } from '../../../app/queries/plan.ts';
import { previewAnswer, profileToPreview, type ShownPlan, toldPlan } from '../../../app/queries/preview.ts';
import { operationTable } from '../pieces/operations.ts';
import { moment, numbers, table, texts } from '../pieces/tables.ts';
import { withQuery } from '../shell/addresses.ts';
import { consoleBase } from '../shell/document.ts';
import { form, formTo } from '../shell/form.ts';
import { districtPage, type View } from '../shell/page.ts';

/** Of each kind, while nobody asked for one. */
const sample = 3;
const atOnce = 50;

const query = z.strictObject({
  profile: z.string().max(200).optional(),
  kind: operationKind.optional(),
  person: z.string().trim().max(200).optional(),
  from: z.coerce.number<string>().int().nonnegative().default(0),
  /** Working it out takes ten seconds in a district of 100,000 people: the page itself does not wait for it. */
  now: z.literal('yes').optional(),
});

type Asked = z.output<typeof query>;
type Chosen = NonNullable<Awaited<ReturnType<typeof profileToPreview>>>;
type Worked = ShownPlan | HallpassError | undefined;

interface Answer {
  chosen: Chosen | undefined;
  worked: Worked;
  asked: Asked;
  /** Path of this page, and of the district. */
  base: string;
  home: string;
}

export const previewPage = districtPage({
  path: '/preview',
  needs: 'plan',
  nav: 'Preview',
  title: 'Preview',
  query,
  async load({ app, actor, tenant, ask: long }, asked): Promise<Answer> {
    const chosen = await ask(app, actor, { question: 'plan', tenant }, (scope) =>
      profileToPreview(scope, tenant.slug, asked.profile),
    );
    const home = `${consoleBase}/districts/${tenant.slug}`;
    const place = { chosen, asked, base: `${home}/preview`, home };
    if (asked.now === undefined || chosen === undefined) return { ...place, worked: undefined };
    const { kind, person, from } = asked;
    const part =
      kind === undefined && !person ? { sample: String(sample) } : { limit: String(atOnce), offset: String(from) };
    const wanted = { profile: chosen.name, kind, person: person || undefined, ...part };
    try {
      const plan = previewAnswer.parse(await long.json({ effort: 'plan', path: 'plan', tenant, query: wanted }));
      const worked = await ask(app, actor, { question: 'plan', tenant }, (scope) => toldPlan(scope, plan));
      return { ...place, worked };
    } catch (error) {
      // The rest of the page is there: the reason is shown in place of the plan.
      if (error instanceof HallpassError) return { ...place, worked: error };
      throw error;
    }
  },
  render: (answer: Answer, view) => html`<h1>${verdictOf(answer)}</h1>
!${answer.chosen === undefined ? noProfile : html`!${profileChoice(answer)}!${planPart(answer, view)}`}`,
  async table({ app, actor, tenant, ask: long }, { profile, kind, person }) {
    const chosen = await ask(app, actor, { question: 'plan', tenant }, (scope) =>
      profileToPreview(scope, tenant.slug, profile),
    );
    const wanted = { profile: chosen?.name, kind, person: person || undefined };
    return {
      name: 'plan',
      csv: await long.csv({ effort: 'plan', path: 'plan', tenant, query: wanted }),
    };
  },
  forms: [
    form({
      name: 'enable',
      needs: 'profile.enabled',
      fields: z.strictObject({ profile: z.string().min(1).max(200), version: z.string().max(100) }),
      async perform({ app, actor, tenant }, { profile, version }) {
        // What was previewed is what is enabled.
        const precondition = { match: [version], isNeeded: true };
        await moveProfile(app, actor, { tenant, profile, move: 'enable', precondition });
        return { goTo: `${consoleBase}/districts/${tenant.slug}` };
      },
    }),
  ],
});

const noProfile = html`<section class="panel"><p class="lead">A profile says which schools are provisioned, and how. Make one first; then this page shows what it would do, before anything is written.</p></section>`;

function verdictOf({ chosen, worked }: Answer): string {
  if (chosen === undefined) return 'There is no profile to preview yet.';
  if (worked instanceof HallpassError) return `What “${chosen.name}” would do cannot be said yet.`;
  if (worked === undefined) return `What will “${chosen.name}” do?`;
  const { planned, held } = sumOf(worked);
  if (planned === 0) return `“${chosen.name}” has nothing to do: Microsoft 365 is up to date.`;
  const will = chosen.state === 'enabled' ? 'will' : 'would';
  return `“${chosen.name}” ${will} do ${counted(planned - held, 'operation')}${held === 0 ? '' : `, and hold ${count(held)} for a decision`}.`;
}

function sumOf({ plan }: ShownPlan): { planned: number; held: number } {
  const sum = (of: 'planned' | 'held') => plan.totals.reduce((total, one) => total + one[of], 0);
  return { planned: sum('planned'), held: sum('held') };
}

function profileChoice({ chosen, base }: Answer): string {
  if (chosen === undefined || chosen.others.length === 0) return '';
  const links = chosen.others.map((name) => html`<a href="${withQuery(base, { profile: name })}">${name}</a>`);
  return html`<p class="pager"><strong>${chosen.name}</strong>!${links}</p>`;
}

/** Its id is where the plan comes in when it is worked out. */
function planPart(answer: Answer, view: View): string {
  const { chosen, worked, base } = answer;
  const again = withQuery(base, { ...keptOf(answer), now: 'yes' });
  if (worked instanceof HallpassError) {
    return html`<div id="plan" class="stack wide"><section class="panel stack" role="alert"><p>!${icon('warning')} ${worked.message}</p><p class="action">!${advice(worked.action)}</p><p><a class="button" href="${again}">Try again</a></p></section></div>`;
  }
  if (worked === undefined) {
    const last = chosen?.lastPlanned;
    const known =
      last === undefined
        ? ''
        : html`<p>The last run of it, !${moment(last.at)}, planned ${counted(last.operations, 'operation')}.</p>`;
    return html`<div id="plan" class="stack wide" hx-get="${again}" hx-trigger="load" hx-select="#plan" hx-swap="outerHTML"><section class="panel stack"><p>!${icon('busy')} The plan is worked out from the newest roster. In a large district that takes some seconds.</p>!${known}<p><a class="button" href="${again}">Work it out now</a></p></section></div>`;
  }
  return html`<div id="plan" class="stack wide">!${totals(worked, answer)}!${guards(worked, answer)}!${operations(worked, answer)}!${enableForm(worked, answer, view)}</div>`;
}

function keptOf({ asked: { profile, kind, person, from } }: Answer) {
  return { profile, kind, person: person || undefined, from: from === 0 ? undefined : from };
}

function totals({ plan }: ShownPlan, { asked, base }: Answer): string {
  const columns = [...texts('Operation'), ...numbers('Planned', 'Held', 'Goes on')];
  const rows = plan.totals.map(({ kind, noun, planned, held }) => {
    const href = withQuery(base, { profile: asked.profile, kind, now: 'yes' });
    const name =
      kind === asked.kind
        ? html`<a href="${href}" aria-current="true">${noun}</a>`
        : html`<a href="${href}">${noun}</a>`;
    const what = html`!${name} <span class="id"><code>${kind}</code></span>`;
    return [what, ...[planned, held, planned - held].map(count)];
  });
  const { schools, classes, accounts, memberships, conflicts } = plan.takenOver;
  const adopted = [
    counted(schools, 'school'),
    counted(classes, 'class', 'classes'),
    counted(accounts, 'account'),
    counted(memberships, 'membership'),
  ];
  const notes = [
    ...(schools + classes + accounts === 0 ? [] : [`Adopted as they are, without a write: ${adopted.join(', ')}.`]),
    ...(conflicts === 0
      ? []
      : [`${counted(conflicts, 'record')} with double or contradictory stamps, left untouched.`]),
    ...(plan.notMade.classes === 0
      ? []
      : [
          `${counted(plan.notMade.classes, 'class', 'classes')} not created, because their terms ended before this school year.`,
        ]),
  ];
  const list =
    rows.length === 0 ? html`<p class="empty">Nothing to do.</p>` : table('Operations by kind', columns, rows);
  return html`<section class="panel"><div class="panel-head"><h2>By kind of operation</h2></div>!${list}!${notes.map((note) => html`<p class="note">${note}</p>`)}</section>`;
}

function guards({ plan }: ShownPlan, { home }: Answer): string {
  if (plan.holds.length + plan.approved.length === 0) {
    return html`<section class="panel"><p class="is-working">!${icon('ok')} The guard finds nothing too much for an ordinary day.</p></section>`;
  }
  const rows = [
    ...plan.holds.map((hold) => ({ ...hold, look: html`<span class="is-paused">!${icon('wait')} Held</span>` })),
    ...plan.approved.map((hold) => ({ ...hold, look: html`<span class="is-working">!${icon('ok')} Approved</span>` })),
  ].map(({ count: number, noun, reason, effect, look }) => [
    html`${count(number)} &times; ${noun}`,
    look,
    html`${reason}`,
    html`${effect}`,
  ]);
  const columns = texts('What', 'Guard', 'Why', 'If approved');
  return html`<section class="panel"><div class="panel-head"><h2>The guard</h2><p><a href="${home}/holds">Decide about holds</a></p></div>!${table('Results of the guard', columns, rows)}</section>`;
}

function operations({ plan, told }: ShownPlan, answer: Answer): string {
  const { asked, base } = answer;
  const isSample = asked.kind === undefined && !asked.person;
  const kept = keptOf(answer);
  const search = html`<form method="get" action="${base}" class="fields"><input type="hidden" name="now" value="yes">!${asked.profile === undefined ? '' : html`<input type="hidden" name="profile" value="${asked.profile}">`}<label>One person: name, number, user name or DCID<input type="text" name="person" value="${asked.person ?? ''}" autocomplete="off"></label><button>Search</button></form>`;
  const links = [
    ...(isSample
      ? []
      : [html`<a href="${withQuery(base, { profile: asked.profile, now: 'yes' })}">Some of every kind</a>`]),
    html`<a href="${withQuery(`${base}.csv`, { ...kept, from: undefined })}" download>Download CSV</a>`,
  ];
  const after = asked.from + told.length;
  const more = [
    ...(asked.from === 0
      ? []
      : [html`<a href="${withQuery(base, { ...kept, from: undefined, now: 'yes' })}">First operations</a>`]),
    ...(isSample || after >= plan.matching
      ? []
      : [html`<a rel="next" href="${withQuery(base, { ...kept, from: after, now: 'yes' })}">Next operations</a>`]),
  ];
  const title = isSample ? `Some of ${counted(plan.matching, 'operation')}` : counted(plan.matching, 'operation');
  const list = told.length === 0 ? html`<p class="empty">No operation matches.</p>` : operationTable(told);
  return html`<section class="panel"><div class="panel-head"><h2>${title}</h2><p class="pager">!${links}</p></div>!${search}!${list}!${more.length === 0 ? '' : html`<p class="pager">!${more}</p>`}</section>`;
}

function enableForm(worked: ShownPlan, { chosen, home }: Answer, view: View): string {
  if (chosen === undefined || chosen.state === 'enabled' || !view.may('profile.enabled')) return '';
  const { planned, held } = sumOf(worked);
  const words = `Enable “${chosen.name}”: ${counted(planned - held, 'operation')} will be carried out${held === 0 ? '' : `, ${count(held)} held`}`;
  return html`<section class="panel stack"><h2>Let it write</h2><p class="note">Hallpass checks the profile against Microsoft 365 first. From then on, what changes in PowerSchool is written within seconds, and the guard holds what is too much.</p>!${formTo(
    `${home}/preview/enable`,
    view,
    html`<input type="hidden" name="profile" value="${chosen.name}"><input type="hidden" name="version" value="${versionOf(chosen.profile)}"><button class="primary">${words}</button>`,
  )}</section>`;
}
