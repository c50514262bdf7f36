/** Who may use the console? For every district, and for one. */
import { html } from 'ghtml';
import { z } from 'zod';
import { copyable, time } from '../../../../shared/page/parts.ts';
import { invite, removeUser, withdraw } from '../../../app/commands/users.ts';
import { type ListedUsers, usersNow } from '../../../app/queries/users.ts';
import { isRelayRole, roleNames, type UserRole, userRoles } from '../../../model/user-role.ts';
import { consoleBase } from '../shell/document.ts';
import { form, formTo } from '../shell/form.ts';
import { districtPage, type Outcome, page, type View, type Visit } from '../shell/page.ts';

const label = z
  .string()
  .trim()
  .min(1, 'say whom it is for')
  .max(100)
  .regex(/^\P{Cc}*$/u, 'it must be one line');
const own = userRoles.filter((role) => !isRelayRole(role));
const wide = userRoles.filter(isRelayRole);

export const usersPage = page({
  path: '/users',
  needs: 'users',
  nav: 'Users',
  title: 'Users',
  load: ({ app, actor }) => usersNow(app, actor),
  render: (listed, view) => content(listed, { view, path: '/users', roles: wide }),
  forms: [
    form({
      name: 'invite',
      needs: 'user.invite',
      fields: z.strictObject({ role: z.enum(wide), label }),
      perform: async (visit, asked) => invited(visit, await invite(visit.app, visit.actor, asked)),
    }),
    form({
      name: 'withdraw',
      needs: 'user.uninvite',
      fields: z.strictObject({ invitation: z.string() }),
      async perform({ app, actor }, asked) {
        await withdraw(app, actor, asked);
        return { goTo: `${consoleBase}/users` };
      },
    }),
    form({
      name: 'remove',
      needs: 'user.remove',
      fields: z.strictObject({ user: z.string() }),
      async perform({ app, actor }, asked) {
        await removeUser(app, actor, asked);
        return { goTo: `${consoleBase}/users` };
      },
    }),
  ],
});

export const districtUsersPage = districtPage({
  path: '/users',
  needs: 'users',
  nav: 'Users',
  title: 'Users',
  load: async ({ app, actor, tenant }) => ({ listed: await usersNow(app, actor, tenant), slug: tenant.slug }),
  render: ({ listed, slug }, view) => content(listed, { view, path: `/districts/${slug}/users`, roles: own }),
  forms: [
    form({
      name: 'invite',
      needs: 'user.invite',
      fields: z.strictObject({ role: z.enum(own), label, schools: z.string().default('') }),
      async perform(visit, { schools, ...asked }) {
        const ids = schools.split(/[\s,;]+/).filter((id) => id !== '');
        return invited(visit, await invite(visit.app, visit.actor, { ...asked, tenant: visit.tenant, schools: ids }));
      },
    }),
    form({
      name: 'withdraw',
      needs: 'user.uninvite',
      fields: z.strictObject({ invitation: z.string() }),
      async perform({ app, actor, tenant }, asked) {
        await withdraw(app, actor, { ...asked, tenant });
        return { goTo: `${consoleBase}/districts/${tenant.slug}/users` };
      },
    }),
    form({
      name: 'remove',
      needs: 'user.remove',
      fields: z.strictObject({ user: z.string() }),
      async perform({ app, actor, tenant }, asked) {
        await removeUser(app, actor, { ...asked, tenant });
        return { goTo: `${consoleBase}/districts/${tenant.slug}/users` };
      },
    }),
  ],
});

interface Where {
  view: View;
  path: string;
  roles: readonly UserRole[];
}

function content(listed: ListedUsers, where: Where): string {
  const { users, invitations } = listed;
  const isDistrict = where.roles === own;
  const scope = isDistrict ? 'with a role in this district' : 'with a role in every district';
  return html`<h1>${users.length === 0 ? `There is nobody ${scope} yet.` : `${users.length} ${users.length === 1 ? 'person' : 'people'} ${scope}.`}</h1>
!${users.length === 0 ? '' : usersTable(listed, where)}
!${invitations.length === 0 ? '' : invitationsTable(listed, where)}
!${where.view.may('user.invite') ? inviteForm(where, isDistrict) : ''}`;
}

