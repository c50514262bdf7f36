/** Does this person have what they should, and why? */
import { html } from 'ghtml';
import { z } from 'zod';
import { copyable, icon, time } from '../../../../shared/page/parts.ts';
import { propertiesOf } from '../../../../shared/properties.ts';
import { type PersonAnswer, personNow } from '../../../app/queries/person.ts';
import { kindOfRole } from '../../../model/person.ts';
import type { Tenant } from '../../../store/tenants/system.ts';
import { classPath, districtPath, personPath, withQuery } from '../shell/addresses.ts';
import { districtPage } from '../shell/page.ts';
import { journalOf, pathOf, problemList, yesNo } from './parts.ts';

interface Answer {
  tenant: Tenant;
  found: PersonAnswer;
}

export const personPage = districtPage({
  path: '/people/:role/:id',
  needs: 'people',
  title: ({ found }: Answer) => nameOf(found),
  effort: 'short',
  query: z.strictObject({ class: z.string().max(40).optional() }),
  async load({ app, actor, tenant, params }, query): Promise<Answer> {
    const { role = '', id = '' } = params;
    return { tenant, found: await personNow(app, actor, tenant, { role, id, section: query.class }) };
  },
  render: (answer, view) => html`<h1>${verdictOf(answer.found)}</h1>
!${view.may('person.provision') ? html`<p class="actions"><a class="button" href="${personPath(answer.tenant, answer.found.key)}/provision">Provision now &hellip;</a></p>` : ''}
<div class="columns">
<section class="panel"><div class="panel-head"><h2>${titleOf(answer.found)}</h2>!${answer.found.asked === undefined ? '' : html`<a href="${personPath(answer.tenant, answer.found.key)}">About the account</a>`}</div>!${pathOf(answer.found.steps)}</section>
!${factsOf(answer)}
</div>
!${problemList(answer.found.problems)}
!${classesOf(answer)}
!${journalOf(answer.found.operations)}`,
});

function nameOf({ key, person }: PersonAnswer): string {
  return [person?.givenName, person?.surname].filter((part) => part !== undefined).join(' ') || key;
}

function verdictOf(found: PersonAnswer): string {
  const { answer, asked } = found;
  const name = nameOf(found);
  const where = asked === undefined ? '' : `, in ${asked.name ?? `section ${asked.sectionId}`}`;
  if (answer === undefined) return `${name}${where}: everything is in order.`;
  return `${name}${where}: ${answer.status === 'waiting' ? 'waits at' : 'stops at'} ${answer.stage}.`;
}

function titleOf({ asked }: PersonAnswer): string {
  return asked === undefined ? 'From PowerSchool to the account' : 'From PowerSchool into the class';
}

function factsOf({ tenant, found }: Answer): string {
  const { key, role, schools, values, account, person } = found;
  const words = new Map<string, string>(propertiesOf(kindOfRole[role]).map((one) => [one.name, one.words]));
  const places = schools.map(
    ({ id, name }) => html`<a href="${withQuery(districtPath(tenant, '/people'), { school: id })}">${name}</a> `,
  );
  return html`<section class="panel"><div class="panel-head"><h2>What is known</h2></div><dl class="facts">
<dt>Is</dt><dd>${role === 'students' ? 'a student' : 'a teacher'}${person?.preRegistered === true ? ', pre-registered' : ''}</dd>
<dt>Key</dt><dd>!${copyable(key, 'the key')}</dd>
<dt>${schools.length === 1 ? 'School' : 'Schools'}</dt><dd>!${places.length === 0 ? 'gone from PowerSchool' : places}</dd>
!${values.map(({ name, value }) => html`<dt>${capital(words.get(name) ?? name)}</dt><dd>${value}</dd>`)}
!${accountFacts(account)}
</dl></section>`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function accountFacts(account: PersonAnswer['account']): string {
  if (account === undefined) return html`<dt>Account</dt><dd>!${icon('none')} none</dd>`;
  const { userPrincipalName, mail, objectId, rule, linkedAt, enabled, licensed, onPremises } = account;
  const isMirrored = userPrincipalName !== null;
  const traits = [
    enabled ? 'enabled' : 'disabled',
    licensed ? 'licensed' : 'without a license',
    ...(onPremises ? ['mastered in Active Directory'] : []),
  ];
  return html`<dt>Account</dt><dd>${userPrincipalName ?? 'not read yet'}</dd>
!${mail === null ? '' : html`<dt>Mail</dt><dd>${mail}</dd>`}
<dt>Object id</dt><dd>!${copyable(objectId, 'the object id')}</dd>
<dt>Linked</dt><dd>${rule}, !${time(Date.parse(linkedAt))}</dd>
!${isMirrored ? html`<dt>Account is</dt><dd>${traits.join(', ')}</dd>` : ''}`;
}

function classesOf({ tenant, found: { key, classes, asked } }: Answer): string {
  if (classes.length === 0) {
    return html`<section class="panel"><div class="panel-head"><h2>Classes</h2></div><p class="empty">None, neither in PowerSchool nor in Microsoft 365.</p></section>`;
  }
  const rows = classes.map(({ sectionId, name, inPowerSchool, isMember, isOwner, isOpen }) => {
    const why = withQuery(personPath(tenant, key), { class: sectionId });
    const there = isOwner ? 'owner' : 'member';
    const title = name ?? `Section ${sectionId}`;
    const first = isOpen ? html`<a href="${classPath(tenant, sectionId)}">${title}</a>` : html`${title}`;
    const link = html`<a href="${why}" aria-label="Why, for ${title}" !${asked?.sectionId === sectionId ? 'aria-current="true"' : ''}>Why?</a>`;
    return html`<tr><th scope="row">!${first}</th><td data-label="PowerSchool">!${yesNo(inPowerSchool, 'yes')}</td><td data-label="Microsoft 365">!${yesNo(isMember || isOwner, there)}</td><td>!${isOpen ? link : ''}</td></tr>`;
  });
  return html`<section class="panel"><div class="panel-head"><h2>Classes</h2></div><div class="scroller" tabindex="0" role="region" aria-label="Classes"><table class="cards">
<thead><tr><th scope="col">Class</th><th scope="col">In PowerSchool today</th><th scope="col">In Microsoft 365</th><th scope="col">Explanation</th></tr></thead>
<tbody>!${rows}</tbody></table></div></section>`;
}
