/** Step 2: whether accounts are created, or exist already. */
import { html } from 'ghtml';
import { stepPage, text } from './frame.ts';

const choices = [
  {
    value: 'match',
    label: 'Sync existing users',
    hint: 'Every account exists in Microsoft 365 already, for example because it is synchronized from Active Directory. Hallpass finds the account of each person and creates none.',
  },
  {
    value: 'create',
    label: 'Create new users',
    hint: 'Hallpass creates an account for everybody who has none. Do not choose this where accounts come from an on-premises Active Directory.',
  },
];

const fields = { 'mode.students': text.optional(), 'mode.teachers': text.optional() };

export const modeStep = stepPage<undefined, typeof fields>({
  step: 'mode',
  question: 'Do the people have accounts already?',
  fields,
  load: async () => undefined,
  body: (form) => html`<section class="panel stack">
!${form.radios({ path: 'mode.students', label: 'Students', choices })}
!${form.radios({ path: 'mode.teachers', label: 'Teachers', choices })}
</section>`,
  content: (sent) => ({ mode: { students: sent['mode.students'], teachers: sent['mode.teachers'] } }),
});
