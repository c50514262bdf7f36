/** SQLite takes up to 32,766 parameters in a statement; the widest row has seventeen. */
const rowsAtOnce = 1000;

/** The rows in parts that fit one statement. */
export function* slices<T>(rows: readonly T[]): Iterable<readonly T[]> {
  for (let at = 0; at < rows.length; at += rowsAtOnce) yield rows.slice(at, at + rowsAtOnce);
}
