/** Whose first password has to be handed out? Each is shown, or downloaded, once. */
import { html } from 'ghtml';
import { z } from 'zod';
import { count, counted, icon, time } from '../../../../shared/page/parts.ts';
import { type HandedOut, handOutPasswords } from '../../../app/commands/hand-out-passwords.ts';
import { passwordTable } from '../../../app/queries/passwords.ts';
import { type WaitingPasswords, waitingPasswords } from '../../../app/queries/waiting-passwords.ts';
import { isPersonKey } from '../../../model/person-key.ts';
import type { Tenant } from '../../../store/tenants/system.ts';
import { csvPieces } from '../../csv-answer.ts';
import { districtPath, moreLink, personPath, withQuery } from '../shell/addresses.ts';
import { form, formTo } from '../shell/form.ts';
import { type DistrictVisit, districtPage, type View } from '../shell/page.ts';
import { placeOf, writePlace } from '../shell/place.ts';

const rowsOfPage = 50;
/** At a time: a page to read or cut apart, and a file. */
const mostShown = 100;
const mostInFile = 5000;

const fields = z.strictObject({ from: z.string().min(1).max(200) });

interface Answer {
  tenant: Tenant;
  found: WaitingPasswords;
}

export const passwordsPage = districtPage({
  path: '/passwords',
  needs: 'passwords',
  nav: 'First passwords',
  title: 'First passwords',
  effort: 'short',
  query: z.strictObject({ after: placeOf(1) }),
  async load({ app, actor, tenant }, query): Promise<Answer> {
    const place = query.after?.[0];
    const after = place !== undefined && isPersonKey(place) ? place : undefined;
    return { tenant, found: await waitingPasswords(app, actor, tenant, { after, limit: rowsOfPage }) };
  },
  render: (answer, view) => html`<h1>${verdictOf(answer.found)}</h1>
!${answer.found.count === 0 ? nothingWaits : handOutPanel(answer, view)}
!${answer.found.unknown === 0 ? '' : unknownPanel(answer.found.unknown)}
!${answer.found.waiting.length === 0 ? '' : waitingPanel(answer)}`,
  forms: [
    form({
      name: 'show',
      needs: 'passwords.export',
      fields,
      async perform(visit: DistrictVisit, { from }, view) {
        const given = await handOut(visit, view, { from, as: 'page', most: mostShown });
        return { title: 'First passwords', main: handedOutPage(given, visit.tenant) };
      },
    }),
    form({
      name: 'download',
      needs: 'passwords.export',
      fields,
      async perform(visit: DistrictVisit, { from }, view) {
        const { passwords } = await handOut(visit, view, { from, as: 'table', most: mostInFile });
        return { download: { name: 'first-passwords', csv: csvPieces(passwordTable, passwords) } };
      },
    }),
  ],
});

function handOut(
  { app, actor, tenant }: DistrictVisit,
  { token }: View,
  asked: { from: string; as: 'page' | 'table'; most: number },
): Promise<HandedOut> {
  return handOutPasswords(app, actor, { ...asked, tenant, secret: token });
}

function verdictOf({ count: all }: WaitingPasswords): string {
  if (all === 0) return 'No first password waits.';
  return `${counted(all, 'first password')} ${all === 1 ? 'waits' : 'wait'} to be handed out.`;
}

const nothingWaits = html`<section class="panel"><p class="lead">!${icon('ok')} When a profile creates accounts, their first passwords wait here until somebody hands them out.</p></section>`;

function handOutPanel({ tenant, found: { count: all, from = '' } }: Answer, view: View): string {
  if (!view.may('passwords.export')) return '';
  const path = districtPath(tenant, '/passwords');
  const hidden = html`<input type="hidden" name="from" value="${from}">`;
  const button = (name: string, most: number, words: string) =>
    formTo(
      `${path}/${name}`,
      view,
      html`!${hidden}<button class="primary">${words} ${all > most ? `the first ${count(most)}` : counted(all, 'password')}</button>`,
    );
  return html`<section class="panel stack"><h2>Hand them out</h2>
<p class="note">Each is handed out <strong>once</strong> and then deleted here: have a printer, or a safe place for the file, at hand. The audit log says who did it and how many. Whoever is not signed in freshly signs in once more first.</p>
<div class="fields">!${button('show', mostShown, 'Show')}!${button('download', mostInFile, 'Download')}</div></section>`;
}

function unknownPanel(some: number): string {
  return html`<section class="panel"><p class="is-troubled">!${icon('warning')} ${counted(some, 'account')} ${some === 1 ? 'has' : 'have'} a first password that was lost with a database.</p><p class="action">!${icon('next')}<span>Set new ones with <code>hallpass-relay passwords renew</code>; they then wait here.</span></p></section>`;
}

function waitingPanel({ tenant, found: { waiting, next } }: Answer): string {
  const rows = waiting.map(
    ({ key, name, userPrincipalName, madeAt }) =>
      html`<tr><th scope="row"><a href="${personPath(tenant, key)}">${name || key}</a></th><td data-label="User name">${userPrincipalName}</td><td data-label="Made">!${time(Date.parse(madeAt))}</td></tr>`,
  );
  const more = next && withQuery(districtPath(tenant, '/passwords'), { after: writePlace([next]) });
  return html`<section class="panel"><div class="panel-head"><h2>Whose</h2></div><div class="scroller" tabindex="0" role="region" aria-label="Accounts with a first password that waits"><table class="cards">
<thead><tr><th scope="col">Name</th><th scope="col">User name</th><th scope="col">Made</th></tr></thead><tbody>!${rows}</tbody></table></div>!${moreLink(more)}</section>`;
}

function handedOutPage({ passwords, left }: HandedOut, tenant: Tenant): string {
  const path = districtPath(tenant, '/passwords');
  const rest =
    left === 0 ? '' : html`<p class="screen"><a href="${path}">${counted(left, 'more waits', 'more wait')}</a></p>`;
  if (passwords.length === 0) {
    return html`<h1>These have been handed out already.</h1><section class="panel"><p><a href="${path}">To the first passwords</a></p></section>`;
  }
  const rows = passwords.map(
    ({ givenName, surname, person, school, userPrincipalName, password }) =>
      html`<tr><th scope="row">${`${givenName} ${surname}`.trim() || person}</th><td data-label="School">${school}</td><td data-label="User name"><code>${userPrincipalName}</code></td><td data-label="Password"><code>${password}</code></td></tr>`,
  );
  return html`<h1>${counted(passwords.length, 'first password')}, shown this once.</h1>
<section class="panel"><p class="is-paused screen">!${icon('warning')} Print or copy them now: the relay has deleted them, and this page cannot be opened again.</p>
<p class="actions screen"><button type="button" data-print hidden>Print</button></p>
<div class="scroller" tabindex="0" role="region" aria-label="First passwords"><table class="cards"><thead><tr><th scope="col">Name</th><th scope="col">School</th><th scope="col">User name</th><th scope="col">Password</th></tr></thead><tbody>!${rows}</tbody></table></div>!${rest}</section>`;
}
