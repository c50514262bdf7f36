/** Versions in headers (RFC 9110, 8.8.3 and 13.1). */
import { fail } from '../../../shared/errors.ts';
import type { Precondition } from '../../app/commands/precondition.ts';

export function etagOf(version: string): string {
  return `"${version}"`;
}

/** @throws HallpassError API_HEADER_INVALID unless it is a list of entity tags */
export function readTags(name: string, header: string | undefined): Precondition['match'] {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return '*';
  const tags = header.split(',').map((tag) => tag.trim());
  // A proxy that compresses an answer may make the tag weak; it still names the same version.
  const versions = tags.flatMap((tag) => /^(?:W\/)?"([\x21\x23-\x7e]*)"$/.exec(tag)?.[1] ?? []);
  if (versions.length === tags.length) return versions;
  throw fail('API_HEADER_INVALID', {
    header: name,
    reason: 'it must be an ETag in double quotes, several with commas, or *',
  });
}
