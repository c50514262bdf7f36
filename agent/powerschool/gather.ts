/** The rows of a page as records, one per key, and the rows that cannot become records. Pure. */
import { canonicalJson } from '../../shared/digest.ts';
import type { RosterRecord } from '../../shared/roster.ts';
import type { PageContent } from '../model/source.ts';
import type { Row } from './client.ts';
import { differingRows, type Normalized } from './normalize.ts';

/**
 * Rows with one key are one record. If they differ, their order may vary, so the one with the smaller text counts and
 * the other is left out.
 */
export function gather(rows: readonly Row[], normalize: (row: Row) => Normalized): PageContent {
  const records = new Map<string, RosterRecord>();
  const leftOut: PageContent['leftOut'] = [];
  for (const row of rows) {
    const result = normalize(row);
    if ('finding' in result) {
      leftOut.push(result.finding);
      continue;
    }
    if ('unwanted' in result) continue;
    const { record } = result;
    const other = records.get(record.id);
    if (other === undefined) records.set(record.id, record);
    else {
      const [text, otherText] = [canonicalJson(record), canonicalJson(other)];
      if (text !== otherText) leftOut.push(differingRows(record, other));
      if (text < otherText) records.set(record.id, record);
    }
  }
  return { records: [...records.values()], leftOut };
}
