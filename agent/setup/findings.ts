/** The checks as setup reads them. */
import { fail, type HallpassError } from '../../shared/errors.ts';
import type { Check } from '../check/finding.ts';

/**
 * The first failed check whose name begins with this prefix; does not wait for later ones.
 *
 * @param last name of the last check that counts; all of them when absent
 */
export async function firstFailure(
  checks: AsyncIterable<Check>,
  prefix: string,
  last?: string,
): Promise<Check | undefined> {
  for await (const check of checks) {
    if (!check.name.startsWith(prefix)) continue;
    if (check.status === 'fail') return check;
    if (check.name === last) return undefined;
  }
  return undefined;
}

export function failureOf({ name, fact, action }: Check): HallpassError {
  return fail('SETUP_CHECK_FAILED', { name, fact, action });
}
