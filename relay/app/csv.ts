/** Tables for spreadsheets: CSV as in RFC 4180, every cell quoted. */
import { printable } from '../../shared/printable.ts';

/**
 * A cell that begins like a formula is run as one by spreadsheets, and rosters hold what students typed somewhere. An
 * apostrophe before it makes it text (https://owasp.org/www-community/attacks/CSV_Injection). Full-width signs count, too, and
 * so do signs behind what is not seen, which some programs leave out.
 */
const formula = /^[\s\p{Cf}]*[=+\-@＝＋－＠]|^[\t\r\n]/u;

/** One line with its line end; the columns are the caller's. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** Spreadsheets take a file for UTF-8 when it begins so. */
export const csvStart = '\uFEFF';

function csvCell(value: string): string {
  const safe = formula.test(value) ? `'${value}` : value;
  // What acts on a terminal also turns the text of a cell around, or ends it.
  return `"${printable(safe).replaceAll('"', '""')}"`;
}