function usersTable({ users }: ListedUsers, { view, path }: Where): string {
  const button = (id: string, name: string) =>
    formTo(
      `${consoleBase}${path}/remove`,
      view,
      html`<input type="hidden" name="user" value="${id}"><button aria-label="Remove ${name}">Remove</button>`,
    );
  const rows = users.map(
    ({ id, name, email, grant, lastSignInAt }) =>
      html`<tr><th scope="row">${name}</th><td>${email ?? ''}</td><td>${roleNames[grant.role]}${grant.schools === null ? '' : `: ${grant.schools.join(', ')}`}</td><td>!${lastSignInAt === null ? 'never' : time(Date.parse(lastSignInAt))}</td><td>!${view.may('user.remove') ? button(id, name) : ''}</td></tr>`,
  );
  return html`<section class="panel"><div class="scroller" tabindex="0" role="region" aria-label="Table of users"><table>
<thead><tr><th scope="col">Name</th><th scope="col">Address</th><th scope="col">Role</th><th scope="col">Last sign-in</th><th scope="col"><span class="hint">Remove</span></th></tr></thead>
<tbody>!${rows}</tbody></table></div></section>`;
}

function invitationsTable({ invitations }: ListedUsers, { view, path }: Where): string {
  const button = (id: string, name: string) =>
    formTo(
      `${consoleBase}${path}/withdraw`,
      view,
      html`<input type="hidden" name="invitation" value="${id}"><button aria-label="Withdraw the invitation for ${name}">Withdraw</button>`,
    );
  const rows = invitations.map(
    ({ id, label: name, grant, createdBy, expiresAt }) =>
      html`<tr><th scope="row">${name}</th><td>${roleNames[grant.role]}</td><td>${createdBy}</td><td>!${time(Date.parse(expiresAt), 'due')}</td><td>!${view.may('user.uninvite') ? button(id, name) : ''}</td></tr>`,
  );
  return html`<section class="panel"><div class="panel-head"><h2>Open invitations</h2></div><div class="scroller" tabindex="0" role="region" aria-label="Table of invitations"><table>
<thead><tr><th scope="col">For</th><th scope="col">Role</th><th scope="col">By</th><th scope="col">Ends</th><th scope="col"><span class="hint">Withdraw</span></th></tr></thead>
<tbody>!${rows}</tbody></table></div></section>`;
}

function inviteForm({ view, path, roles }: Where, isDistrict: boolean): string {
  const choices = roles.map(
    (role, at) =>
      html`<label><input type="radio" name="role" value="${role}" required !${at === roles.length - 1 ? 'checked' : ''}>${roleNames[role]}</label>`,
  );
  const schools = html`<label>Ids of schools, for a school viewer<input type="text" name="schools" autocomplete="off"></label>`;
  return html`<section class="panel narrow">!${formTo(
    `${consoleBase}${path}/invite`,
    view,
    html`<div class="stack">
<h2>Invite somebody</h2>
<label>For<input type="text" name="label" required maxlength="100" autocomplete="off"></label>
<fieldset class="choices"><legend class="hint">Role</legend>!${choices}</fieldset>
!${isDistrict ? schools : ''}
<button class="primary">Make a link</button>
</div>`,
  )}</section>`;
}

function invited({ url }: Visit, { secret, expiresAt }: { secret: string; expiresAt: string }): Outcome {
  const link = `${url}${consoleBase}/link#${secret}`;
  return {
    title: 'Invitation',
    main: html`<h1>Send this link to the person whom you invite.</h1>
<section class="panel narrow stack">
<p>!${copyable(link, 'the link')}</p>
<p class="note">It is not shown again. It works once, and ends !${time(Date.parse(expiresAt), 'due')}. Whoever opens it and signs in gets the role.</p>
<p><a href="${link}">I invited myself</a></p>
</section>`,
  };
}
