/** SQLite takes up to 32,766 parameters in a statement; the widest row has seventeen. */
const rowsAtOnce = 1000;

/** The rows in parts that fit one statement. @param most so many in one, or fewer than fit */
export function* slices<T>(rows: readonly T[], most = rowsAtOnce): Iterable<readonly T[]> {
  for (let at = 0; at < rows.length; at += most) yield rows.slice(at, at + most);
}
