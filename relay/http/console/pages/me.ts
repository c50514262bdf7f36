/** Who am I here, and what may I do? */
import { html } from 'ghtml';
import { time } from '../../../../shared/page/parts.ts';
import { type Self, whoAmI } from '../../../app/queries/self.ts';
import { roleNames } from '../../../model/user-role.ts';
import { districtPath, firstPageOf } from '../shell/addresses.ts';
import { page } from '../shell/page.ts';

export const mePage = page({
  path: '/me',
  needs: 'self',
  title: 'Who am I',
  load: async ({ app, actor, visitor }) => ({ self: await whoAmI(app, actor), visitor }),
  render: ({ self, visitor }) => html`<h1>You are ${self.name}.</h1>
<section class="panel narrow stack">
<dl class="facts">
!${self.email === null ? '' : html`<dt>Address</dt><dd>${self.email}</dd>`}
<dt>Signed in</dt><dd>${visitor.isFromTerminal ? 'with a link from the terminal' : 'by the sign-in provider'}</dd>
<dt>Session ends</dt><dd>!${time(visitor.endsAt, 'due')}, or after an hour without a click</dd>
</dl>
<h2>What you may do</h2>
<ul>!${self.roles.map(roleLine)}</ul>
</section>`,
});

function roleLine({ role, district, schools }: Self['roles'][number]): string {
  const where =
    district === null
      ? 'in every district'
      : html`in <a href="${districtPath(district, firstPageOf(role))}">${district.name}</a>`;
  return html`<li><strong>${roleNames[role]}</strong> !${where}${schools === null ? '' : `, schools ${schools.join(', ')}`}</li>`;
}
