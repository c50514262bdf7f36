/**
 * What the steps of the wizard have in common: where the person is, what is still wrong, and that every button saves what was
 * entered, right or wrong, so that nothing is lost by going back, by leaving, or in another tab.
 */
import { html } from 'ghtml';
import { z } from 'zod';
import { counted, icon, time } from '../../../../shared/page/parts.ts';
import { saveStep } from '../../../app/commands/profile-drafts.ts';
import { type DraftNow, draftNow } from '../../../app/queries/profile-drafts.ts';
import { stepVersion } from '../../../profile/draft/complete.ts';
import { contentOf, type DraftStep, draftSteps, withContent } from '../../../profile/draft/steps.ts';
import type { LooseDocument } from '../../../store/profiles/drafts.ts';
import type { LongEffort } from '../../api/answer-threads.ts';
import { consoleBase } from '../shell/document.ts';
import { form, formTo } from '../shell/form.ts';
import { type DistrictVisit, districtPage, type Page, type View } from '../shell/page.ts';
import { Fields, valueAt } from './fields.ts';

export const stepNames = {
  source: 'Name and source',
  mode: 'Create or match',
  identity: 'Who is who',
  domains: 'Domains and user names',
  licenses: 'Licenses',
  schools: 'Schools',
  properties: 'Properties',
  classes: 'Classes and dates',
  groups: 'Security groups',
  guards: 'Guards',
  summary: 'Summary',
  preview: 'Preview',
  enable: 'Enable',
} as const satisfies Record<DraftStep | 'summary' | 'preview' | 'enable', string>;

export type WizardStep = keyof typeof stepNames;
const order = Object.keys(stepNames) as WizardStep[];

export function stepPath(slug: string, draft: string, step: WizardStep): string {
  return `${consoleBase}/districts/${slug}/profiles/drafts/${draft}/${step}`;
}

export function profilesPath(slug: string): string {
  return `${consoleBase}/districts/${slug}/profiles`;
}

/** A checkbox that is not set is not sent. */
export const flag = z.literal('yes').optional();
export const text = z.string().max(2000);
/** Several of one name. */
export const list = z
  .union([text, z.array(text).max(5000)])
  .default([])
  .transform((given) => (typeof given === 'string' ? [given] : given));

const buttons = { seen: z.string().max(64), go: z.enum(['next', 'back', 'leave', 'stay']).default('next') };

interface Choices<D> {
  now: DraftNow;
  choices: D;
}

interface StepGiven<D, F extends z.ZodRawShape> {
  step: DraftStep;
  /** See page.ts: for a step that asks Microsoft 365, or reads people. */
  effort?: LongEffort;
  /** The first line. */
  question: string | ((choices: D, document: LooseDocument) => string);
  fields: F;
  /** What the step offers, from `relay/app/queries/`. @param visit `query`: `test` after its button */
  load(visit: DistrictVisit, now: DraftNow): Promise<D>;
  body(fields: Fields, choices: D, view: View, now: DraftNow): string;
  /** Forms beside that of the step, below it. */
  beside?(choices: D, view: View, here: Here, now: DraftNow): string;
  /** What the step writes into the document. @param document as it is stored */
  content(sent: z.output<z.ZodObject<F>>, document: LooseDocument): Record<string, unknown>;
}

/** Where the person is. */
export interface Here {
  slug: string;
  draft: string;
}

interface Answer<D> extends Choices<D> {
  here: Here;
  /** After a conflict: what was entered, and is not stored. */
  entered?: LooseDocument;
}

export function stepPage<D, F extends z.ZodRawShape>(given: StepGiven<D, F>): Page {
  const { step, effort, fields, load, content } = given;
  const schema = z.strictObject({ ...fields, ...buttons });
  const answerTo = async (visit: DistrictVisit): Promise<Answer<D>> => {
    const { app, actor, tenant } = visit;
    const draft = visit.params.draft ?? '';
    const now = await draftNow(app, actor, { tenant, draft });
    return { now, choices: await load(visit, now), here: { slug: tenant.slug, draft } };
  };
  return districtPage({
    path: `/profiles/drafts/:draft/${step}`,
    needs: 'drafts',
    title: `${stepNames[step]} – Profile`,
    ...(effort !== undefined && { effort }),
    load: answerTo,
    render: (answer, view) => render(given, answer, view),
    forms: [
      form({
        name: 'save',
        needs: 'profile.draft',
        fields: schema,
        async perform(visit: DistrictVisit, sent, view) {
          const { app, actor, tenant } = visit;
          const { seen, go } = z.object(buttons).parse(sent);
          const draft = visit.params.draft ?? '';
          const before = await draftNow(app, actor, { tenant, draft });
          const entered = content(z.object(fields).parse(sent), before.draft.document);
          const saved = await saveStep(app, actor, { tenant, draft, step, content: entered, seen });
          if (saved.state === 'conflict') {
            const answer = await answerTo(visit);
            return { title: stepNames[step], main: render(given, { ...answer, entered }, view) };
          }
          const { mistakes } = await draftNow(app, actor, { tenant, draft });
          const isRight = (mistakes.get(step) ?? []).length === 0;
          return { goTo: after({ slug: tenant.slug, draft }, step, go, isRight) };
        },
      }),
    ],
  });
}

type Go = 'next' | 'back' | 'leave' | 'stay';

