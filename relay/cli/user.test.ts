/** Users and the ways in, from the terminal. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { startSignInSimulator } from '../../scripts/simulators/sign-in/provider.ts';
import { commandLine } from '../testing/command-line.ts';
import { addTenantTo } from '../testing/relay-double.ts';

t.test('invitations are made, listed, withdrawn, and audited where they count', async (t) => {
  const home = t.testdir();
  await addTenantTo(home, 'contoso');
  const cli = commandLine(home, 'kim');
  const made = JSON.parse(
    (await cli('user', 'invite', 'contoso', '--role', 'admin', '--for', 'Dana Cole', '--json')).out,
  );
  t.match(made.link, /^http:\/\/127\.0\.0\.1:8640\/console\/link#[\w-]{43}$/);
  const printed = await cli('user', 'invite', '--role', 'observer', '--for', 'Sam Reed');
  t.match(printed.out, /Send it to Sam Reed\. It works once/);
  t.match((await cli('user', 'list', 'contoso')).out, new RegExp(`${made.id} +Dana Cole +admin +invited until`));
  t.notMatch((await cli('user', 'list', 'contoso')).out, /Sam Reed/);
  t.match((await cli('user', 'list')).out, /Sam Reed +observer/);
  t.equal((await cli('user', 'withdraw', 'contoso', '--invitation', made.id, '--note', 'Ticket 1')).code, 0);
  t.match(await cli('user', 'withdraw', 'contoso', '--invitation', made.id), { code: 78, err: /INVITATION_UNKNOWN/ });
  t.match(await cli('user', 'remove', 'contoso', '--user', 'none'), { code: 78, err: /USER_UNKNOWN/ });
  const { entries } = JSON.parse((await cli('audit', 'contoso', '--json')).out) as {
    entries: Record<string, unknown>[];
  };
  t.match(entries, [
    { action: 'user.uninvite', note: 'Ticket 1', detail: { for: 'Dana Cole' } },
    { action: 'user.invite', who: 'kim', detail: { role: 'admin', for: 'Dana Cole' } },
  ]);
  t.notMatch(JSON.stringify(entries), made.link.split('#')[1]);
});

t.test('a role has its place, and a school viewer has schools', async (t) => {
  const home = t.testdir();
  await addTenantTo(home, 'contoso');
  const cli = commandLine(home, 'kim');
  const invite = (...args: string[]) => cli('user', 'invite', ...args, '--for', 'x');
  t.match(await invite('--role', 'admin'), { code: 64, err: /one district/ });
  t.match(await invite('contoso', '--role', 'operator'), { code: 64, err: /every district/ });
  t.match(await invite('contoso', '--role', 'schoolViewer'), { code: 78, err: /SCHOOLS_NOT_NAMED/ });
  t.match(await invite('contoso', '--role', 'viewer', '--school', '1'), { code: 78, err: /SCHOOLS_NOT_NAMED/ });
  t.match(await invite('fabrikam', '--role', 'viewer'), { code: 78, err: /TENANT_UNKNOWN/ });
  t.equal((await invite('contoso', '--role', 'schoolViewer', '--school', '1', '2')).code, 0);
  t.match((await cli('user', 'list', 'contoso')).out, /schoolViewer \(1 2\)/);
});

t.test('the provider is set once it has answered, and its secret is sealed', async (t) => {
  const home = t.testdir();
  await addTenantTo(home, 'contoso');
  const cli = commandLine(home, 'kim');
  const redirectUris = ['http://127.0.0.1:8640/console/sign-in/callback'];
  const options = { clientId: 'hallpass', clientSecret: 'kept-to-itself', redirectUris, accounts: [] };
  const simulator = await startSignInSimulator({ port: 0, ...options });
  t.teardown(() => simulator.close());
  const file = join(home, 'secret');
  await writeFile(file, 'kept-to-itself\n');
  const set = (issuer: string) =>
    cli('sign-in', 'provider', '--issuer', issuer, '--client-id', 'hallpass', '--client-secret-file', file);
  t.match((await cli('sign-in', 'show')).out, /Issuer +none yet/);
  t.match(await set('http://login.example.org'), { code: 78, err: /issuer.*https/ });
  t.match(await set(`${simulator.issuer}/none`), { code: 75, err: /SIGN_IN_PROVIDER_UNREACHABLE/ });
  t.match(await set(simulator.issuer), { code: 0, out: new RegExp(redirectUris[0] ?? '') });
  const shown = JSON.parse((await cli('sign-in', 'show', '--json')).out);
  t.match(shown, { provider: { issuer: simulator.issuer, clientId: 'hallpass' }, redirectUri: redirectUris[0] });
  t.match((await cli('audit')).out, /signIn\.provider/);
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(join(home, 'relay.db'));
  t.teardown(() => database.close());
  t.notMatch(JSON.stringify(database.prepare('select * from sign_in_provider').all()), /kept-to-itself/);
});
