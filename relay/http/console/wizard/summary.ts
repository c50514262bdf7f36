/** Step 10: everything that was chosen, and whether it fits PowerSchool and Microsoft 365. */
import { html } from 'ghtml';
import { z } from 'zod';
import { counted, icon } from '../../../../shared/page/parts.ts';
import { accessPath } from '../../../app/access-page.ts';
import { storeDraft, tryDraft } from '../../../app/commands/profile-drafts.ts';
import { type DraftNow, draftCheck, draftNow, type Tried, tried } from '../../../app/queries/profile-drafts.ts';
import { type Sending, sendingOf } from '../../../app/queries/sending.ts';
import { type DraftStep, draftSteps, stepOf } from '../../../profile/draft/steps.ts';
import { checkProfileForm } from '../../../profile/profile.ts';
import type { ProfileProblem } from '../../../profile/tenant-facts.ts';
import { form, formTo } from '../shell/form.ts';
import { type DistrictVisit, districtPage, type View } from '../shell/page.ts';
import { idOf } from './fields.ts';
import { framed, type Here, stepNames, stepPath } from './frame.ts';
import { sentencesOf } from './summary-sentences.ts';

interface Answer {
  now: DraftNow;
  here: Here;
  /** Undefined while the draft is incomplete. */
  check: Tried<Awaited<ReturnType<typeof draftCheck>>> | undefined;
  sending: Sending | undefined;
}

async function load({ app, actor, tenant, params }: DistrictVisit): Promise<Answer> {
  const draft = params.draft ?? '';
  const now = await draftNow(app, actor, { tenant, draft });
  const here = { slug: tenant.slug, draft };
  const { profile } = checkProfileForm(now.draft.document);
  if (profile === undefined || now.mistakes.size > 0) return { now, here, check: undefined, sending: undefined };
  const sending = await sendingOf(app, actor, { tenant, profile });
  return { now, here, check: await tried(draftCheck(app, actor, { tenant, profile })), sending };
}

export const summaryStep = districtPage({
  path: '/profiles/drafts/:draft/summary',
  needs: 'drafts',
  title: `${stepNames.summary} – Profile`,
  effort: 'long',
  load,
  render: (answer, view) => render(answer, view),
  forms: [
    form({
      name: 'try',
      needs: 'profile.set',
      fields: z.strictObject({}),
      async perform({ app, actor, tenant, params }: DistrictVisit) {
        const draft = params.draft ?? '';
        await tryDraft(app, actor, { tenant, draft });
        return { goTo: stepPath(tenant.slug, draft, 'identity') };
      },
    }),
    form({
      name: 'store',
      needs: 'profile.set',
      fields: z.strictObject({}),
      async perform({ app, actor, tenant, params }: DistrictVisit) {
        const draft = params.draft ?? '';
        await storeDraft(app, actor, { tenant, draft });
        return { goTo: stepPath(tenant.slug, draft, 'preview') };
      },
    }),
  ],
});

function render(answer: Answer, view: View): string {
  const { now, here, check, sending } = answer;
  const content = html`!${check === undefined ? mistakesOf(now, here) : checkOf(check, here)}
!${sending === undefined ? '' : sendingPanel(sending)}
<section class="panel"><dl class="summary">!${draftSteps.map((step) => partOf(now, here, step))}</dl></section>
!${buttonsOf(answer, view)}`;
  return framed(now, here, 'summary', { question: verdictOf(answer), content });
}

function errorsIn({ answer }: NonNullable<Answer['check']>): number {
  return answer?.problems.filter(({ severity }) => severity === 'error').length ?? 0;
}

function verdictOf({ now, check }: Answer): string {
  if (check === undefined) {
    const count = [...now.mistakes.values()].flat().length;
    return `${counted(count, 'thing')} ${count === 1 ? 'is' : 'are'} still to be decided or corrected.`;
  }
  const errors = errorsIn(check);
  if (errors > 0) return `${counted(errors, 'error')} must be corrected before the profile can be enabled.`;
  if (check.refusal !== undefined || check.answer?.unasked !== undefined)
    return 'Microsoft 365 could not be asked whether the profile fits.';
  return 'The profile fits PowerSchool and Microsoft 365.';
}

