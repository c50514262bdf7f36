/** What may Hallpass do in the district's Microsoft 365? Seen, explained, and asked for. */
import { html } from 'ghtml';
import { z } from 'zod';
import { advice, copyable, icon, time } from '../../../../shared/page/parts.ts';
import { mayDo } from '../../../app/access.ts';
import { accessPath } from '../../../app/access-page.ts';
import { checkAccess } from '../../../app/commands/check-access.ts';
import { askConsent } from '../../../app/commands/consent.ts';
import { accessNow, type MicrosoftAccess } from '../../../app/queries/microsoft-access.ts';
import { type AccessKind, accessKinds } from '../../../model/microsoft-access.ts';
import { permissionTables } from '../pieces/permissions.ts';
import { consoleBase } from '../shell/document.ts';
import { form, formTo } from '../shell/form.ts';
import { type DistrictVisit, districtPage, type Outcome, type View } from '../shell/page.ts';

/** While a consent is on its way: how often the page looks, and the least time between two questions to Microsoft. */
const arrivingSeconds = 15;

interface Facts {
  facts: MicrosoftAccess;
  slug: string;
  path: string;
}

export const microsoftPage = districtPage({
  path: '/microsoft',
  needs: 'consent',
  nav: 'Microsoft 365',
  title: 'Microsoft 365',
  refreshSeconds: ({ facts }: Facts) => (facts.arriving === null ? undefined : arrivingSeconds),
  load: async (visit) => ({
    facts: await factsFor(visit),
    slug: visit.tenant.slug,
    path: accessPath(visit.tenant),
  }),
  render: (answer, view) => html`<h1>${verdictOf(answer.facts)}</h1>
!${nextStep(answer, view)}
!${permissionTables(answer.facts.permissions)}
!${applicationsPanel(answer, view)}
!${view.may('user.invite') ? sendPanel(answer, view) : ''}`,
  forms: [
    form({
      name: 'ask',
      needs: 'consent.ask',
      fields: z.strictObject({ access: z.enum(accessKinds) }),
      async perform({ app, actor, tenant, url }, { access }, { token }) {
        return leadingTo(await askConsent(app, actor, { tenant, access, session: token, url }), access);
      },
    }),
    form({
      name: 'check',
      needs: 'consent.check',
      fields: z.strictObject({}),
      async perform({ app, actor, tenant }) {
        await checkAccess(app, actor, tenant);
        return { goTo: accessPath(tenant) };
      },
    }),
  ],
});

/** As of the last check. While a consent is on its way, whoever may ask Microsoft does so by looking. */
async function factsFor({ app, actor, tenant, nowMs, url }: DistrictVisit): Promise<MicrosoftAccess> {
  const facts = await accessNow(app, actor, tenant, url);
  if (facts.arriving === null || !mayDo(actor, 'consent.check', tenant.id)) return facts;
  const checked = facts.applications.map(({ checkedAt }) => (checkedAt === null ? 0 : Date.parse(checkedAt)));
  const isDue = nowMs - Math.max(...checked) >= arrivingSeconds * 1000;
  return isDue ? await checkAccess(app, actor, tenant, url) : facts;
}

function verdictOf({ access, arriving, applications }: MicrosoftAccess): string {
  if (applications.every(({ clientId }) => clientId === null)) return 'The relay has no app registration yet.';
  if (arriving !== null) return 'Microsoft has the consent, and is still spreading it.';
  switch (access) {
    case 'unknown':
      return 'Nobody has checked yet what Microsoft 365 lets Hallpass do.';
    case 'none':
      return 'Microsoft 365 has not given Hallpass access yet.';
    case 'read':
      return 'Hallpass may read in Microsoft 365, and not write.';
    case 'write':
      return 'Hallpass may read and write in Microsoft 365.';
  }
}

/** What each state means for somebody's work, and what to do next. */
const meanings: Record<MicrosoftAccess['access'], string> = {
  unknown: 'Check now, or let an administrator grant access.',
  none: 'Read-only access is enough to try identity rules, domains and licenses, and to preview what would happen.',
  read: 'Matches, checks and previews work. Before a profile can be enabled, an administrator has to grant access to write.',
  write: 'Profiles can be enabled.',
};

