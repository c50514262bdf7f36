/** Step 5: the licenses of new accounts, with the seats that are free. */
import { html } from 'ghtml';
import { advice, count, icon } from '../../../../shared/page/parts.ts';
import { licensesNow } from '../../../app/queries/cloud-choices.ts';
import { type Tried, tried } from '../../../app/queries/profile-drafts.ts';
import type { Role } from '../../../model/role.ts';
import type { LooseDocument } from '../../../store/profiles/drafts.ts';
import { type Fields, valueAt } from './fields.ts';
import { stepPage, text } from './frame.ts';

type License = Awaited<ReturnType<typeof licensesNow>>[number];
interface Choices {
  licenses: Tried<License[]>;
  created: readonly Role[];
}

const fields = {
  ...{ 'licenses.students': text.optional(), 'licenses.teachers': text.optional() },
  ...{ 'licenses.students.group': text.optional(), 'licenses.teachers.group': text.optional() },
  'licenses.usageLocation': text,
};

export const licensesStep = stepPage<Choices, typeof fields>({
  step: 'licenses',
  effort: 'long',
  question: ({ created }) =>
    created.length === 0
      ? 'Nobody gets a new account, so no license is assigned.'
      : 'Which licenses do new accounts get?',
  fields,
  async load({ app, actor, tenant }, { draft }) {
    const roles = ['students', 'teachers'] as const;
    const created = roles.filter((role) => valueAt(draft.document, `mode.${role}`) === 'create');
    return { licenses: await tried(licensesNow(app, actor, tenant)), created };
  },
  body: (
    form,
    { licenses, created },
  ) => html`!${licenses.refusal === undefined ? '' : html`<p class="is-troubled">!${icon('warning')} The licenses of the tenant could not be read: ${licenses.refusal.message}</p><p class="action">!${advice(licenses.refusal.action)}</p>`}
!${created.map((role) => rolePanel(form, role, licenses.answer ?? []))}
<section class="panel stack">!${form.text({ path: 'licenses.usageLocation', label: 'Country of the accounts', hint: 'Two letters (ISO 3166), such as US: Microsoft 365 assigns no license without it.' })}</section>`,
  content: (sent, document) => ({
    licenses: {
      students: licenseOf('students', sent['licenses.students'], sent['licenses.students.group'], document),
      teachers: licenseOf('teachers', sent['licenses.teachers'], sent['licenses.teachers.group'], document),
      usageLocation: sent['licenses.usageLocation'].trim(),
    },
  }),
});

function rolePanel(form: Fields, role: Role, licenses: readonly License[]): string {
  const path = `licenses.${role}`;
  const { skuId, group } = partsOf(form.value(path));
  const chosen = group !== undefined ? 'group' : (skuId ?? 'none');
  const skus = licenses.map(({ skuId: value, name, partNumber, free, seats }) => ({
    value,
    label: `${name ?? partNumber}: ${count(free)} of ${count(seats)} seats free`,
  }));
  const choices = [
    { value: 'none', label: 'No license' },
    ...skus,
    { value: 'group', label: 'By a group that has the license' },
  ];
  return html`<section class="panel stack"><h2>${role === 'students' ? 'Students' : 'Teachers'}</h2>
!${form.select({ path, label: 'License', choices, chosen })}
!${form.text({ path: `${path}.group`, label: 'Object id of the group, if the license comes by one', hint: 'Assigned membership, made in Microsoft 365: twenty accounts in one write instead of one each.', wide: true })}
</section>`;
}

function partsOf(license: unknown): { skuId?: string; group?: string } {
  const [skuId, group] = [valueAt(license, 'skuId'), valueAt(license, 'group')];
  return { ...(typeof skuId === 'string' && { skuId }), ...(typeof group === 'string' && { group }) };
}

/** Plans that are turned off stay so, as long as the product is the same. */
function licenseOf(
  role: Role,
  chosen: string | undefined,
  group: string | undefined,
  document: LooseDocument,
): unknown {
  const before = valueAt(document, `licenses.${role}`) ?? null;
  if (chosen === undefined) return before;
  if (chosen === 'none') return null;
  if (chosen === 'group') return { group: (group ?? '').trim() };
  return partsOf(before).skuId === chosen ? before : { skuId: chosen, disabledPlans: [] };
}
