/** What an error code means to a reader of the page. */
import { catalog, isErrorCode } from '../../shared/errors.ts';

/** True for errors that need no action unless they last. */
export function passesByItself(code: string): boolean {
  if (!isErrorCode(code)) return false;
  const { retry } = catalog[code];
  return retry === 'retry' || retry === 'retry-after';
}

/** Missing settings are not a failure. */
export function isSetUpLater(code: string): boolean {
  return code === 'NOT_CONFIGURED' || code === 'NOT_ENROLLED';
}