function nextStep(answer: Facts, view: View): string {
  const { facts } = answer;
  const [reader, writer] = accessKinds.map((kind) => facts.applications.find(({ access }) => access === kind));
  if (writer?.clientId === null && reader?.clientId === null) {
    return html`<section class="panel"><p class="lead">The operator registers an application in Microsoft Entra, and names it to the relay with <span class="option">hallpass-relay configure --client-id</span>.</p></section>`;
  }
  if (facts.arriving !== null) {
    return html`<section class="panel stack" role="status"><p class="lead"><span class="state is-paused">!${icon('wait')} Not arrived yet</span></p><p>Tokens do not have all permissions yet: that takes some minutes, now and then longer. This page asks again by itself, and nothing has to be granted twice.</p></section>`;
  }
  const mayAsk = view.may('consent.ask');
  const who = html`<p class="note">Microsoft asks for a sign-in and lists the permissions. Whoever accepts needs the role Privileged Role Administrator or Global Administrator in the district&rsquo;s Microsoft 365. They can be withdrawn there at any time (Entra admin center, Enterprise applications, Permissions).</p>`;
  const wantsRead = reader?.clientId !== null && (facts.access === 'none' || facts.access === 'unknown');
  const wantsWrite = writer?.clientId !== null && !isWhole(facts);
  const buttons = [
    ...(wantsRead ? [askForm(answer, view, { access: 'read', label: 'Grant read-only access', isMain: true })] : []),
    ...(wantsWrite
      ? [askForm(answer, view, { access: 'write', label: 'Grant access to write', isMain: !wantsRead })]
      : []),
  ];
  const asks = mayAsk && buttons.length > 0 ? html`<div class="buttons">!${buttons}</div>!${who}` : '';
  const others =
    !mayAsk && buttons.length > 0 ? html`<p class="note">An administrator of the district grants it here.</p>` : '';
  return html`<section class="panel stack"><p class="lead">!${stateOf(facts.access)} ${meanings[facts.access]}</p>!${asks}!${others}</section>`;
}

/** Whether every permission is granted that writing needs, also those that profiles ask for by an option. */
function isWhole({ access, permissions }: MicrosoftAccess): boolean {
  if (access !== 'write') return false;
  return permissions.every(
    ({ access: kind, isGranted, profiles }) => kind === 'read' || isGranted || profiles.length === 0,
  );
}

function stateOf(access: MicrosoftAccess['access']): string {
  switch (access) {
    case 'unknown':
      return html`<span class="state">!${icon('none')} Not checked.</span>`;
    case 'none':
      return html`<span class="state is-broken">!${icon('error')} No access.</span>`;
    case 'read':
      return html`<span class="state is-working">!${icon('ok')} Read-only access.</span>`;
    case 'write':
      return html`<span class="state is-working">!${icon('ok')} Access to write.</span>`;
  }
}

function askForm(
  { path }: Facts,
  view: View,
  { access, label, isMain }: { access: AccessKind; label: string; isMain: boolean },
): string {
  const button = isMain ? html`<button class="primary">${label}</button>` : html`<button>${label}</button>`;
  return formTo(`${path}/ask`, view, html`<input type="hidden" name="access" value="${access}">!${button}`);
}

/** A page and no redirect: browsers apply "form-action 'self'" also to where the answer to a form leads. */
function leadingTo(address: string, access: AccessKind): Outcome {
  const title = access === 'read' ? 'Grant read-only access' : 'Grant access to write';
  return {
    title,
    leadsTo: address,
    main: html`<section class="panel narrow stack"><h1>${title} at Microsoft</h1>
<p>Sign in there with an account of the district that may consent. You come back here afterwards.</p>
<p><a class="button" href="${address}">Continue</a></p></section>`,
  };
}

const names: Record<AccessKind, string> = {
  read: 'The application that only reads',
  write: 'The application that writes',
};

function applicationsPanel({ facts, path }: Facts, view: View): string {
  const shown = facts.applications.filter(({ clientId }) => clientId !== null);
  if (shown.length === 0) return '';
  const parts = shown.map(({ access, clientId, checkedAt, error, link }) => {
    const seen = checkedAt === null ? html`never` : time(Date.parse(checkedAt));
    const trouble =
      error === null
        ? ''
        : html`<dt>No token</dt><dd>${error.message}<p class="action">!${advice(error.action)}</p></dd>`;
    const name = shown.length === 1 ? 'The application' : names[access];
    return html`<section class="panel"><div class="panel-head"><h2>${name}</h2></div><dl class="facts">
<dt>Client id</dt><dd>!${copyable(clientId ?? '', 'the client id')}</dd>
<dt>Checked</dt><dd>!${seen}</dd>!${trouble}
!${link === null ? '' : html`<dt>Link for somebody without an account here</dt><dd class="long">!${copyable(link, 'the link')}</dd>`}</dl></section>`;
  });
  const check = view.may('consent.check') ? formTo(`${path}/check`, view, html`<button>Check now</button>`) : '';
  return html`<section class="panel stack"><div class="panel-head"><h2>How the relay knows</h2>!${check}</div>
<p class="note">It asks Microsoft for a token of each application, and reads the permissions from it. Nothing else counts, and nothing that a browser brings back.</p></section>
!${parts}`;
}

function sendPanel({ slug }: Facts, view: View): string {
  return html`<section class="panel narrow">!${formTo(
    `${consoleBase}/districts/${slug}/users/invite`,
    view,
    html`<div class="stack"><h2>Send the district&rsquo;s administrator here</h2>
<p>Make a link with which they sign in, become administrator of this district, and land on this page.</p>
<label>For<input type="text" name="label" required maxlength="100" autocomplete="off"></label>
<input type="hidden" name="role" value="admin"><button>Make a link</button></div>`,
  )}</section>`;
}
