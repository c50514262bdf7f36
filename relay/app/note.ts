/** What somebody wants the audit log to say of a change besides, such as a ticket number. */

export const longestNote = 500;

/** @returns it without blanks around it; undefined for what is no note: empty, too long, or more than one line */
export function readNote(text: string): string | undefined {
  const note = text.trim();
  return note !== '' && note.length <= longestNote && !/\p{Cc}/u.test(note) ? note : undefined;
}
