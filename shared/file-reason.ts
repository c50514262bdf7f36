/** Why a file cannot be used, in words instead of system error codes. */
import { reasonOf } from './errors.ts';

const words: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder and not a file',
  ENOTDIR: 'a part of the path is a file and not a folder',
  EACCES: 'this account may not open it',
  EPERM: 'the system does not allow it',
  EEXIST: 'it already exists',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'it is on a read-only file system',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'it is a link that points back to itself',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EBUSY: 'another program has it open',
  ETXTBSY: 'another program has it open',
  EIO: 'the disk reports an error',
  ESTALE: 'the network drive it is on has lost it',
  ETIMEDOUT: 'the network drive it is on does not answer',
  EINVAL: 'the path is not valid',
  ERR_INVALID_ARG_VALUE: 'the path is not valid',
};

/** @param error thrown by opening, reading or writing */
export function fileReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return (typeof code === 'string' ? words[code] : undefined) ?? reasonOf(error);
}
