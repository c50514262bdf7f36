/** Which teams wait for a teacher? A list to print or to send to teachers. */
import { html } from 'ghtml';
import { z } from 'zod';
import { counted, icon, time } from '../../../../shared/page/parts.ts';
import { type OwnTeams, ownTeams, type TeamToActivate } from '../../../app/queries/own-teams.ts';
import { teamTable } from '../../../app/queries/teams.ts';
import type { Tenant } from '../../../store/tenants/system.ts';
import { csvPieces } from '../../csv-answer.ts';
import { classPath, districtPath, moreLink, withQuery } from '../shell/addresses.ts';
import { districtPage } from '../shell/page.ts';
import { placeOf, writePlace } from '../shell/place.ts';

const teamsOfPage = 200;

interface Answer {
  tenant: Tenant;
  found: OwnTeams;
  school: string | undefined;
  isPart: boolean;
}

export const teamsPage = districtPage({
  path: '/teams',
  needs: 'ownTeams',
  nav: 'Teams',
  title: 'Teams to activate',
  query: z.strictObject({ school: z.string().max(40).optional(), after: placeOf(1) }),
  async load({ app, actor, tenant }, { school, after }): Promise<Answer> {
    const found = await ownTeams(app, actor, tenant, { school, after: after?.[0], limit: teamsOfPage });
    return { tenant, found, school, isPart: after !== undefined || found.next !== undefined };
  },
  render: (answer) => html`<h1>${verdictOf(answer)}</h1>
!${answer.found.teams.length === 0 ? nothingWaits : listOf(answer)}`,
  async table({ app, actor, tenant }, { school }) {
    const { teams } = await ownTeams(app, actor, tenant, { school });
    return { name: 'teams-to-activate', csv: csvPieces(teamTable, teams) };
  },
});

const nothingWaits = html`<section class="panel"><p class="lead">!${icon('ok')} Nothing to do. A class becomes a team if the profile says so ("createTeam"), and the team appears here until one of its teachers has activated it.</p></section>`;

function verdictOf({ found: { teams, schools }, school, isPart }: Answer): string {
  const where =
    school === undefined ? '' : ` at ${schools.find(({ id }) => id === school)?.name ?? `school ${school}`}`;
  if (teams.length === 0) return `No team waits for a teacher${where}.`;
  const some = counted(teams.length, 'team');
  return `${isPart ? `${some} of those that wait` : `${some} ${teams.length === 1 ? 'waits' : 'wait'}`} for a teacher${where}.`;
}

function listOf(answer: Answer): string {
  const { tenant, found, school } = answer;
  const base = districtPath(tenant, '/teams');
  const more = found.next && withQuery(base, { school, after: writePlace([found.next]) });
  const choices = found.schools.map(
    ({ id, name }) =>
      html`<li><a href="${withQuery(base, { school: id })}" !${id === school ? 'aria-current="true"' : ''}>${name}</a></li>`,
  );
  const bySchool = Map.groupBy(found.teams, (team) => team.school);
  return html`<section class="panel"><p class="lead">Students do not see these teams yet. A teacher of the class opens the team in Microsoft Teams and chooses <strong>Activate</strong>; it leaves this list after the next look.</p>
<p class="actions screen"><a href="${withQuery(`${base}.csv`, { school })}">Download as CSV</a><button type="button" data-print hidden>Print</button>!${school === undefined ? '' : html`<a href="${base}">Every school</a>`}</p>
!${found.schools.length < 2 ? '' : html`<details class="screen"><summary>One school</summary><ul class="places">!${choices}</ul></details>`}</section>
!${[...bySchool].map(([name, teams]) => schoolPanel(name, teams, tenant))}
!${moreLink(more)}`;
}

function schoolPanel(name: string, teams: readonly TeamToActivate[], tenant: Tenant): string {
  const rows = teams.map(({ sectionId, class: title, teachers, since }) => {
    const people = teachers.map(
      (one) => html`${one.name} <span class="fine">${one.userPrincipalName ?? ''}</span><br>`,
    );
    return html`<tr><th scope="row"><a href="${classPath(tenant, sectionId)}">${title}</a></th><td data-label="Teachers">!${people.length === 0 ? 'nobody from PowerSchool' : people}</td><td data-label="Waits since">!${since === null ? '' : time(Date.parse(since))}</td></tr>`;
  });
  return html`<section class="panel"><div class="panel-head"><h2>${name || 'School unknown'}</h2><span class="fine">${counted(teams.length, 'team')}</span></div>
<div class="scroller" tabindex="0" role="region" aria-label="Teams at ${name}"><table class="cards"><thead><tr><th scope="col">Class</th><th scope="col">Teachers</th><th scope="col">Waits since</th></tr></thead><tbody>!${rows}</tbody></table></div></section>`;
}
