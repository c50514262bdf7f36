/** The header Hallpass-Note: what the audit log is to say of a change besides. */
import { fail } from '../../../shared/errors.ts';
import { longestNote, readNote } from '../../app/note.ts';

/** @param header in ASCII; whatever is not is percent-encoded UTF-8 (RFC 3986, 2.1) @throws HallpassError API_HEADER_INVALID */
export function noteIn(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const note = readNote(decoded(header));
  if (note !== undefined) return note;
  throw fail('API_HEADER_INVALID', {
    header: 'Hallpass-Note',
    reason: `it must be 1 to ${longestNote} characters in one line, percent-encoded where they are not ASCII or are a percent sign`,
  });
}

/** Empty for what is not encoded as it should be. */
function decoded(header: string): string {
  if (!/^[\x20-\x7e]*$/.test(header)) return '';
  try {
    return decodeURIComponent(header);
  } catch {
    return '';
  }
}
