/** A relay with its console, and people who are signed in there. */
import type { Test } from 'tap';
import { longestMs } from '../app/commands/sessions.ts';
import { makeSignInLink } from '../app/commands/sign-in-links.ts';
import { isRelayRole, type UserRole } from '../model/user-role.ts';
import { beginSession } from '../store/users/sessions.ts';
import { giveGrant, noteSignIn } from '../store/users/users.ts';
import { TestBrowser } from './browser.ts';
import { startTestRelay, type TestRelay } from './relay-double.ts';
import { StoppedClock } from './stopped-clock.ts';

export interface ConsoleSetting {
  relay: TestRelay;
  clock: StoppedClock;
  /** Somebody whom a link from the terminal has let in. */
  enter(): Promise<TestBrowser>;
  /**
   * A user who has signed in just now. @param where the district, and schools of a school viewer; operators need none. `directory`: the
   * Microsoft tenant of their account
   */
  as(
    role: UserRole,
    where?: { tenantId: string; schools?: readonly string[]; directory?: string },
  ): Promise<TestBrowser>;
  /** The code of a link from the terminal. */
  code(): Promise<string>;
}

/**
 * @param how `home`: the state folder, which may have districts already; `now`: milliseconds since the epoch; `frameAfterMs`: how long
 *   a page is waited for, by default until it is there
 */
export async function consoleSetting(
  t: Test,
  { home = t.testdir(), now = Date.now(), ...how }: { home?: string; now?: number; frameAfterMs?: number } = {},
): Promise<ConsoleSetting> {
  const clock = new StoppedClock(now);
  const relay = await startTestRelay(home, { clock, ...how });
  t.teardown(() => relay.close());
  const context = { store: relay.store, clock };
  const code = async () => (await makeSignInLink(context, { kind: 'terminal', user: 'kim' })).secret;
  return {
    ...{ relay, clock, code },
    async enter() {
      const browser = new TestBrowser(relay.url);
      await browser.submit(await browser.get('/console/link'), '/link', { code: await code() });
      return browser;
    },
    as: (role, where) => signedIn(relay, new Date(clock.now()), role, where),
  };
}

/** A user of this relay who has signed in just now. @param where see {@link ConsoleSetting.as} */
export async function signedIn(
  relay: Pick<TestRelay, 'url' | 'store'>,
  now: Date,
  role: UserRole,
  where?: { tenantId: string; schools?: readonly string[]; directory?: string },
): Promise<TestBrowser> {
  const browser = new TestBrowser(relay.url);
  const grant = {
    role,
    tenantId: isRelayRole(role) ? 'all' : (where?.tenantId ?? ''),
    schools: where?.schools ?? null,
  };
  const secret = await relay.store.system(async (scope) => {
    const authority = where?.directory ?? 'https://login.example.org';
    const identity = { authority, subject: `${role} ${grant.tenantId}` };
    const { id } = await noteSignIn(scope, { ...identity, name: `Sam the ${role}`, email: null }, now);
    await giveGrant(scope, id, grant, { by: 'kim', now });
    return await beginSession(scope, { userId: id, name: `Sam the ${role}`, lastsMs: longestMs }, now);
  });
  browser.cookies.set('hallpass', secret);
  return browser;
}
