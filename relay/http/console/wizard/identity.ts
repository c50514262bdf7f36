/** Step 3: by which value the account of a person is found. */
import { html } from 'ghtml';
import { z } from 'zod';
import type { HallpassError } from '../../../../shared/errors.ts';
import { advice, counted, icon } from '../../../../shared/page/parts.ts';
import { domainsNow } from '../../../app/queries/cloud-choices.ts';
import { draftMatches, type Tried, tried } from '../../../app/queries/profile-drafts.ts';
import { districtSchools } from '../../../app/queries/schools.ts';
import type { RolePreview } from '../../../identity/match-preview.ts';
import type { Role } from '../../../model/role.ts';
import { sources, targets } from '../../../profile/identity-rules.ts';
import type { LooseDocument } from '../../../store/profiles/drafts.ts';
import { type Fields, valueAt } from './fields.ts';
import { flag, stepPage, text } from './frame.ts';
import { matchTable, ruleValue, sourceNames } from './match-table.ts';
import { trialForm } from './trial.ts';

const roles = ['students', 'teachers'] as const satisfies Role[];
const nouns = { students: 'student', teachers: 'teacher' } as const;

interface Choices {
  /** Undefined where the role's accounts are created. */
  matches: Tried<RolePreview[]> | undefined;
  domains: readonly string[];
  isMatched: Record<Role, boolean>;
  /** Agents send people, but only of schools that another profile covers. */
  isClaimed: boolean;
}

const fields = {
  ...{ 'rule.students': text.optional(), 'rule.teachers': text.optional() },
  ...{ 'identity.students.source': text.optional(), 'identity.teachers.source': text.optional() },
  ...{ 'identity.students.suffix': text.optional(), 'identity.teachers.suffix': text.optional() },
  ...{ 'identity.students.target': text.optional(), 'identity.teachers.target': text.optional() },
  ...{ guests: flag, mailboxes: flag, compareAll: flag, 'identity.never': text.default('') },
};
type Sent = { [name in keyof typeof fields]?: string | undefined };

export const identityStep = stepPage<Choices, typeof fields>({
  step: 'identity',
  effort: 'long',
  question: ({ isMatched }) =>
    isMatched.students || isMatched.teachers
      ? 'By which value is a person’s account found?'
      : 'Nobody’s account has to be found: all are created.',
  fields,
  async load({ app, actor, tenant }, { draft }) {
    const isMatched = {
      students: valueAt(draft.document, 'mode.students') !== 'create',
      teachers: valueAt(draft.document, 'mode.teachers') !== 'create',
    };
    const wanted = roles.filter((role) => isMatched[role]);
    const matches =
      wanted.length === 0 ? undefined : await tried(draftMatches(app, actor, { tenant, draft, roles: wanted }));
    const domains = await tried(domainsNow(app, actor, tenant));
    const verified = domains.answer?.filter((one) => one.verified).map(({ domain }) => domain) ?? [];
    const schools = await districtSchools(app, actor, tenant);
    const isClaimed = schools.some(({ students, teachers }) => students + teachers > 0);
    return { matches, domains: verified, isMatched, isClaimed };
  },
  body: (
    form,
    choices,
  ) => html`!${roles.filter((role) => choices.isMatched[role]).map((role) => rolePanel(form, role, choices))}
<section class="panel stack"><h2>Accounts to leave alone</h2>
!${form.lines({ path: 'identity.never', label: 'Never match these accounts', hint: 'User names or object ids, one a line, with * for any characters: admin-*@contoso.edu' })}
<label class="choice"><input type="checkbox" name="guests" value="yes" !${form.value('identity.guests') === 'match' ? 'checked' : ''}><span>Guests of the tenant may belong to people</span></label>
<label class="choice"><input type="checkbox" name="mailboxes" value="yes" !${form.value('identity.mailboxes') === 'match' ? 'checked' : ''}><span>Rooms and shared mailboxes may belong to people</span></label>
<label class="choice"><input type="checkbox" name="compareAll" value="yes" !${form.value('identity.compareAll') === true ? 'checked' : ''}><span>Agents send every source for as long as rules are compared<small>Otherwise they send those that the rules use.</small></span></label>
</section>`,
  beside: (choices, view, here, now) => (hasPeople(choices) || choices.isClaimed ? '' : trialForm(now, view, here)),
  content: (sent, document) => {
    const { students: _s, teachers: _t, ...before } = objectAt(document, 'identity');
    const never = (sent['identity.never'] ?? '').split('\n').map((line) => line.trim());
    return {
      identity: {
        ...before,
        ...rulesOf('students', sent, document),
        ...rulesOf('teachers', sent, document),
        ...{ guests: sent.guests ? 'match' : 'exclude', mailboxes: sent.mailboxes ? 'match' : 'exclude' },
        compareAll: sent.compareAll === 'yes',
        never: never.filter((line) => line !== ''),
      },
    };
  },
});

function hasPeople({ matches }: Choices): boolean {
  return matches?.answer === undefined || matches.answer.some(({ people }) => people > 0);
}

