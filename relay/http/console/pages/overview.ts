/** Is this district in step? */
import { html } from 'ghtml';
import { z } from 'zod';
import { count, counted, icon, time } from '../../../../shared/page/parts.ts';
import { moveProfile } from '../../../app/commands/profile-state.ts';
import { controlRuns } from '../../../app/commands/runs.ts';
import {
  type Comparison,
  compare,
  nextRun,
  type OverviewFacts,
  overviewNow,
  type PlottedDay,
  type Status,
} from '../../../app/queries/overview.ts';
import { statusAnswer } from '../../../app/queries/status.ts';
import { isOpen } from '../../../model/hold.ts';
import { plots } from '../pieces/plots.ts';
import { stateOf } from '../pieces/states.ts';
import { type Column, moment, numbers, table, texts } from '../pieces/tables.ts';
import { withQuery } from '../shell/addresses.ts';
import { consoleBase } from '../shell/document.ts';
import { form, formTo } from '../shell/form.ts';
import { districtPage, type View } from '../shell/page.ts';
import { runsTable } from './runs.ts';

const named = z.strictObject({ profile: z.string().min(1).max(200) });

export const overviewPage = districtPage({
  path: '',
  needs: 'status',
  nav: 'Overview',
  title: 'Overview',
  effort: 'short',
  refreshSeconds: 15,
  async load({ app, actor, tenant, nowMs, ask: long }) {
    const facts = await overviewNow(app, actor, tenant, nowMs);
    // It counts a million memberships in a large district.
    const status = statusAnswer.parse(await long.json({ effort: 'short', path: 'status', tenant, query: {} }));
    return { facts, status, base: `${consoleBase}/districts/${tenant.slug}` };
  },
  render: (
    { facts, status, base },
    view,
  ) => html`<h1>${facts.line?.why ?? 'Nothing is known of this district yet.'}</h1>
!${approvals(status, base)}
!${comparison(compare(status, facts), status)}
!${profilesPanel(status, base, view)}
!${runsPanel(facts, status, base, view)}
!${plotsPanel(facts.days)}`,
  forms: [
    form({
      name: 'sync',
      needs: 'run.start',
      fields: z.strictObject({}),
      async perform({ app, actor, tenant }) {
        await controlRuns(app, actor, { tenant, request: 'starts' });
        return { goTo: `${consoleBase}/districts/${tenant.slug}/runs` };
      },
    }),
    form({
      name: 'pause',
      needs: 'profile.paused',
      fields: named,
      async perform({ app, actor, tenant }, { profile }) {
        await moveProfile(app, actor, { tenant, profile, move: 'pause' });
        return { goTo: `${consoleBase}/districts/${tenant.slug}` };
      },
    }),
    form({
      name: 'resume',
      needs: 'profile.enabled',
      fields: named,
      async perform({ app, actor, tenant }, { profile }) {
        await moveProfile(app, actor, { tenant, profile, move: 'resume' });
        return { goTo: `${consoleBase}/districts/${tenant.slug}` };
      },
    }),
  ],
});

function approvals({ provisioning: { holds } }: Status, base: string): string {
  const open = holds.filter(isOpen);
  if (open.length === 0) return '';
  const operations = open.reduce((sum, hold) => sum + hold.count, 0);
  return html`<section class="panel"><p class="lead"><span class="is-paused">!${icon('wait')} ${counted(operations, 'operation')} in ${counted(open.length, 'hold')}</span> wait for a decision. <a href="${base}/holds">Look and decide</a></p></section>`;
}

function comparison(rows: readonly Comparison[], { roster }: Status): string {
  const systems = ['PowerSchool', 'Mirror', 'Microsoft 365'];
  const columns = [...texts('What'), ...numbers(...systems), ...texts('Why they differ')];
  const lines = rows.map(({ what, powerSchool, mirror, microsoft, why }) => [
    what,
    ...[powerSchool, mirror, microsoft].map(count),
    why.length > 0 ? html`${why.join(' ')}` : mirror + microsoft === 0 ? 'Nothing yet' : same(mirror === microsoft),
  ]);
  const at = roster.committedAt;
  const note =
    at === null
      ? 'No complete roster has arrived yet: enroll an agent, and let it read PowerSchool.'
      : html`PowerSchool as of the last complete check, !${moment(at)}; Microsoft 365 as Hallpass wrote and found it.`;
  return html`<section class="panel"><div class="panel-head"><h2>PowerSchool, mirror, Microsoft 365</h2></div>!${table('Comparison of PowerSchool, the mirror and Microsoft 365', columns, lines)}<p class="note">!${note}</p></section>`;
}

