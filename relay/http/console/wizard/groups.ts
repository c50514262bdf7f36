/** Step 9: security groups of roles, schools and grade levels, which licenses, policies and devices are given to. */
import { html } from 'ghtml';
import type { ZodType } from 'zod';
import { type WayToGroup, waysToGroup } from '../../../model/grouping.ts';
import { valuesOfNames } from '../../../profile/groups.ts';
import type { Fields } from './fields.ts';
import { list, stepPage } from './frame.ts';
import { type PlainField, plainContent, renderPlain, shapeOf } from './plain-fields.ts';

const ways = {
  role: { label: 'The whole district', note: 'all students, and all teachers' },
  school: { label: 'Each school', note: 'its students, and its teachers' },
  grade: { label: 'Each grade level', note: 'its students, in all schools' },
  schoolGrade: { label: 'Each grade level of each school', note: 'its students' },
} as const satisfies Record<WayToGroup, { label: string; note: string }>;

const names: readonly PlainField[] = waysToGroup.map((way) => ({
  path: `groups.names.${way}`,
  kind: 'text',
  label: ways[way].label,
  hint: `Made of ${valuesOfNames(way)
    .map((name) => `{${name}}`)
    .join(' ')}.`,
}));
const leavers: PlainField = {
  path: 'groups.leavers',
  kind: 'choice',
  label: 'Somebody who no longer belongs there',
  choices: [
    { value: 'remove', label: 'Remove from the group' },
    { value: 'keep', label: 'Keep in the group' },
  ],
  hint: 'Accounts stay in any case, and so do members whom somebody added by hand.',
};
const plain = [...names, leavers];

export const groupsStep = stepPage<undefined, Record<string, ZodType>>({
  step: 'groups',
  question: 'Which security groups does the district need?',
  fields: { ...shapeOf(plain), by: list },
  load: async () => undefined,
  body: (form) => html`<section class="panel stack"><h2>Security groups</h2>
<p>Groups with assigned members, to which you give licenses, policies, devices and apps in Microsoft 365. Hallpass keeps them in step with PowerSchool. Choose none if you need none; a group that exists is never deleted.</p>
!${choices(form)}
!${renderPlain(form, leavers)}</section>
<section class="panel stack"><h2>What they are called</h2><p class="fine">{role} is Students or Teachers. The first two names are those of School Data Sync.</p><div class="grid">!${names.map((field) => renderPlain(form, field))}</div></section>`,
  content(sent, document) {
    const next = plainContent(plain, sent, document);
    return { ...next, groups: { ...groupsIn(next), by: list.parse(sent.by) } };
  },
});

/** A name that was left empty is the default. */
function groupsIn({ groups }: Record<string, unknown>): object {
  if (typeof groups !== 'object' || groups === null) return {};
  const given: unknown = 'names' in groups ? groups.names : undefined;
  const names = typeof given === 'object' && given !== null ? Object.entries(given) : [];
  return { ...groups, names: Object.fromEntries(names.filter(([, name]) => name !== '')) };
}

function choices(form: Fields): string {
  const given = form.value('groups.by');
  const chosen: readonly unknown[] = Array.isArray(given) ? given : [];
  const boxes = waysToGroup.map(
    (way) =>
      html`<label class="choice"><input type="checkbox" name="by" value="${way}" !${chosen.includes(way) ? 'checked' : ''}><span>${ways[way].label}<small>${ways[way].note}</small></span></label>`,
  );
  return form.group({
    path: 'groups.by',
    label: 'Groups of',
    hint: 'For grade levels, the agent starts sending the grade level of students.',
    content: boxes.join(''),
  });
}
