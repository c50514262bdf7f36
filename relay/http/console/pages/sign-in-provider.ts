/** By which provider do people sign in? */
import { html } from 'ghtml';
import { z } from 'zod';
import { time } from '../../../../shared/page/parts.ts';
import { setSignInProvider } from '../../../app/commands/sign-in-provider.ts';
import { type ShownProvider, signInProviderNow } from '../../../app/queries/sign-in-provider.ts';
import { consoleBase } from '../shell/document.ts';
import { form, formTo } from '../shell/form.ts';
import { page, type View } from '../shell/page.ts';

const path = '/sign-in-provider';
/** Any work or school account; who gets in is decided by invitations. */
const entra = 'https://login.microsoftonline.com/organizations/v2.0';

export const signInProviderPage = page({
  path,
  needs: 'signIn',
  nav: 'Sign-in',
  title: 'Sign-in',
  load: async ({ app, actor, url }) => ({
    provider: await signInProviderNow(app, actor),
    callback: `${url}${consoleBase}/sign-in/callback`,
  }),
  render: ({ provider, callback }, view) => html`<h1>${verdictOf(provider)}</h1>
!${provider === null ? '' : factsOf(provider)}
!${view.may('signIn.provider') ? changeForm(provider, callback, view) : ''}`,
  forms: [
    form({
      name: 'set',
      needs: 'signIn.provider',
      fields: z.strictObject({
        issuer: z.string(),
        clientId: z.string(),
        secret: z.string(),
        authorities: z.string().default(''),
      }),
      async perform({ app, actor, proxies }, { authorities, ...given }) {
        const pem = authorities.trim();
        await setSignInProvider({ ...app, proxies }, actor, { ...given, authorities: pem === '' ? null : pem });
        return { goTo: `${consoleBase}${path}` };
      },
    }),
  ],
});

function verdictOf(provider: ShownProvider | null): string {
  return provider === null ? 'Nobody can sign in yet.' : `People sign in by ${new URL(provider.issuer).host}.`;
}

function factsOf({ issuer, clientId, changedAt }: ShownProvider): string {
  return html`<section class="panel narrow"><dl class="facts">
<dt>Issuer</dt><dd><code>${issuer}</code></dd>
<dt>Client id</dt><dd><code>${clientId}</code></dd>
<dt>Changed</dt><dd>!${time(Date.parse(changedAt))}</dd>
</dl></section>`;
}

function changeForm(provider: ShownProvider | null, callback: string, view: View): string {
  const { issuer = entra, clientId = '' } = provider ?? {};
  return html`<section class="panel narrow">!${formTo(
    `${consoleBase}${path}/set`,
    view,
    html`<div class="stack">
<h2>${provider === null ? 'Set it up' : 'Change it'}</h2>
<p>Register an application at the provider with the redirect URI <code>${callback}</code>, and give it a client secret. The relay asks the provider for its description before it keeps anything.</p>
<label>Issuer<input type="text" name="issuer" required value="${issuer}"></label>
<label>Client id<input type="text" name="clientId" required autocomplete="off" value="${clientId}"></label>
<label>Client secret<input type="password" name="secret" required autocomplete="off"></label>
<label>Private authorities of its certificate (PEM), if there are any<textarea name="authorities" rows="2"></textarea></label>
<button class="primary">Save</button>
</div>`,
  )}</section>`;
}
