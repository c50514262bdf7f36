/** Whom else is this relay to serve? */
import { html } from 'ghtml';
import { z } from 'zod';
import { addTenant } from '../../../app/commands/tenants.ts';
import { settingsNow } from '../../../app/queries/settings.ts';
import { consoleBase } from '../shell/document.ts';
import { form, formTo } from '../shell/form.ts';
import { page } from '../shell/page.ts';

export const addDistrictPath = `${consoleBase}/add-district`;

export const addDistrictPage = page({
  path: '/add-district',
  needs: 'settings',
  title: 'Add a district',
  load: async ({ app, actor }) => (await settingsNow(app, actor)).graph.clientId !== undefined,
  render: (isRegistered, view) => html`<h1>Add a district.</h1>
!${isRegistered ? '' : unregistered}
!${view.may('tenant.add') ? addForm(view) : html`<section class="panel narrow"><p>Operators add districts.</p></section>`}`,
  forms: [
    form({
      name: 'add',
      needs: 'tenant.add',
      fields: z.strictObject({ name: z.string(), slug: z.string(), graphTenant: z.string() }),
      async perform({ app, actor }, given) {
        const { tenant } = await addTenant(app, actor, given);
        return { goTo: `${consoleBase}/districts/${tenant.slug}/agents` };
      },
    }),
  ],
});

const unregistered = html`<section class="panel narrow"><p class="note">The relay has no application in Microsoft Entra yet, so it cannot try the tenant's id: <span class="option">hallpass-relay configure --client-id</span> gives it one.</p></section>`;

function addForm(view: Parameters<typeof formTo>[1]): string {
  return html`<section class="panel narrow">!${formTo(
    `${addDistrictPath}/add`,
    view,
    html`<div class="stack">
<label>Name<input type="text" name="name" required maxlength="200" autocomplete="off"></label>
<label>Short name, for addresses and commands<input type="text" name="slug" required maxlength="63" autocomplete="off" spellcheck="false" aria-describedby="about-slug"></label>
<p class="note" id="about-slug">Lower-case letters, digits and dashes, such as contoso.</p>
<label>Id of its Microsoft 365 tenant<input type="text" name="graphTenant" required maxlength="80" autocomplete="off" spellcheck="false" aria-describedby="about-tenant"></label>
<p class="note" id="about-tenant">The tenant id on the first page of the district's own Entra admin center. The relay tries it before it keeps anything; nothing is written there.</p>
<button class="primary">Add the district</button>
</div>`,
  )}</section>`;
}
