/** Step 10: how much may change within 24 hours before a person must decide. */
import { html } from 'ghtml';
import type { ZodType } from 'zod';
import { stepPage } from './frame.ts';
import { type PlainField, plainContent, renderPlain, shapeOf } from './plain-fields.ts';

function number(path: string, label: string): PlainField {
  return { path: `guards.${path}`, label, kind: 'number', empty: 'default' };
}

const groups: readonly { title: string; note: string; fields: readonly PlainField[] }[] = [
  {
    title: 'Removals from classes and security groups',
    note: 'Held when both are exceeded in a school within 24 hours, or the total in all schools.',
    fields: [
      number('removals.percent', 'Percent of a school'),
      number('removals.above', 'And more than'),
      number('removals.total', 'In all schools'),
    ],
  },
  {
    title: 'Repairs of what people undid',
    note: 'Counted the same way.',
    fields: [
      number('repairs.percent', 'Percent of a school'),
      number('repairs.above', 'And more than'),
      number('repairs.total', 'In all schools'),
    ],
  },
  {
    title: 'Changed values',
    note: 'Held when this share of a school’s objects changes, from so many objects up.',
    fields: [number('updates.percent', 'Percent of a school'), number('updates.population', 'From so many objects')],
  },
  {
    title: 'New accounts',
    note: 'In a school that was in step; the first run is not held.',
    fields: [
      number('newAccounts.percent', 'Percent of a school'),
      number('newAccounts.population', 'From so many people'),
    ],
  },
  {
    title: 'What PowerSchool loses',
    note: 'Students or enrollments gone since the last good run, a list that became empty, and sections replaced at once: removals wait.',
    fields: [
      number('sourceDrop.percent', 'Percent gone'),
      number('sourceDrop.above', 'And more than'),
      number('emptySource.population', 'Empty, with so many before'),
      number('rollover.percent', 'Percent of sections replaced'),
      number('rollover.population', 'From so many sections'),
    ],
  },
  {
    title: 'Quarantine and expiry',
    note: 'The profile stops writing after so many problems in a run, or when all runs of so many hours failed.',
    fields: [
      number('quarantine.problems', 'Problems in a run'),
      number('quarantine.failures', 'Failed runs'),
      number('quarantine.hours', 'Within hours'),
      number('expiryDays', 'Days until a hold is reported again'),
    ],
  },
];

const plain = groups.flatMap(({ fields }) => fields);

export const guardsStep = stepPage<undefined, Record<string, ZodType>>({
  step: 'guards',
  question: 'How much may change before a person has to look?',
  fields: shapeOf(plain),
  load: async () => undefined,
  body: (
    form,
  ) => html`<p class="note">The defaults are those of systems that have held rosters for years. An empty field takes its default; 100 percent switches a rule off.</p>
!${groups.map(
    ({ title, note, fields }, at) =>
      html`<section class="panel stack" aria-labelledby="g-${at}"><h2 id="g-${at}">${title}</h2><p class="note">${note}</p><div class="grid">!${fields.map((field) => renderPlain(form, field))}</div></section>`,
  )}`,
  content: (sent, document) => plainContent(plain, sent, document),
});