function same(isSame: boolean): string {
  return isSame ? html`<span class="is-working">!${icon('ok')} The same</span>` : 'It comes with the next run.';
}

function profilesPanel({ profiles }: Status, base: string, view: View): string {
  if (profiles.length === 0) {
    return html`<section class="panel"><h2>Profiles</h2><p class="lead">A profile says which schools are provisioned, and how. Nothing runs without one.</p></section>`;
  }
  const mayAct = view.may('profile.paused');
  const rows = profiles.map(({ name, state, standing, quarantine, failure, lastRun }) => {
    const why = quarantine ?? failure;
    const acts = state === 'paused' ? resumeForm(name, base, view) : pauseForm(name, base, view);
    return [
      html`${name}`,
      html`!${stateOf('profile', standing)}!${why === null ? '' : html`<p class="fine">${why.message}</p>`}`,
      moment(lastRun?.finishedAt ?? lastRun?.startedAt ?? null),
      html`<a href="${withQuery(`${base}/preview`, { profile: name })}" aria-label="Preview of &ldquo;${name}&rdquo;">Preview</a>`,
      ...(mayAct ? [acts] : []),
    ];
  });
  const columns: Column[] = [
    ...texts('Profile', 'State', 'Last run', 'What would happen'),
    ...(mayAct ? [{ heading: 'Pause or resume', as: 'buttons' as const }] : []),
  ];
  return html`<section class="panel"><div class="panel-head"><h2>Profiles</h2></div>!${table('Table of profiles', columns, rows)}</section>`;
}

function pauseForm(profile: string, base: string, view: View): string {
  if (!view.may('profile.paused')) return '';
  return html`<details class="confirm"><summary>Pause&hellip;</summary><p>Runs of &ldquo;${profile}&rdquo; end between two requests, and none begins until somebody resumes it. What is written stays.</p>!${formTo(
    `${base}/pause`,
    view,
    html`<input type="hidden" name="profile" value="${profile}"><button>Pause &ldquo;${profile}&rdquo;</button>`,
  )}</details>`;
}

function resumeForm(profile: string, base: string, view: View): string {
  if (!view.may('profile.enabled')) return '';
  return html`<details class="confirm"><summary>Resume&hellip;</summary><p>&ldquo;${profile}&rdquo; goes on as before the pause: what changed in PowerSchool meanwhile is written, within the guard&rsquo;s limits.</p>!${formTo(
    `${base}/resume`,
    view,
    html`<input type="hidden" name="profile" value="${profile}"><button>Resume &ldquo;${profile}&rdquo;</button>`,
  )}</details>`;
}

function runsPanel({ runs }: OverviewFacts, status: Status, base: string, view: View): string {
  const { words, at } = nextRun(status, runs);
  const canRun = status.profiles.some(({ state }) => state !== 'paused');
  const sync =
    canRun && view.may('run.start')
      ? html`<details class="confirm"><summary>Sync now&hellip;</summary><p>A run begins within seconds, and writes what enabled profiles have to write. What the guard holds stays held.</p>!${formTo(`${base}/sync`, view, '<button>Sync now</button>')}</details>`
      : '';
  const list = runs.length === 0 ? html`<p class="empty">Nothing has run yet.</p>` : runsTable(`${base}/runs`, runs);
  return html`<section class="panel"><div class="panel-head"><h2>Runs</h2><p><a href="${base}/runs">All runs</a></p></div>
<p>Next run: ${words} !${at === null ? '' : html`!${time(at, 'due')}.`}</p>!${sync}!${list}</section>`;
}

function plotsPanel(days: readonly PlottedDay[]): string {
  if (days.every(({ changes, problems }) => changes === 0 && problems === null)) return '';
  return html`<section class="panel"><div class="panel-head"><h2>The last ${days.length} days</h2></div>!${plots(
    'days',
    days.map(({ day }) => day),
    [
      { name: 'Changes a day', unit: 'changes', values: days.map(({ changes }) => changes) },
      {
        name: 'Seconds from the beginning of a run to its end',
        unit: 'seconds',
        values: days.map(({ seconds }) => seconds),
      },
      { name: 'Open problems at the end of the day', unit: 'problems', values: days.map(({ problems }) => problems) },
    ],
  )}</section>`;
}
