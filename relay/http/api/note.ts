/** The header Hallpass-Note: a note on a change for the audit log. */
import { fail } from '../../../shared/errors.ts';
import { longestNote, readNote } from '../../app/note.ts';

/**
 * @param header ASCII; other characters are percent-encoded UTF-8 (RFC 3986, 2.1) @throws HallpassError
 *   API_HEADER_INVALID
 */
export function noteIn(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const note = readNote(decoded(header));
  if (note !== undefined) return note;
  throw fail('API_HEADER_INVALID', {
    header: 'Hallpass-Note',
    reason: `it must be 1 to ${longestNote} characters in one line, percent-encoded where they are not ASCII or are a percent sign`,
  });
}

/** Empty if the encoding is invalid. */
function decoded(header: string): string {
  if (!/^[\x20-\x7e]*$/.test(header)) return '';
  try {
    return decodeURIComponent(header);
  } catch {
    return '';
  }
}