/** A step that is wrong is not left forwards; it is saved all the same. */
function after(here: Here, step: DraftStep, go: Go, isRight: boolean): string {
  const at = order.indexOf(step);
  if (go === 'leave') return profilesPath(here.slug);
  if (go === 'stay' || (go === 'next' && !isRight)) return stepPath(here.slug, here.draft, step);
  return stepPath(here.slug, here.draft, order[go === 'next' ? at + 1 : Math.max(0, at - 1)] ?? 'source');
}

function render<D, F extends z.ZodRawShape>(given: StepGiven<D, F>, answer: Answer<D>, view: View): string {
  const { step, question, body, beside } = given;
  const { now, choices, here, entered } = answer;
  const { draft } = now;
  const document = entered === undefined ? draft.document : withContent(draft.document, step, entered);
  const isSaved = draft.done.includes(step) && entered === undefined;
  const mistakes = isSaved ? (now.mistakes.get(step) ?? []) : [];
  const shown = Fields.rendered({ document, mistakes }, (fields) => body(fields, choices, view, now));
  const seen = html`<input type="hidden" name="seen" value="${stepVersion(draft.document, step)}">`;
  const at = draftSteps.indexOf(step);
  const back = at === 0 ? '' : '<button name="go" value="back">Back</button>';
  return framed(now, here, step, {
    question: typeof question === 'string' ? question : question(choices, document),
    content: html`!${entered === undefined ? '' : conflict(now, step, entered)}
!${shown.summary}
!${formTo(
      `${stepPath(here.slug, here.draft, step)}/save`,
      view,
      html`!${seen}!${enterKey}<div class="step">!${shown.content}</div>
<p class="buttons"><button class="primary" name="go" value="next">Next</button>!${back}<button name="go" value="leave">Save and leave</button></p>`,
    )}
!${beside?.(choices, view, here, now) ?? ''}`,
  });
}

/** Enter in a field means the first button, which would be another one in some steps. */
const enterKey = '<button class="hint" name="go" value="next" tabindex="-1" aria-hidden="true"></button>';

/** What the other one stored, where it differs. */
function conflict({ draft }: DraftNow, step: DraftStep, entered: LooseDocument): string {
  const stored = flat(contentOf(draft.document, step));
  const mine = flat(entered);
  const rows = [...new Set([...stored.keys(), ...mine.keys()])]
    .filter((path) => stored.get(path) !== mine.get(path))
    .map(
      (path) =>
        html`<tr><th scope="row"><code>${path}</code></th><td>${stored.get(path) ?? ''}</td><td>${mine.get(path) ?? ''}</td></tr>`,
    );
  return html`<section class="mistakes" role="alert" tabindex="-1" autofocus>
<h2>!${icon('warning')} ${draft.updatedBy} saved this step !${time(Date.parse(draft.updatedAt))}, after you had opened it.</h2>
<p>Nothing is lost: below is what you entered, and it is not stored yet. Send it again to replace what is stored.</p>
<div class="scroller" tabindex="0" role="region" aria-label="What differs"><table><thead><tr><th scope="col">Part</th><th scope="col">Stored</th><th scope="col">Yours</th></tr></thead><tbody>!${rows}</tbody></table></div>
</section>`;
}

/** Every value by its path. */
function flat(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  if (typeof value !== 'object' || value === null) into.set(path, String(value));
  else for (const [name, one] of Object.entries(value)) flat(one, path === '' ? name : `${path}.${name}`, into);
  return into;
}

/** A step with its surroundings. @param shown `question`: the first line; `content`: HTML below it */
export function framed(
  now: DraftNow,
  here: Here,
  step: WizardStep,
  { question, content }: { question: string; content: string },
): string {
  const name = valueAt(now.draft.document, 'name');
  const what = typeof name === 'string' && name !== '' ? `“${name}”` : 'a new profile';
  const overtaken = html`<p class="is-broken" role="alert">!${icon('error')} The profile was changed or removed by somebody else since this draft began, so it cannot be put in force. Discard it on the page <a href="${profilesPath(here.slug)}">Profiles</a>, and begin again from the profile as it is now.</p>`;
  return html`<div class="wizard"><nav class="stepper" aria-label="Steps of the profile"><p class="fine">${now.draft.profile === null ? 'Draft of' : 'Change of'} ${what}, saved !${time(Date.parse(now.draft.updatedAt))} by ${now.draft.updatedBy}</p><ol>!${order.map((one) => entryOf(now, here, one, step))}</ol></nav>
<div class="step-main"><h1>${question}</h1>
!${now.isOvertaken ? overtaken : ''}
!${content}</div></div>`;
}

function entryOf(
  { draft, mistakes }: DraftNow,
  { slug, draft: id }: Here,
  one: WizardStep,
  current: WizardStep,
): string {
  const isPart = (draftSteps as readonly string[]).includes(one);
  const wrong = isPart ? (mistakes.get(one as DraftStep)?.length ?? 0) : 0;
  const isDone = draft.done.includes(one);
  const state = !isPart
    ? ''
    : !isDone
      ? html`<span class="is-quiet">!${icon('none')} open</span>`
      : wrong > 0
        ? html`<span class="is-broken">!${icon('error')} ${counted(wrong, 'mistake')}</span>`
        : html`<span class="is-working">!${icon('ok')} done</span>`;
  const here = one === current ? 'aria-current="step"' : '';
  return html`<li><a href="${stepPath(slug, id, one)}" !${here}>${stepNames[one]}</a> !${state}</li>`;
}
