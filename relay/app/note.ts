/** A person's remark for the audit log about a change, such as a ticket number. */

export const longestNote = 500;

/**
 * @returns the text without surrounding blanks; undefined for an invalid note: empty, too long, or more than one line
 */
export function readNote(text: string): string | undefined {
  const note = text.trim();
  return note !== '' && note.length <= longestNote && !/\p{Cc}/u.test(note) ? note : undefined;
}
