/** Which programs have access to this district? */
import { html } from 'ghtml';
import { z } from 'zod';
import { copyable, counted, time } from '../../../../shared/page/parts.ts';
import { scopesFor } from '../../../app/access.ts';
import { endToken, makeToken } from '../../../app/commands/tokens.ts';
import { ask } from '../../../app/perform.ts';
import { type ApiToken, listTokens } from '../../../store/tenants/api-tokens.ts';
import { type Look, stateLabel } from '../pieces/states.ts';
import { emptyPanel, tablePanel } from '../pieces/tables.ts';
import { consoleBase } from '../shell/document.ts';
import { form, formTo } from '../shell/form.ts';
import { type DistrictVisit, districtPage, type Outcome, type View } from '../shell/page.ts';

interface Answer {
  slug: string;
  tokens: readonly ApiToken[];
}

export const tokensPage = districtPage({
  path: '/tokens',
  needs: 'tokens',
  nav: 'Tokens',
  title: 'Tokens',
  load: async ({ app, actor, tenant }): Promise<Answer> => ({
    slug: tenant.slug,
    tokens: await ask(app, actor, { question: 'tokens', tenant }, listTokens),
  }),
  render: (answer, view) => html`<h1>${verdictOf(answer, view.nowMs)}</h1>
!${answer.tokens.length === 0 ? nothingYet : tokenTable(answer, view)}
!${view.may('token.create') ? createForm(answer, view) : ''}`,
  forms: [
    form({
      name: 'create',
      needs: 'token.create',
      fields: z.strictObject({
        name: z
          .string()
          .trim()
          .min(1, 'say what it is for')
          .max(100)
          .regex(/^\P{Cc}*$/u, 'it must be one line'),
        role: z.enum(['viewer', 'admin']),
        days: z.coerce.number().int().min(1).max(36_500),
      }),
      perform: async ({ app, actor, tenant }: DistrictVisit, given) =>
        created(tenant.slug, await makeToken(app, actor, { tenant, ...given })),
    }),
    form({
      name: 'revoke',
      needs: 'token.revoke',
      // The form's own token has that name.
      fields: z.strictObject({ id: z.string() }),
      async perform({ app, actor, tenant }: DistrictVisit, { id: token }) {
        await endToken(app, actor, { tenant, token });
        return { goTo: pathOf(tenant.slug) };
      },
    }),
  ],
});

function pathOf(slug: string): string {
  return `${consoleBase}/districts/${slug}/tokens`;
}

function isValid({ revokedAt, expiresAt }: ApiToken, nowMs: number): boolean {
  return revokedAt === null && Date.parse(expiresAt) > nowMs;
}

function verdictOf({ tokens }: Answer, nowMs: number): string {
  const valid = tokens.filter((one) => isValid(one, nowMs)).length;
  if (valid === 0) return 'No program has access to this district.';
  return `${counted(valid, 'token')} ${valid === 1 ? 'gives' : 'give'} programs access to this district.`;
}

const nothingYet = emptyPanel(
  html`A program that uses the API, such as a dashboard, needs a token. It can do no more than whoever makes it.`,
);

function tokenTable({ slug, tokens }: Answer, view: View): string {
  const mayRevoke = view.may('token.revoke');
  const button = ({ id, name }: ApiToken) =>
    formTo(
      `${pathOf(slug)}/revoke`,
      view,
      html`<input type="hidden" name="id" value="${id}"><button aria-label="Revoke ${name}">Revoke</button>`,
    );
  return tablePanel({
    label: 'Table of tokens',
    columns: [
      ...['For', 'State', 'Role', 'Subjects', 'Made', 'Last used'].map((heading) => ({ heading })),
      ...(mayRevoke ? [{ heading: 'Revoke', as: 'buttons' as const }] : []),
    ],
    rows: tokens.map((one) => [
      html`${one.name}`,
      stateOf(one, view.nowMs),
      html`${one.role}!${one.opensOthers ? html`<br><span class="fine">of other districts, too</span>` : ''}`,
      html`${scopesFor(one.role).every((scope) => one.scopes.includes(scope)) ? 'all' : one.scopes.join(', ')}`,
      html`!${time(Date.parse(one.createdAt))}<br><span class="fine">by ${one.createdBy}</span>`,
      one.lastUsedAt === null ? 'never' : time(Date.parse(one.lastUsedAt)),
      ...(mayRevoke ? [isValid(one, view.nowMs) ? button(one) : ''] : []),
    ]),
  });
}

function stateOf(token: ApiToken, nowMs: number): string {
  const { revokedAt, expiresAt } = token;
  const show = (state: Look, at: string, as: 'ago' | 'due') => html`!${stateLabel(state)} !${time(Date.parse(at), as)}`;
  if (revokedAt !== null) return show({ icon: 'none', word: 'Revoked', look: 'is-quiet' }, revokedAt, 'ago');
  return isValid(token, nowMs)
    ? show({ icon: 'ok', word: 'Ends', look: 'is-working' }, expiresAt, 'due')
    : show({ icon: 'none', word: 'Ended', look: 'is-quiet' }, expiresAt, 'ago');
}

function createForm({ slug }: Answer, view: View): string {
  return html`<section class="panel narrow">!${formTo(
    `${pathOf(slug)}/create`,
    view,
    html`<div class="stack"><h2>Make a token</h2>
<label>What it is for<input type="text" name="name" required maxlength="100" autocomplete="off"></label>
<fieldset class="choices"><legend class="hint">Role</legend>
<label><input type="radio" name="role" value="viewer" required checked>Reads this district</label>
<label><input type="radio" name="role" value="admin" required>Changes it, too</label></fieldset>
<label>Days until it ends<input type="text" name="days" inputmode="numeric" required value="90" size="6"></label>
<p class="note">It has every subject that its role can use, except first passwords. For fewer subjects or more districts, use <span class="option">hallpass-relay token create</span>.</p>
<button class="primary">Make it</button></div>`,
  )}</section>`;
}

function created(slug: string, { token, expiresAt }: { token: string; expiresAt: string }): Outcome {
  return {
    title: 'Token',
    main: html`<h1>Keep this token where only the program can read it.</h1>
<section class="panel narrow stack">
<p>!${copyable(token, 'the token')}</p>
<p class="note">It is not shown again. It ends !${time(Date.parse(expiresAt), 'due')}. The program sends it in the header &ldquo;Authorization: Bearer&rdquo;, never in an address.</p>
<p><a href="${pathOf(slug)}">All tokens</a></p></section>`,
  };
}