function mistakesOf({ mistakes }: DraftNow, { slug, draft }: Here): string {
  const lines = [...mistakes].flatMap(([step, ofStep]) =>
    ofStep.map(
      ({ path, reason }) =>
        html`<li>!${icon('error')} <a href="${stepPath(slug, draft, step)}#${idOf(path.replace(/\.\d+(?=\.|$)/g, ''))}">${stepNames[step]}</a>: <code>${path}</code> ${reason}</li>`,
    ),
  );
  return html`<section class="panel stack" role="alert"><h2>To correct</h2><ul class="findings is-broken">!${lines}</ul></section>`;
}

function checkOf({ answer, refusal }: NonNullable<Answer['check']>, here: Here): string {
  const unasked = refusal ?? answer?.unasked;
  const problems = answer?.problems ?? [];
  const not =
    unasked === undefined
      ? ''
      : html`<p class="is-troubled">!${icon('warning')} ${unasked.message}</p><p class="action">${unasked.action}</p>`;
  if (problems.length === 0 && unasked === undefined)
    return html`<p class="is-working">!${icon('ok')} The check found no problem.</p>`;
  const consent =
    (answer?.lackingToWrite.length ?? 0) > 0
      ? html`<p class="is-troubled">!${icon('warning')} Before it can be enabled, an administrator has to grant access to write: <a href="${accessPath(here)}">Microsoft 365</a>.</p>`
      : '';
  return html`<section class="panel stack"><h2>What the check found</h2>!${not}!${consent}<ul class="findings">!${problems.map((one) => findingOf(one, here))}</ul></section>`;
}

function findingOf({ field, severity, reason, remedy }: ProfileProblem, { slug, draft }: Here): string {
  const [first = ''] = field.split(', ');
  const step = stepOf(first);
  const mark =
    severity === 'error'
      ? html`<span class="is-broken">!${icon('error')} Error</span>`
      : html`<span class="is-troubled">!${icon('warning')} Warning</span>`;
  return html`<li>!${mark} <a href="${stepPath(slug, draft, step)}#${idOf(first)}">${stepNames[step]}</a>: ${reason}.<br><small>${remedy}</small></li>`;
}

function sendingPanel({ starts, stops, startsSchools }: Sending): string {
  const lineOf = ({ words, kind }: Sending['starts'][number]) => html`<li>${words} <small>${kind}</small></li>`;
  if (starts.length === 0 && stops.length === 0 && !startsSchools) {
    return html`<p>!${icon('ok')} Agents send what they send today, and nothing more.</p>`;
  }
  return html`<section class="panel stack"><h2>What leaves the district</h2>
!${startsSchools ? html`<p>!${icon('next')} The agent will start sending the students, teachers, sections and enrollments of more schools.</p>` : ''}
!${starts.length === 0 ? '' : html`<p>!${icon('next')} The agent will start sending:</p><ul class="sending">!${starts.map(lineOf)}</ul>`}
!${stops.length === 0 ? '' : html`<p>The agent will stop sending:</p><ul class="sending">!${stops.map(lineOf)}</ul>`}
</section>`;
}

function partOf({ draft, mistakes }: DraftNow, { slug, draft: id }: Here, step: DraftStep): string {
  const wrong = mistakes.get(step)?.length ?? 0;
  const mark = wrong > 0 ? html`<span class="is-broken">!${icon('error')} ${counted(wrong, 'mistake')}</span>` : '';
  const lines = sentencesOf(draft.document, step).map((line) => html`<span>${line}</span>`);
  return html`<dt><a href="${stepPath(slug, id, step)}" aria-label="Change: ${stepNames[step]}">${stepNames[step]}</a> !${mark}</dt><dd>!${lines}</dd>`;
}

function buttonsOf({ now, here, check }: Answer, view: View): string {
  const { slug, draft } = here;
  const back = html`<a class="button quiet" href="${stepPath(slug, draft, 'guards')}">Back</a>`;
  if (check === undefined || now.isOvertaken) return html`<p class="buttons">!${back}</p>`;
  const next = html`<a class="button" href="${stepPath(slug, draft, 'preview')}">Next: preview</a>`;
  // An enabled profile would write by it at once.
  const store = now.state === 'enabled' || !view.may('profile.set') ? '' : storeForm(now, here, view);
  return html`<div class="buttons">!${next}!${back}!${store}</div>`;
}

function storeForm({ state }: DraftNow, { slug, draft }: Here, view: View): string {
  const label = state === 'paused' ? 'Store it; it stays paused' : 'Store it in preview';
  return formTo(`${stepPath(slug, draft, 'summary')}/store`, view, html`<button>${label}</button>`);
}
