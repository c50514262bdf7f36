/** Which sign-in provider the console has. */
import { readProvider } from '../../store/users/provider.ts';
import { allow } from '../access.ts';
import type { Actor } from '../actor.ts';
import type { AppContext } from '../perform.ts';

/** Without its secret. */
export interface ShownProvider {
  issuer: string;
  clientId: string;
  changedAt: string;
}

/** Null before one is set. @throws HallpassError ROLE_INSUFFICIENT, SCOPE_MISSING */
export async function signInProviderNow(
  { store }: Pick<AppContext, 'store'>,
  actor: Actor,
): Promise<ShownProvider | null> {
  allow(actor, 'signIn');
  const known = await store.readSystem(readProvider);
  if (known === undefined) return null;
  const { issuer, clientId, changedAt } = known;
  return { issuer, clientId, changedAt };
}
