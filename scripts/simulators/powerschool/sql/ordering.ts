/**
 * Where NULL sorts: last in Oracle, first in SQLite, unless the query says otherwise; the other way around with DESC.
 */
import { before, isComma, isWord, type Node, phrase, skipSpace, split, textOf } from './tokens.ts';

const ends = ['OFFSET', 'FETCH', 'LIMIT', 'ROWS', 'RANGE', 'FOR'];

/** One level of the tree: that of a query, and that of a window or an aggregate with its own order. */
export function placeNulls(nodes: Node[]): Node[] {
  const order = nodes.findIndex((node, at) => isWord(node, 'ORDER') && isWord(nodes[skipSpace(nodes, at + 1)], 'BY'));
  if (order < 0) return nodes;
  const from = skipSpace(nodes, order + 1) + 1;
  const ended = nodes.findIndex((node, at) => at >= from && isWord(node, ...ends));
  const end = ended < 0 ? nodes.length : ended;
  const optional = optionalTables(nodes.slice(0, order));
  const items = split(nodes.slice(from, end), isComma).map((item) => withNulls(item, optional));
  const listed = items.flatMap((item, at): Node[] => (at === 0 ? item : [{ type: 'symbol', text: ',' }, ...item]));
  return [...nodes.slice(0, from), ...listed, ...nodes.slice(end)];
}

function withNulls(item: readonly Node[], optional: ReadonlySet<string>): Node[] {
  if (item.some((node) => isWord(node, 'NULLS')) || isKey(item, optional)) return [...item];
  return [...item, ...phrase(item.some((node) => isWord(node, 'DESC')) ? 'NULLS FIRST' : 'NULLS LAST')];
}

/** Keys are never NULL, and an index sorts by them; but an outer-joined table has NULL keys, too. */
function isKey(item: readonly Node[], optional: ReadonlySet<string>): boolean {
  const parts = item.filter((node) => node.type !== 'space' && !isWord(node, 'ASC', 'DESC'));
  const column = parts.at(-1);
  if (!isWord(column, 'ID', 'DCID')) return false;
  if (parts.length === 1) return optional.size === 0;
  return parts.length === 3 && textOf(parts[1]) === '.' && !optional.has((textOf(parts[0]) ?? '').toUpperCase());
}

/** What is between an outer JOIN and its ON: a table and its alias. */
function optionalTables(nodes: readonly Node[]): Set<string> {
  const found = new Set<string>();
  for (const [index, node] of nodes.entries()) {
    if (!isWord(node, 'JOIN') || !isWord(nodes[before(nodes, index)], 'LEFT', 'OUTER', 'FULL', 'RIGHT')) continue;
    for (const inner of nodes.slice(index + 1)) {
      if (isWord(inner, 'ON', 'USING')) break;
      if (inner.type === 'word') found.add(inner.text.toUpperCase());
    }
  }
  return found;
}
