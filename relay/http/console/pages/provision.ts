/** Provision one person now: what it will do, and then what becomes of it, step by step. */
import { html } from 'ghtml';
import { z } from 'zod';
import { HallpassError } from '../../../../shared/errors.ts';
import { advice, counted, icon, time } from '../../../../shared/page/parts.ts';
import { provisionPerson } from '../../../app/commands/provision-person.ts';
import { longestNote, readNote } from '../../../app/note.ts';
import { ask } from '../../../app/perform.ts';
import { type PersonAnswer, personNow } from '../../../app/queries/person.ts';
import { previewAnswer } from '../../../app/queries/preview.ts';
import { type Intended, intendedFor } from '../../../app/queries/provision-preview.ts';
import { profileFor } from '../../../app/queries/provision-profile.ts';
import { type Provisioning, provisioningNow } from '../../../app/queries/provisioning.ts';
import type { Tenant } from '../../../store/tenants/system.ts';
import { type Look, stateLabel } from '../pieces/states.ts';
import { districtPath, personPath } from '../shell/addresses.ts';
import { form, formTo } from '../shell/form.ts';
import { type DistrictVisit, districtPage, type View } from '../shell/page.ts';

interface Answer {
  tenant: Tenant;
  found: PersonAnswer;
  intended: Intended[] | HallpassError;
}

const note = z.string().max(longestNote).default('');

export const provisionPage = districtPage({
  path: '/people/:role/:id/provision',
  needs: 'provisioning',
  title: ({ found }: Answer) => `Provision ${nameOf(found)}`,
  async load({ app, actor, tenant, params, ask: long }): Promise<Answer> {
    const { role = '', id = '' } = params;
    const found = await personNow(app, actor, tenant, { role, id });
    try {
      const query = { person: found.key, limit: '100' };
      const profile = await profileOf({ app, actor, tenant }, found);
      const plan = previewAnswer.parse(
        await long.json({ effort: 'plan', path: 'plan', tenant, query: { ...query, profile } }),
      );
      const intended = await ask(app, actor, { question: 'provisioning', tenant }, (scope) =>
        intendedFor(scope, found.key, plan),
      );
      return { tenant, found, intended };
    } catch (error) {
      // Somebody may be provisioned all the same: a plan under way, or a roster that arrives, is no reason not to ask.
      if (error instanceof HallpassError) return { tenant, found, intended: error };
      throw error;
    }
  },
  render: (answer, view) => html`<h1>${questionOf(answer)}</h1>
!${intendedPanel(answer)}
!${confirmPanel(answer, view)}`,
  forms: [
    form({
      name: 'start',
      needs: 'person.provision',
      fields: z.strictObject({ note }),
      async perform({ app, actor, tenant, params }: DistrictVisit, { note: text }) {
        const person = `${params.role ?? ''}:${params.id ?? ''}`;
        const noted = readNote(text);
        const { id } = await provisionPerson(
          app,
          { ...actor, ...(noted !== undefined && { note: noted }) },
          { tenant, person },
        );
        return { goTo: districtPath(tenant, `/provisionings/${id}`) };
      },
    }),
  ],
});

export const provisioningPage = districtPage({
  path: '/provisionings/:request',
  needs: 'provisioning',
  title: 'Provision one person',
  refreshSeconds: ({ found }: { found: Provisioning }) => (found.state === 'over' ? undefined : 2),
  async load({ app, actor, tenant, params, nowMs }) {
    return await ask(app, actor, { question: 'provisioning', tenant }, async (scope) => {
      const found = await provisioningNow(scope, params.request ?? '', nowMs);
      return { tenant, found };
    });
  },
  render: ({ tenant, found }: { tenant: Tenant; found: Provisioning }) => html`<h1>${verdictOf(found)}</h1>
<section class="panel"><div class="panel-head"><h2>Step by step</h2><p class="pager">!${linksOf(tenant, found)}</p></div>
!${found.state === 'asked' ? html`<p class="lead"><span class="is-busy">!${icon('busy')}</span> ${found.note ?? ''}</p>` : ''}
!${pathOf(found)}
<p class="note">Asked for by ${found.askedBy}, !${time(Date.parse(found.askedAt))}.</p></section>`,
});

function nameOf({ key, person }: PersonAnswer): string {
  return [person?.givenName, person?.surname].filter((part) => part !== undefined).join(' ') || key;
}

/** Of several profiles, the one that covers the person's schools. */
async function profileOf(
  { app, actor, tenant }: Pick<DistrictVisit, 'app' | 'actor' | 'tenant'>,
  { role, key }: PersonAnswer,
): Promise<string | undefined> {
  return await ask(app, actor, { question: 'provisioning', tenant }, (scope) => profileFor(scope, role, key));
}

function questionOf({ found, intended }: Answer): string {
  const name = nameOf(found);
  if (intended instanceof HallpassError) return `Provision ${name} now?`;
  if (intended.length === 0) return `${name}: nothing is to be done now.`;
  const held = intended.filter(({ isHeld }) => isHeld).length;
  if (held === intended.length) return `${name}: the guard holds what there is to do.`;
  return `Provision ${name} now: ${counted(intended.length - held, 'operation')}${held === 0 ? '' : `, and ${held} held by the guard`}?`;
}

