/** Links of a first match are a hundred thousand: they are stored before the run begins, in parts. */
import { timestamp } from '../../shared/clock.ts';
import type { Link } from '../model/account-link.ts';
import { addLinks } from '../store/accounts/links.ts';
import { slices } from '../store/engine/slices.ts';
import type { Decided } from './decide.ts';
import type { RunContext } from './run.ts';

/** In a transaction, for whose few milliseconds other districts wait. */
const linksAtOnce = 500;

/**
 * A link holds whatever becomes of the run. Where somebody hands an account over, all of them come with that.
 *
 * @returns the rest, which come with the run
 * @throws the signal's reason
 */
export async function addMostLinks(
  { store, tenantId, clock, signal }: Pick<RunContext, 'store' | 'tenantId' | 'clock' | 'signal'>,
  { newLinks, handovers }: Pick<Decided, 'newLinks' | 'handovers'>,
): Promise<readonly Link[]> {
  if (handovers.length > 0) return newLinks;
  const most = newLinks.length - (newLinks.length % linksAtOnce);
  for (const some of slices(newLinks.slice(0, most), linksAtOnce)) {
    signal.throwIfAborted();
    await store.withTenant(tenantId, (scope) => addLinks(scope, some, timestamp(clock)));
  }
  return newLinks.slice(most);
}
