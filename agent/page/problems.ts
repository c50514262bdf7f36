/** What a code of the catalog means for those who look at the page. */
import { catalog, isErrorCode } from '../../shared/errors.ts';

/** True for errors of which nobody needs to do anything, as long as they do not last. */
export function passesByItself(code: string): boolean {
  if (!isErrorCode(code)) return false;
  const { retry } = catalog[code];
  return retry === 'retry' || retry === 'retry-after';
}

/** Missing settings are no failure of anything. */
export function isSetUpLater(code: string): boolean {
  return code === 'NOT_CONFIGURED' || code === 'NOT_ENROLLED';
}