function intendedPanel({ intended }: Answer): string {
  if (intended instanceof HallpassError) {
    return html`<section class="panel"><p class="is-troubled">!${icon('warning')} What it will do cannot be said now: ${intended.message}</p><p class="action">!${icon('next')}<span>!${advice(intended.action)}</span></p></section>`;
  }
  if (intended.length === 0) {
    return html`<section class="panel"><p class="lead">!${icon('ok')} Microsoft 365 has what PowerSchool and the profile ask for, or this person is not provisioned. The steps say which.</p></section>`;
  }
  const items = intended.map(
    ({ sentence, reason, changes, isHeld }) =>
      html`<li class="${isHeld ? 'is-paused' : 'is-busy'}"><p class="stage"><span class="${isHeld ? 'is-paused' : 'is-busy'}">!${icon(isHeld ? 'pause' : 'next')}</span> <strong>${sentence}</strong> <span class="state">${isHeld ? 'Held by the guard' : ''}</span></p>
<p>Because ${reason}.</p>!${changes.map((change) => html`<p class="fine"><code>${change}</code></p>`)}</li>`,
  );
  return html`<section class="panel"><div class="panel-head"><h2>${intended.every(({ isHeld }) => isHeld) ? 'This waits for a decision' : 'This will happen in Microsoft 365'}</h2></div><ol class="path">!${items}</ol>
<p class="note">A school or class that is not there yet is created first. Whatever concerns other people follows in the usual run.</p></section>`;
}

function confirmPanel({ tenant, found }: Answer, view: View): string {
  const back = html`<a href="${personPath(tenant, found.key)}">Back</a>`;
  if (!view.may('person.provision')) return html`<p>!${back}</p>`;
  const fields = html`<label>Note for the audit log <input name="note" maxlength="${longestNote}" placeholder="Ticket 4711" autocomplete="off"></label>
<p class="actions"><button class="primary">Provision ${nameOf(found)} now</button> !${back}</p>`;
  return html`<section class="panel stack"><h2>Do it now</h2>
<p class="note">It goes before everything else, also outside the hours of the profile. The guard holds what it would hold in any run, and the audit log says who did it.</p>
!${formTo(`${personPath(tenant, found.key)}/provision/start`, view, fields)}</section>`;
}

const verdicts: Record<NonNullable<Provisioning['outcome']>, string> = {
  done: 'everything is done.',
  nothing: 'there was nothing to do.',
  skipped: 'this person is not provisioned.',
  shown: 'nothing was written; this is what would be done.',
  held: 'the guard holds a part of it.',
  waiting: 'a part of it waits, and goes on with the next run.',
  failed: 'a part of it failed.',
  expired: 'no relay took it up within an hour.',
};

function verdictOf({ person, outcome, state, operations }: Provisioning): string {
  if (outcome !== null) return `${person}: ${verdicts[outcome]}`;
  if (state === 'asked') return `${person}: waits to begin.`;
  const done = operations.filter((one) => one.state === 'success').length;
  return `${person}: ${done} of ${counted(operations.length, 'operation')} done.`;
}

function linksOf(tenant: Tenant, { person, run, state }: Provisioning): string[] {
  return [
    html`<a href="${personPath(tenant, person)}">The person</a>`,
    ...(run === null ? [] : [html`<a href="${districtPath(tenant, `/runs/${run}`)}">Run ${run}</a>`]),
    ...(state === 'over' ? [html`<a href="${personPath(tenant, person)}/provision">Provision again</a>`] : []),
  ];
}

const looks: Record<Provisioning['operations'][number]['state'], Look> = {
  success: { icon: 'ok', word: 'Success', look: 'is-working' },
  skipped: { icon: 'none', word: 'Skipped', look: 'is-quiet' },
  waiting: { icon: 'wait', word: 'Waits', look: 'is-busy' },
  held: { icon: 'pause', word: 'Held', look: 'is-paused' },
  failed: { icon: 'error', word: 'Failed', look: 'is-broken' },
  planned: { icon: 'wait', word: 'Planned', look: 'is-busy' },
  sent: { icon: 'busy', word: 'Sent', look: 'is-busy' },
};

/** From the row in PowerSchool to Microsoft's answers, from top to bottom. */
function pathOf({ steps, operations }: Provisioning): string {
  const written = steps.filter(({ stage }) => stage !== 'Write');
  const last = steps.filter(({ stage }) => stage === 'Write');
  return html`<ol class="path">!${written.map(stepItem)}!${operations.map(operationItem)}!${last.map(stepItem)}</ol>`;
}

function stepItem({ stage, status, fact, at, next, values = [] }: Provisioning['steps'][number]): string {
  const look = looks[status];
  const read =
    values.length === 0
      ? ''
      : html`<dl class="facts">!${values.map(({ name, value }) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
  return html`<li class="${look.look}"><p class="stage"><span class="${look.look}">!${icon(look.icon)}</span> <strong>${stage}</strong> !${stateLabel(look)}!${at === undefined ? '' : html` <span class="fine">read !${time(Date.parse(at))}</span>`}</p>
<p>${fact}</p>!${read}
!${next === undefined ? '' : html`<p class="action">!${icon('next')}<span>!${advice(next)}</span></p>`}</li>`;
}

function operationItem(one: Provisioning['operations'][number]): string {
  const look = looks[one.state];
  const { sentence, reason, why, changes, at, requestId, isNeeded } = one;
  return html`<li class="${look.look}"><p class="stage"><span class="${look.look}">!${icon(look.icon)}</span> <strong>${sentence}</strong> !${stateLabel(look)}!${at === null ? '' : html` <span class="fine">!${time(Date.parse(at))}</span>`}</p>
<p>${isNeeded ? 'It must exist first: ' : 'Because '}${reason}.</p>!${changes.map((change) => html`<p class="fine"><code>${change}</code></p>`)}
!${why === null ? '' : html`<p>${why}</p>`}!${requestId === null ? '' : html`<p class="fine">Graph's request <code>${requestId}</code></p>`}</li>`;
}
