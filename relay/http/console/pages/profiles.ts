/** By which profiles is the district provisioned, and which are being written? */
import { html } from 'ghtml';
import { z } from 'zod';
import { counted, icon, time } from '../../../../shared/page/parts.ts';
import { mayDo } from '../../../app/access.ts';
import { beginDraft, discardDraft } from '../../../app/commands/profile-drafts.ts';
import { moveProfile } from '../../../app/commands/profile-state.ts';
import { dropProfile } from '../../../app/commands/profiles.ts';
import { draftsNow, type Template, templatesNow } from '../../../app/queries/profile-drafts.ts';
import { districtProfiles, type ListedProfile } from '../../../app/queries/profiles.ts';
import type { Draft } from '../../../store/profiles/drafts.ts';
import { profileStates } from '../pieces/states.ts';
import { form, formTo } from '../shell/form.ts';
import { type DistrictVisit, districtPage, type View } from '../shell/page.ts';
import { profilesPath, stepPath } from '../wizard/frame.ts';

const named = z.strictObject({ profile: z.string().min(1).max(200) });

interface Answer {
  slug: string;
  profiles: readonly ListedProfile[];
  /** Undefined for whoever may not write any. */
  drafts: readonly Draft[] | undefined;
  templates: readonly Template[];
}

export const profilesPage = districtPage({
  path: '/profiles',
  needs: 'profiles',
  nav: 'Profiles',
  title: 'Profiles',
  effort: 'short',
  async load({ app, actor, tenant }: DistrictVisit): Promise<Answer> {
    const profiles = await districtProfiles(app, actor, tenant);
    const isAuthor = mayDo(actor, 'drafts', tenant.id);
    const drafts = isAuthor ? await draftsNow(app, actor, tenant) : undefined;
    return { slug: tenant.slug, profiles, drafts, templates: isAuthor ? await templatesNow(app, actor) : [] };
  },
  render: (answer, view) => html`<h1>${verdictOf(answer)}</h1>
!${profilesPanel(answer, view)}!${draftsPanel(answer, view)}!${beginPanel(answer, view)}`,
  forms: [
    form({
      name: 'begin',
      needs: 'profile.draft',
      fields: z.strictObject({ like: z.string().max(400).default('') }),
      async perform({ app, actor, tenant }: DistrictVisit, { like }) {
        const at = like.indexOf(' ');
        const beginning =
          at < 0
            ? ({ from: 'nothing' } as const)
            : ({ from: 'template', tenant: like.slice(0, at), profile: like.slice(at + 1) } as const);
        const draft = await beginDraft(app, actor, { tenant, beginning });
        return { goTo: stepPath(tenant.slug, draft, 'source') };
      },
    }),
    form({
      name: 'change',
      needs: 'profile.draft',
      fields: named,
      async perform({ app, actor, tenant }: DistrictVisit, { profile }) {
        const draft = await beginDraft(app, actor, { tenant, beginning: { from: 'profile', profile } });
        return { goTo: stepPath(tenant.slug, draft, 'summary') };
      },
    }),
    form({
      name: 'discard',
      needs: 'profile.draft',
      fields: z.strictObject({ draft: z.string().max(64) }),
      async perform({ app, actor, tenant }: DistrictVisit, { draft }) {
        await discardDraft(app, actor, { tenant, draft });
        return { goTo: profilesPath(tenant.slug) };
      },
    }),
    moveForm('pause', 'profile.paused'),
    moveForm('preview', 'profile.preview'),
    moveForm('resume', 'profile.enabled'),
    form({
      name: 'remove',
      needs: 'profile.remove',
      fields: named,
      async perform({ app, actor, tenant }: DistrictVisit, { profile }) {
        await dropProfile(app, actor, { tenant, profile });
        return { goTo: profilesPath(tenant.slug) };
      },
    }),
  ],
});

function moveForm(
  name: 'pause' | 'preview' | 'resume',
  needs: 'profile.paused' | 'profile.preview' | 'profile.enabled',
) {
  return form({
    name,
    needs,
    fields: named,
    async perform({ app, actor, tenant }: DistrictVisit, { profile }) {
      await moveProfile(app, actor, { tenant, profile, move: name });
      return { goTo: profilesPath(tenant.slug) };
    },
  });
}

