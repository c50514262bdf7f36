/** Which accounts does Hallpass never touch? */
import { html } from 'ghtml';
import { z } from 'zod';
import { counted, time } from '../../../../shared/page/parts.ts';
import { endExemption, makeExempt } from '../../../app/commands/exempt.ts';
import { ask } from '../../../app/perform.ts';
import { exemptNow } from '../../../app/queries/exempt.ts';
import { emptyPanel, tablePanel } from '../pieces/tables.ts';
import { consoleBase } from '../shell/document.ts';
import { form, formTo } from '../shell/form.ts';
import { type DistrictVisit, districtPage, type View } from '../shell/page.ts';

interface Answer {
  slug: string;
  accounts: Awaited<ReturnType<typeof exemptNow>>['accounts'];
}

export const exemptPage = districtPage({
  path: '/exempt',
  needs: 'exempt',
  nav: 'Exempt accounts',
  title: 'Exempt accounts',
  load: async ({ app, actor, tenant }): Promise<Answer> => ({
    slug: tenant.slug,
    ...(await ask(app, actor, { question: 'exempt', tenant }, exemptNow)),
  }),
  render: (answer, view) => html`<h1>${verdictOf(answer)}</h1>
!${answer.accounts.length === 0 ? nothingYet : accountTable(answer, view)}
!${view.may('exempt.add') ? addForm(answer, view) : ''}`,
  forms: [
    form({
      name: 'add',
      needs: 'exempt.add',
      fields: z.strictObject({ account: z.string(), reason: z.string() }),
      async perform({ app, actor, tenant }: DistrictVisit, given) {
        await makeExempt(app, actor, { tenant, ...given });
        return { goTo: pathOf(tenant.slug) };
      },
    }),
    form({
      name: 'remove',
      needs: 'exempt.remove',
      fields: z.strictObject({ account: z.string() }),
      async perform({ app, actor, tenant }: DistrictVisit, { account }) {
        await endExemption(app, actor, { tenant, account });
        return { goTo: pathOf(tenant.slug) };
      },
    }),
  ],
});

function pathOf(slug: string): string {
  return `${consoleBase}/districts/${slug}/exempt`;
}

function verdictOf({ accounts }: Answer): string {
  if (accounts.length === 0) return 'No account is exempt.';
  return `Hallpass leaves alone what ${counted(accounts.length, 'entry', 'entries')} ${accounts.length === 1 ? 'names' : 'name'}.`;
}

const nothingYet = emptyPanel(
  html`Put accounts here that Hallpass must never write to: a superintendent's, those of services, of a student in protection. Nothing about them changes then, whatever changes in PowerSchool.`,
);

function accountTable({ slug, accounts }: Answer, view: View): string {
  const mayRemove = view.may('exempt.remove');
  const button = (account: string) =>
    formTo(
      `${pathOf(slug)}/remove`,
      view,
      html`<input type="hidden" name="account" value="${account}"><button aria-label="Remove ${account}">Remove</button>`,
    );
  return tablePanel({
    label: 'Table of exempt accounts',
    columns: [
      ...['Account', 'Why', 'Since', 'By'].map((heading) => ({ heading })),
      ...(mayRemove ? [{ heading: 'Remove', as: 'buttons' as const }] : []),
    ],
    rows: accounts.map(({ account, reason, addedAt, addedBy }) => [
      html`<code>${account}</code>`,
      html`${reason}`,
      time(Date.parse(addedAt)),
      html`${addedBy}`,
      ...(mayRemove ? [button(account)] : []),
    ]),
  });
}

function addForm({ slug }: Answer, view: View): string {
  return html`<section class="panel narrow">!${formTo(
    `${pathOf(slug)}/add`,
    view,
    html`<div class="stack"><h2>Leave another account alone</h2>
<label>User name or object id, with * for any characters<input type="text" name="account" required minlength="3" maxlength="200" autocomplete="off" spellcheck="false"></label>
<label>Why<input type="text" name="reason" required maxlength="200" autocomplete="off"></label>
<p class="note">A run that is under way ends between two batches. The account keeps what it has, and its classes.</p>
<button class="primary">Exempt it</button></div>`,
  )}</section>`;
}