function rolePanel(form: Fields, role: Role, { matches, domains, isClaimed }: Choices): string {
  const preview = matches?.answer?.find((one) => one.role === role);
  const rules = rulesIn(form.value('identity'), role);
  const [first] = rules;
  const chosen = rules.length > 1 ? 'list' : first === undefined ? recommendedIn(preview) : ruleValue(first);
  const table = preview === undefined || preview.people === 0 ? undefined : matchTable(preview, `rule.${role}`, chosen);
  const isOwn = chosen !== 'list' && table?.hasChosen !== true;
  const several = html`<label class="choice"><input type="radio" name="rule.${role}" value="list" checked><span>The ${rules.length} rules of this profile, tried in order</span></label>`;
  const own = html`!${table === undefined && rules.length < 2 ? '' : html`<label class="choice"><input type="radio" name="rule.${role}" value="own" !${isOwn ? 'checked' : ''}><span>This rule:</span></label>`}
<div class="fields">
!${form.select({ path: `identity.${role}.source`, label: 'Value in PowerSchool', chosen: first?.source ?? 'username', choices: sources[role].map((value) => ({ value, label: sourceNames[value] })) })}
!${form.select({ path: `identity.${role}.suffix`, label: 'Suffix', chosen: first?.suffix === null || first === undefined ? 'none' : first.suffix, choices: [...(first?.suffix === '' ? [{ value: '', label: 'Choose one' }] : []), { value: 'none', label: 'No suffix needed' }, ...domains.map((value) => ({ value, label: `@${value}` }))] })}
!${form.select({ path: `identity.${role}.target`, label: 'Value in Microsoft 365', chosen: first?.target ?? 'userPrincipalName', choices: targets.map((value) => ({ value, label: value })) })}
</div>`;
  const found =
    table === undefined
      ? peopleMissing(role, { matches, preview, isClaimed })
      : html`<p class="note">${counted(preview?.people ?? 0, nouns[role])} of PowerSchool and the accounts of Microsoft 365, as they are now.</p>!${table.table}!${emptyOf(preview)}`;
  const group = form.group({
    path: `identity.${role}`,
    label: role === 'students' ? 'Students' : 'Teachers',
    content: html`!${found}!${rules.length > 1 ? several : ''}!${own}`,
  });
  return html`<section class="panel">!${group}</section>`;
}

function recommendedIn(preview: RolePreview | undefined): string {
  return preview?.recommended === undefined ? '' : ruleValue(preview.recommended);
}

function emptyOf(preview: RolePreview | undefined): string {
  const empty = preview?.emptySources ?? [];
  if (empty.length === 0) return '';
  const names = empty.map((one) => sourceNames[one as keyof typeof sourceNames].toLowerCase()).join(', ');
  return html`<p class="note">Nobody has a value in ${names}: it is empty in PowerSchool, or agents do not send it.</p>`;
}

function peopleMissing(
  role: Role,
  { matches, preview, isClaimed }: Pick<Choices, 'matches' | 'isClaimed'> & { preview: RolePreview | undefined },
): string {
  if (matches?.refusal !== undefined) return refusal(matches.refusal);
  if (isClaimed) {
    return html`<p class="is-troubled">!${icon('warning')} No ${role} are left to compare rules with: another profile covers the schools whose people agents send. Choose schools of your own in a later step, or change that profile instead.</p>`;
  }
  const what = preview === undefined ? 'nothing' : `no ${role}`;
  return html`<p>!${icon('none')} Agents have sent ${what} yet, so rules cannot be compared.</p>`;
}

function refusal({ message, action }: HallpassError): string {
  return html`<p class="is-troubled">!${icon('warning')} The rules could not be compared: ${message}</p><p class="action">!${advice(action)}</p>`;
}

/** As a draft has it: with text that may be none of the known words. */
const ruleSchema = z.object({ source: z.string(), suffix: z.string().nullable(), target: z.string() });
type Rule = z.infer<typeof ruleSchema>;

function rulesIn(identity: unknown, role: Role): Rule[] {
  const given = valueAt(identity, role);
  return z
    .array(ruleSchema)
    .catch([])
    .parse(Array.isArray(given) ? given : [given]);
}

/** What was chosen in the table, or entered below it. */
function rulesOf(role: Role, sent: Sent, document: LooseDocument): Record<string, unknown> {
  const before = valueAt(document, `identity.${role}`);
  const chosen = sent[`rule.${role}`] ?? 'own';
  const source = sent[`identity.${role}.source`];
  if (source === undefined) return before === undefined ? {} : { [role]: before };
  if (chosen === 'list') return { [role]: before };
  const given = sent[`identity.${role}.suffix`] ?? '';
  const own = { source, suffix: given === 'none' ? null : given, target: sent[`identity.${role}.target`] ?? '' };
  const [stored] = rulesIn(document.identity, role);
  // Whoever changes the fields below the table and leaves the table as it was means the fields.
  const isUntouched = stored !== undefined && chosen === ruleValue(stored) && ruleValue(own) !== chosen;
  if (chosen === 'own' || isUntouched) return { [role]: [own] };
  const [from = '', suffix = '', target = ''] = chosen.split('|');
  return { [role]: [{ source: from, suffix: suffix === '' ? null : suffix, target }] };
}

function objectAt(document: LooseDocument, path: string): Record<string, unknown> {
  const value = valueAt(document, path);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