function verdictOf({ profiles, drafts = [] }: Answer): string {
  if (profiles.length === 0)
    return drafts.length === 0 ? 'The district has no profile yet.' : 'The first profile is being written.';
  const enabled = profiles.filter(({ state }) => state === 'enabled').length;
  if (enabled === 0) return 'No profile is enabled: nothing is written to Microsoft 365.';
  return enabled === profiles.length
    ? `${counted(enabled, 'profile')} ${enabled === 1 ? 'writes' : 'write'} to Microsoft 365.`
    : `${enabled} of ${profiles.length} profiles write to Microsoft 365.`;
}

function profilesPanel({ profiles, slug }: Answer, view: View): string {
  if (profiles.length === 0) return '';
  const rows = profiles.map((profile) => {
    const { name, state, standing, schools, quarantine, failure } = profile;
    const { icon: mark, look } = profileStates[standing];
    const why = quarantine?.message ?? failure?.message ?? '';
    const covered = schools === 'all' ? 'all' : counted(schools.length, 'school');
    return html`<tr><th scope="row">${name}</th><td>${state}</td><td class="${look}">!${icon(mark)}${standing}!${why === '' ? '' : html`<br><small>${why}</small>`}</td><td>${covered}</td><td><span class="fields">!${buttonsOf(profile, slug, view)}</span></td></tr>`;
  });
  return html`<section class="panel"><div class="scroller" tabindex="0" role="region" aria-label="Profiles"><table>
<thead><tr><th scope="col">Profile</th><th scope="col">State</th><th scope="col">Standing</th><th scope="col">Schools</th><th scope="col"><span class="hint">Actions</span></th></tr></thead>
<tbody>!${rows}</tbody></table></div></section>`;
}

function buttonsOf({ name, state, quarantine }: ListedProfile, slug: string, view: View): string {
  const button = (form: string, label: string) =>
    formTo(
      `${profilesPath(slug)}/${form}`,
      view,
      html`<input type="hidden" name="profile" value="${name}"><button aria-label="${label} ${name}">${label}</button>`,
    );
  const isStopped = state === 'paused' || quarantine !== null;
  return [
    view.may('profile.draft') ? button('change', 'Change') : '',
    view.may('profile.paused') && state !== 'paused' ? button('pause', 'Pause') : '',
    view.may('profile.enabled') && isStopped ? button('resume', 'Resume') : '',
    view.may('profile.preview') && state === 'enabled' ? button('preview', 'Back to preview') : '',
    view.may('profile.remove') && state === 'preview' ? button('remove', 'Remove') : '',
  ].join('');
}

function draftsPanel({ drafts = [], slug }: Answer, view: View): string {
  if (drafts.length === 0) return '';
  const rows = drafts.map(({ id, profile, document, done, updatedAt, updatedBy }) => {
    const name = typeof document.name === 'string' && document.name !== '' ? document.name : 'without a name';
    const what = profile === null ? 'new' : 'change';
    const discard = html`<input type="hidden" name="draft" value="${id}"><button aria-label="Discard the draft ${name}">Discard</button>`;
    return html`<tr><th scope="row"><a href="${stepPath(slug, id, profile === null && done.length < 9 ? 'source' : 'summary')}">${name}</a></th><td>${what}</td><td class="number">${done.length} of 9</td><td>!${time(Date.parse(updatedAt))}</td><td>${updatedBy}</td><td>!${formTo(`${profilesPath(slug)}/discard`, view, discard)}</td></tr>`;
  });
  return html`<section class="panel"><div class="panel-head"><h2>Drafts</h2></div><div class="scroller" tabindex="0" role="region" aria-label="Drafts"><table>
<thead><tr><th scope="col">Draft</th><th scope="col">Of</th><th scope="col" class="number">Steps done</th><th scope="col">Saved</th><th scope="col">By</th><th scope="col"><span class="hint">Discard</span></th></tr></thead>
<tbody>!${rows}</tbody></table></div></section>`;
}

function beginPanel({ slug, drafts, templates }: Answer, view: View): string {
  if (drafts === undefined || !view.may('profile.draft')) return '';
  const options = templates.map(
    ({ slug: of, district, profile }) => html`<option value="${of} ${profile}">${district}: ${profile}</option>`,
  );
  return html`<section class="panel narrow stack"><h2>Write a new profile</h2>
<p class="note">Step by step; it can be left and resumed. Nothing is written to Microsoft 365 before its last step.</p>
!${formTo(
    `${profilesPath(slug)}/begin`,
    view,
    html`<div class="stack"><label>Begin with<select name="like"><option value="">Nothing chosen</option>!${options}</select></label>
<p class="note">Another profile lends its modes, rules, options and limits. Domains, groups, schools, days and names are not taken along.</p>
<button class="primary">Begin</button></div>`,
  )}</section>`;
}
