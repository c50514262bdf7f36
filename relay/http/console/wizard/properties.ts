/** Step 7: optional properties. Each says where it is written, and what leaves the district because of it. */
import { html } from 'ghtml';
import { icon } from '../../../../shared/page/parts.ts';
import { type NamedProperty, type PropertyKind, propertiesOf } from '../../../../shared/properties.ts';
import type { WantedFields } from '../../../../shared/roster.ts';
import { whereWritten } from '../../../app/queries/properties.ts';
import { sentNow } from '../../../app/queries/sending.ts';
import type { Fields } from './fields.ts';
import { list, stepPage } from './frame.ts';

const kindNames = { school: 'Schools', section: 'Classes', student: 'Students', teacher: 'Teachers' } as const;
type Offered = keyof typeof kindNames;
const offered = Object.keys(kindNames) as Offered[];
const sendersOf: Record<Offered, string> = {
  school: 'of schools',
  section: 'of sections',
  student: 'of students',
  teacher: 'of teachers',
};

const fields = {
  'properties.school': list,
  'properties.section': list,
  'properties.student': list,
  'properties.teacher': list,
};

export const propertiesStep = stepPage<WantedFields, typeof fields>({
  step: 'properties',
  question: 'Which optional properties are written to Microsoft 365?',
  fields,
  load: ({ app, actor, tenant }) => sentNow(app, actor, tenant),
  body: (
    form,
    sent,
  ) => html`<p class="note">Names, ids and who is in which class are always there. Everything below leaves the district only if you choose it here, or a rule or a name needs it.</p>
!${offered.map((kind) => kindPanel(form, kind, sent))}`,
  content: (given) => ({
    properties: Object.fromEntries(
      offered.flatMap((kind) =>
        given[`properties.${kind}`].length === 0 ? [] : [[kind, given[`properties.${kind}`]]],
      ),
    ),
  }),
});

function kindPanel(form: Fields, kind: Offered, sent: WantedFields): string {
  const path = `properties.${kind}`;
  const given = form.value(path);
  const chosen: readonly unknown[] = Array.isArray(given) ? given : [];
  const rows = propertiesOf(kind as PropertyKind).map((property) => rowOf(property, { kind, path, chosen, sent }));
  return html`<section class="panel">!${form.group({ path, label: kindNames[kind], content: html`<ul class="properties">!${rows}</ul>` })}</section>`;
}

function rowOf(
  property: NamedProperty,
  { kind, path, chosen, sent }: { kind: Offered; path: string; chosen: readonly unknown[]; sent: WantedFields },
): string {
  const { name, words, personal } = property;
  const isSent = sent[kind]?.includes(name) === true;
  const leaves = isSent
    ? html`<small>Agents send it already.</small>`
    : html`<small class="then is-busy">!${icon('next')} The agent will start sending the ${words} ${sendersOf[kind]}.</small>`;
  const whose = personal === undefined ? '' : `, personal data of ${personal === 'staff' ? 'staff' : 'students'}`;
  return html`<li><label class="choice"><input type="checkbox" name="${path}" value="${name}" !${chosen.includes(name) ? 'checked' : ''}><span><strong>${words}</strong><small>${whereWritten(property)}${whose}</small>!${leaves}</span></label></li>`;
}
