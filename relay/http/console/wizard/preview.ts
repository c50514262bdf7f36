/** Steps 11 and 12: exactly what would happen, and the button that lets it happen. */
import { html } from 'ghtml';
import { z } from 'zod';
import { advice, count, counted, icon } from '../../../../shared/page/parts.ts';
import { enableDraft } from '../../../app/commands/profile-drafts.ts';
import {
  type DraftNow,
  type DraftPlan,
  draftNow,
  draftPlan,
  type Tried,
  tried,
} from '../../../app/queries/profile-drafts.ts';
import { draftVersion } from '../../../profile/draft/complete.ts';
import { form, formTo } from '../shell/form.ts';
import { type DistrictVisit, districtPage, type View } from '../shell/page.ts';
import { framed, type Here, profilesPath, stepNames, stepPath } from './frame.ts';
import { adoptedLine, holdsPanel, kindWords, numbersOf, samplesPanel, totalsTable } from './plan-parts.ts';

interface Answer {
  now: DraftNow;
  here: Here;
  plan: Tried<DraftPlan>;
}

async function load({ app, actor, tenant, params }: DistrictVisit): Promise<Answer> {
  const here = { slug: tenant.slug, draft: params.draft ?? '' };
  const now = await draftNow(app, actor, { tenant, draft: here.draft });
  return { now, here, plan: await tried(draftPlan(app, actor, { tenant, draft: now.draft })) };
}

export const previewStep = districtPage({
  path: '/profiles/drafts/:draft/preview',
  needs: 'drafts',
  title: `${stepNames.preview} – Profile`,
  effort: 'plan',
  load,
  render: ({ now, here, plan }, view) =>
    framed(now, here, 'preview', {
      question: verdictOf(plan),
      content: html`!${plan.answer === undefined ? notYet(now, here, plan.refusal, view) : planOf(plan.answer)}
<div class="buttons">!${plan.answer === undefined ? '' : html`<a class="button" href="${stepPath(here.slug, here.draft, 'enable')}">Next: enable</a>`}<a class="button quiet" href="${stepPath(here.slug, here.draft, 'summary')}">Back</a></div>`,
    }),
});

export const enableStep = districtPage({
  path: '/profiles/drafts/:draft/enable',
  needs: 'drafts',
  title: `${stepNames.enable} – Profile`,
  effort: 'plan',
  load,
  render: ({ now, here, plan }, view) =>
    framed(now, here, 'enable', {
      question: now.state === 'enabled' ? 'Put the changed profile in force?' : 'Let Hallpass write to Microsoft 365?',
      content: html`!${plan.answer === undefined ? notYet(now, here, plan.refusal, view) : enablePanel(now, here, plan.answer, view)}
<div class="buttons"><a class="button quiet" href="${stepPath(here.slug, here.draft, 'preview')}">Back</a></div>`,
    }),
  forms: [
    form({
      name: 'now',
      needs: 'profile.enabled',
      fields: z.strictObject({ version: z.string().max(64) }),
      async perform({ app, actor, tenant, params }: DistrictVisit, { version }) {
        await enableDraft(app, actor, { tenant, draft: params.draft ?? '', version });
        return { goTo: profilesPath(tenant.slug) };
      },
    }),
  ],
});

function verdictOf({ answer }: Tried<DraftPlan>): string {
  if (answer === undefined) return 'The preview is not ready yet.';
  const { planned, held } = numbersOf(answer);
  if (planned === 0) return 'Nothing would change: Microsoft 365 is up to date.';
  return `${counted(planned - held, 'operation')} would be carried out${held === 0 ? '' : `, and ${count(held)} held for a decision`}.`;
}

function notYet(
  { state }: DraftNow,
  { slug, draft }: Here,
  { message, action }: NonNullable<Tried<DraftPlan>['refusal']>,
  view: View,
): string {
  const store = html`<p>Stored in preview, the profile lets agents send its people and runs read the accounts; nothing is written.</p>
!${formTo(`${stepPath(slug, draft, 'summary')}/store`, view, '<button class="primary">Store it in preview</button>')}`;
  return html`<section class="panel stack"><p class="is-troubled">!${icon('warning')} ${message}</p><p class="action">!${advice(action)}</p>!${state === undefined ? store : ''}</section>`;
}

function planOf(plan: DraftPlan): string {
  const numbers = numbersOf(plan);
  return html`<p class="note">Computed from the roster and the accounts as they are now, as if the draft were enabled. Nothing was written.</p>
!${adoptedLine(plan)}!${numbers.planned === 0 ? '' : totalsTable(numbers)}!${holdsPanel(plan)}!${numbers.planned === 0 ? '' : samplesPanel(plan)}`;
}

function enablePanel(now: DraftNow, { slug, draft }: Here, plan: DraftPlan, view: View): string {
  const numbers = numbersOf(plan);
  const lines = numbers.totals.map(
    ({ kind, planned, held }) =>
      html`<li><strong>${count(planned - held)}</strong> &times; ${kindWords(kind)}${held === 0 ? '' : `, ${count(held)} held`}</li>`,
  );
  const what = now.state === 'enabled' ? 'Put in force' : 'Enable';
  const label =
    numbers.planned === 0
      ? `${what}: nothing to do now`
      : `${what}: ${counted(numbers.planned - numbers.held, 'operation')} now, ${count(numbers.held)} held`;
  const button = html`<input type="hidden" name="version" value="${draftVersion(now.draft)}"><button class="primary">${label}</button>`;
  return html`<section class="panel stack"><p class="lead">From the next run on, Hallpass writes to Microsoft 365 by this profile, whenever PowerSchool changes.</p>
<ul class="numbers">!${lines}</ul>
<p class="note">!${icon('warning')} This asks for a sign-in of the last minutes. It checks the profile once more before; with errors nothing is enabled. &ldquo;Pause&rdquo; on the page Profiles stops all writing within seconds.</p>
!${view.may('profile.enabled') && !now.isOvertaken ? formTo(`${stepPath(slug, draft, 'enable')}/now`, view, button) : ''}
</section>`;
}
