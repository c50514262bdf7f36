/** What is wrong, and who must act? */
import { html } from 'ghtml';
import { z } from 'zod';
import { type Fixer, fixers } from '../../../../shared/errors/entry.ts';
import { advice, count, counted, type IconName, icon, time } from '../../../../shared/page/parts.ts';
import { type Cause, inWords, withoutAccount } from '../../../app/queries/causes.ts';
import {
  allOwnProblems,
  type OwnProblems,
  ownProblems,
  type ProblemSearch,
} from '../../../app/queries/own-problems.ts';
import { problemTable } from '../../../app/queries/problems.ts';
import type { Tenant } from '../../../store/tenants/system.ts';
import { csvPieces } from '../../csv-answer.ts';
import { causeItem, causeSentence, thingsOf } from '../pieces/causes.ts';
import { classPath, districtPath, moreLink, personPath, withQuery } from '../shell/addresses.ts';
import { districtPage } from '../shell/page.ts';
import { placeOf, writePlace } from '../shell/place.ts';

const rowsOfPage = 50;

interface Answer {
  tenant: Tenant;
  found: OwnProblems;
  search: ProblemSearch;
  isContinued: boolean;
}

export const problemsPage = districtPage({
  path: '/problems',
  needs: 'ownProblems',
  nav: 'Problems',
  title: 'Problems',
  effort: 'long',
  query: z.strictObject({
    cause: z.string().max(300).optional(),
    role: z.enum(fixers).optional(),
    school: z.string().max(40).optional(),
    after: placeOf(3),
  }),
  async load({ app, actor, tenant }, { after, ...search }): Promise<Answer> {
    const [subject = '', profile = '', code = ''] = after ?? [];
    const place = after && { subject, profile, code };
    const found = await ownProblems(app, actor, tenant, { ...search, after: place, limit: rowsOfPage });
    return { tenant, found, search, isContinued: after !== undefined };
  },
  render: (answer) => html`<h1>${verdictOf(answer)}</h1>
!${answer.found.count === 0 ? nothingWrong : causesOf(answer)}
!${answer.found.count === 0 ? '' : rowsPanel(answer)}`,
  async table({ app, actor, tenant }, { after: _after, ...search }) {
    const { problems, names } = await allOwnProblems(app, actor, tenant, search);
    return { name: 'problems', csv: csvPieces(problemTable(names), problems) };
  },
});

const nothingWrong = html`<section class="panel"><p class="lead">!${icon('ok')} Nobody has to do anything. What a run cannot do for a person, a class or a school appears here, with who can fix it.</p></section>`;

function verdictOf({ found: { causes, count: all, isCut, schools } }: Answer): string {
  if (all === 0) return 'There are no problems.';
  const without = withoutAccount(causes);
  const [largest] = causes;
  if (without === undefined || largest === undefined) {
    const [first = ''] = largest === undefined ? [] : [causeSentence(largest)];
    return causes.length === 1
      ? `${first}.`.replace('..', '.')
      : `${number(all, isCut)} problems of ${causes.length} causes.`;
  }
  const { main } = without;
  const where = placesOf(main, schools);
  const them = thingsOf(main.what, without.count);
  const of = main.count === without.count ? 'all of them' : `${count(main.count)} of them`;
  return `${them} ${without.count === 1 ? 'has' : 'have'} no account that fits; ${of}${main.words}${where}.`;
}

function number(value: number, isCut: boolean): string {
  return `${isCut ? 'More than ' : ''}${count(value)}`;
}

/** For people, in the order in which they are listed. */
const actors: Record<Fixer, { title: string; icon: IconName; look: string }> = {
  sis: { title: 'For the people who maintain PowerSchool', icon: 'warning', look: 'is-troubled' },
  microsoft: { title: 'For the administrators of Microsoft 365', icon: 'warning', look: 'is-troubled' },
  operator: { title: "For the relay's operator", icon: 'warning', look: 'is-troubled' },
  nobody: { title: 'Passes by itself', icon: 'wait', look: 'is-quiet' },
};

function causesOf({ tenant, found: { causes, schools }, search }: Answer): string {
  return html`!${fixers.map((role) => {
    const some = causes.filter((cause) => cause.role === role);
    if (some.length === 0) return '';
    const { title, icon: mark, look } = actors[role];
    const sum = some.reduce((total, one) => total + one.count, 0);
    return html`<section class="panel"><div class="panel-head"><h2><span class="${look}">!${icon(mark)}</span> ${title}</h2><span class="fine">${counted(sum, 'problem')}</span></div>
<ul class="causes">!${some.map((cause) => causeItem(cause, { tenant, schools, isChosen: search.cause === cause.key }))}</ul></section>`;
  })}`;
}

function placesOf({ schools: places, count: all }: Cause, names: ReadonlyMap<string, string>): string {
  const [first] = places;
  if (first === undefined || first.count * 2 < all) return '';
  return `, ${first.count === all ? '' : `${count(first.count)} of them `}at ${names.get(first.id) ?? 'school'} (school ${first.id})`;
}

function rowsPanel(answer: Answer): string {
  const { tenant, found, search, isContinued } = answer;
  const base = districtPath(tenant, '/problems');
  const { cause, role, school } = search;
  const given = { cause, role, school };
  const chosen = found.causes.find(({ key }) => key === cause);
  const what = [
    ...(chosen === undefined ? [] : [causeSentence(chosen)]),
    ...(school === undefined ? [] : [`at ${found.schools.get(school) ?? 'school'} (${school})`]),
  ].join(', ');
  const last = found.next;
  const next = last && withQuery(base, { ...given, after: writePlace([last.subject, last.profile, last.code]) });
  const isAll = cause === undefined && role === undefined && school === undefined;
  return html`<section class="panel" id="rows"><div class="panel-head"><h2>${what === '' ? 'All of them' : what}</h2>
<p class="actions">!${isAll ? '' : html`<a href="${base}#rows">Show all</a>`}!${isContinued ? html`<a href="${withQuery(base, given)}#rows">From the beginning</a>` : ''}<a href="${withQuery(`${base}.csv`, given)}">Download as CSV</a></p></div>
!${found.rows.length === 0 ? html`<p class="empty">There are none of these any more.</p>` : tableOf(answer)}
!${moreLink(next && `${next}#rows`)}</section>`;
}

function tableOf({ tenant, found: { rows, schools } }: Answer): string {
  const lines = rows.map((row) => {
    const { subject, named, firstAt, schoolIds } = row;
    const { message, action } = inWords(row);
    const { text, person, section } = named;
    const href = person !== undefined ? personPath(tenant, person) : section && classPath(tenant, section);
    const where = schoolIds.map((id) => schools.get(id) ?? id).join(', ');
    return html`<tr><th scope="row">!${href === undefined ? html`${text}` : html`<a href="${href}">${text}</a>`}<span class="under"><code>${subject}</code></span></th><td data-label="School">${where}</td><td data-label="What is wrong">${message}</td><td data-label="What to do">!${advice(action)}</td><td data-label="Since">!${time(Date.parse(firstAt))}</td></tr>`;
  });
  return html`<div class="scroller" tabindex="0" role="region" aria-label="Table of problems"><table class="cards">
<thead><tr><th scope="col">About</th><th scope="col">School</th><th scope="col">What is wrong</th><th scope="col">What to do</th><th scope="col">Since</th></tr></thead>
<tbody>!${lines}</tbody></table></div>`;
}
