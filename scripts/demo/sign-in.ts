/** The demo's sign-in: a local OpenID provider, and the people who have accepted an invitation to the console. */
import { randomBytes } from 'node:crypto';
import { linkIn, TestBrowser } from '../../relay/testing/browser.ts';
import { DemoError } from './demo-error.ts';
import { accountsOf, type DemoUser } from './people.ts';
import { hallpassRelay } from './relay.ts';
import type { Testbed } from './testbed.ts';

export interface SignIn {
  issuer: string;
  secretFile: string;
}

const clientId = 'hallpass';

/** @param relayUrl address of the relay, which need not run yet */
export async function startSignIn(testbed: Testbed, relayUrl: string, users: readonly DemoUser[]): Promise<SignIn> {
  const secretFile = await testbed.write('sign-in-secret', randomBytes(24).toString('base64url'));
  const accounts = await testbed.write('sign-in-accounts.json', JSON.stringify(accountsOf(users), null, 2));
  const args = ['scripts/simulators/sign-in/main.ts', '--client-id', clientId, '--client-secret-file', secretFile];
  args.push('--accounts', accounts, '--redirect-uri', `${relayUrl}/console/sign-in/callback`);
  const { ready } = await testbed.programs.start('sign-in provider', args, { ready: (line) => line.ready === true });
  return { issuer: String(ready.issuer), secretFile };
}

export async function useProvider(testbed: Testbed, { issuer, secretFile }: SignIn): Promise<void> {
  const options = ['--issuer', issuer, '--client-id', clientId, '--client-secret-file', secretFile];
  await hallpassRelay(testbed, 'sign-in provider', 'sign-in', 'provider', ...options);
}

/** @param schools of a school viewer @returns the link, which works once */
export async function invitationFor(
  testbed: Testbed,
  user: DemoUser,
  schools: readonly string[] = [],
): Promise<string> {
  const { role, name, site } = user;
  const args = ['user', 'invite', ...(site === undefined ? [] : [site.slug]), '--role', role, '--for', name, '--json'];
  if (schools.length > 0) args.push('--school', ...schools);
  const lines = await hallpassRelay(testbed, `user invite ${user.id}`, ...args);
  return (JSON.parse(lines.join('\n')) as { link: string }).link;
}

/** Does what a person does with the link: opens it, signs in, and signs out again. */
export async function accept(link: string, { issuer }: SignIn, { id, name }: DemoUser): Promise<void> {
  const browser = new TestBrowser(new URL(link).origin);
  const code = new URL(link).hash.slice(1);
  const leading = await browser.submit(await browser.get('/console/link'), '/link', { code });
  const choice = await browser.follow(await browser.get(linkIn(leading, issuer)));
  const landed = await browser.follow(await browser.submit(choice, '/interaction/', { account: id }));
  // Roles land on different pages.
  const me = await browser.get('/console/me');
  if (landed.status !== 200 || me.status !== 200 || !me.body.includes(`You are ${name}`)) {
    throw new DemoError(`${name} could not sign in: ${landed.status} at ${landed.url}`, 'Please report this bug.', [
      me.body,
    ]);
  }
  await browser.submit(me, '/sign-out');
}
