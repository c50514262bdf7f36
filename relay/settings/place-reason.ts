/** Why a folder of state cannot be used, in words. */
import { isSystemError } from '../../shared/errors.ts';
import { fileReason } from '../../shared/file-reason.ts';

/** Why nothing can be stored in a place. */
export function placeReason(error: unknown): string {
  if (isSystemError(error, 'ENOENT')) return 'no folder can be created there';
  return isSystemError(error, 'EEXIST') ? 'it is a file and not a folder' : fileReason(error);
}
