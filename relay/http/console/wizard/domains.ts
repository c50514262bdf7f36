/** Step 4: the domains of new accounts and of classes, and the names before the @. */
import { html } from 'ghtml';
import { advice, icon } from '../../../../shared/page/parts.ts';
import { domainsNow } from '../../../app/queries/cloud-choices.ts';
import { type Tried, tried } from '../../../app/queries/profile-drafts.ts';
import type { Role } from '../../../model/role.ts';
import { usernameValues } from '../../../profile/accounts.ts';
import { type Choice, type Fields, valueAt } from './fields.ts';
import { stepPage, text } from './frame.ts';
import { numberOr, withValues } from './values.ts';

type Domain = Awaited<ReturnType<typeof domainsNow>>[number];
interface Choices {
  domains: Tried<Domain[]>;
  created: readonly Role[];
}

const fields = {
  ...{ 'domains.students': text.optional(), 'domains.teachers': text.optional(), 'domains.classes': text.default('') },
  ...{ 'accounts.students.username': text.optional(), 'accounts.teachers.username': text.optional() },
  ...{ 'accounts.students.username.pattern': text.optional(), 'accounts.teachers.username.pattern': text.optional() },
  ...{
    'accounts.students.username.maxLength': text.optional(),
    'accounts.teachers.username.maxLength': text.optional(),
  },
  ...{
    'accounts.students.username.onCollision': text.optional(),
    'accounts.teachers.username.onCollision': text.optional(),
  },
};

export const domainsStep = stepPage<Choices, typeof fields>({
  step: 'domains',
  effort: 'long',
  question: ({ created }) =>
    created.length === 0
      ? 'Nobody gets a new account, so only classes may have a domain.'
      : 'Which domains and user names do new accounts get?',
  fields,
  async load({ app, actor, tenant }, { draft }) {
    const roles = ['students', 'teachers'] as const;
    const created = roles.filter((role) => valueAt(draft.document, `mode.${role}`) === 'create');
    return { domains: await tried(domainsNow(app, actor, tenant)), created };
  },
  body: (
    form,
    { domains, created },
  ) => html`!${domains.refusal === undefined ? '' : html`<p class="is-troubled">!${icon('warning')} The domains of the tenant could not be read: ${domains.refusal.message}</p><p class="action">!${advice(domains.refusal.action)}</p>`}
!${created.map((role) => rolePanel(form, role, domains.answer))}
<section class="panel stack"><h2>Classes</h2>!${
    domains.answer === undefined
      ? form.text({ path: 'domains.classes', label: 'Expected domain of classes', hint: classHint })
      : form.select({
          path: 'domains.classes',
          label: 'Expected domain of classes',
          hint: classHint,
          choices: [{ value: '', label: 'None expected' }, ...choicesOf(domains.answer)],
        })
  }</section>`,
  content(sent, document) {
    const roles = ['students', 'teachers'] as const;
    const chosen = Object.fromEntries(
      roles.flatMap((role) => {
        const given = sent[`domains.${role}`] ?? valueAt(document, `domains.${role}`);
        return typeof given === 'string' && given !== '' ? [[role, given.trim().toLowerCase()]] : [];
      }),
    );
    const classes = sent['domains.classes'].trim();
    const names = Object.fromEntries(
      roles.flatMap((role): [string, unknown][] => {
        const how = sent[`accounts.${role}.username`];
        if (how === undefined) return [];
        if (how !== 'pattern') return [[`${role}.username`, 'username']];
        const pattern = sent[`accounts.${role}.username.pattern`] ?? '';
        const maxLength = numberOr(sent[`accounts.${role}.username.maxLength`], 64);
        const onCollision = sent[`accounts.${role}.username.onCollision`] ?? 'report';
        return [[`${role}.username`, { pattern, maxLength, onCollision }]];
      }),
    );
    return {
      domains: { ...chosen, ...(classes !== '' && { classes }) },
      accounts: withValues(document.accounts, names),
    };
  },
});

const classHint =
  'Graph offers no choice: the default domain of the tenant is used, and the summary warns if that is another one.';

function rolePanel(form: Fields, role: Role, domains: readonly Domain[] | undefined): string {
  const label = 'Domain of the accounts';
  const hint = 'One domain for each role. People with other domains need a profile of their own.';
  const path = `domains.${role}`;
  const isPattern = typeof form.value(`accounts.${role}.username`) === 'object';
  const values = usernameValues[role].map((name) => `{${name}}`).join(' ');
  const choices = [
    { value: 'username', label: 'PowerSchool’s user name' },
    { value: 'pattern', label: 'A pattern of the person’s values' },
  ];
  return html`<section class="panel stack"><h2>${role === 'students' ? 'Students' : 'Teachers'}</h2>
!${domains === undefined ? form.text({ path, label, hint }) : form.select({ path, label, hint, choices: [{ value: '', label: 'Choose one' }, ...choicesOf(domains, true)] })}
!${form.radios({ path: `accounts.${role}.username`, label: 'User name before the @', choices, chosen: isPattern ? 'pattern' : 'username' })}
<div class="fields">
!${form.text({ path: `accounts.${role}.username.pattern`, label: 'Pattern', hint: `Made of ${values}; {surname:3} is its beginning.` })}
!${form.text({ path: `accounts.${role}.username.maxLength`, label: 'Longest, characters', inputMode: 'numeric' })}
!${form.select({
    path: `accounts.${role}.username.onCollision`,
    label: 'Two people with one name',
    chosen: String(form.value(`accounts.${role}.username.onCollision`) ?? 'report'),
    choices: [
      { value: 'report', label: 'Report it' },
      { value: 'number', label: 'Number the second' },
    ],
  })}
</div></section>`;
}

/** Verified ones. @param isForAccounts Microsoft 365 creates no accounts in a federated domain */
function choicesOf(domains: readonly Domain[], isForAccounts = false): Choice[] {
  return domains
    .filter(({ verified, federated }) => verified && !(isForAccounts && federated))
    .map(({ domain, default: isDefault }) => ({ value: domain, label: isDefault ? `${domain} (default)` : domain }));
}
