/**
 * Functions that both dialects have but that differ in their arguments or because empty text is NULL in Oracle; and
 * CAST.
 */
import { NotTranslated } from './refused.ts';
import { call, isComma, isParenthesis, isWord, type Node, raw, skipSpace, split, textOf } from './tokens.ts';

/** One level of the tree. @throws NotTranslated */
export function rewriteTextCalls(nodes: Node[]): Node[] {
  const result: Node[] = [];
  for (let index = 0; index < nodes.length; index += 1) {
    const node = nodes[index];
    if (node === undefined) break;
    const at = skipSpace(nodes, index + 1);
    const list = nodes[at];
    const made = node.type === 'word' && isParenthesis(list) ? callOf(node.text.toUpperCase(), list.nodes) : undefined;
    if (made === undefined) result.push(node);
    else {
      result.push(...made);
      index = at;
    }
  }
  return result;
}

function callOf(name: string, inner: readonly Node[]): Node[] | undefined {
  const args = split(inner, isComma);
  if (name === 'CAST') return castOf(inner);
  if (name === 'REPLACE') return call('REPLACE_TEXT', ...args);
  if (name === 'SUBSTR') {
    const [first, ...rest] = (args[1] ?? []).filter(({ type }) => type !== 'space');
    // A literal position means the same in both, unless it is 0.
    return rest.length === 0 && first?.type === 'number' && Number(textOf(first)) > 0
      ? orNull(call('SUBSTR', ...args))
      : call('PART_OF_TEXT', ...args);
  }
  if (name === 'TRIM') return orNull(trimOf(inner));
  return name === 'LTRIM' || name === 'RTRIM' ? orNull(call(name, ...args)) : undefined;
}

function orNull(nodes: Node[]): Node[] {
  return call('NULLIF', nodes, [raw("''")]);
}

/** `TRIM(LEADING '0' FROM x)` */
function trimOf(inner: readonly Node[]): Node[] {
  const [before = [], text] = split(inner, (node) => isWord(node, 'FROM'));
  if (text === undefined) return call('TRIM', inner);
  const side = before.find((node) => isWord(node, 'LEADING', 'TRAILING', 'BOTH'));
  const letters = before.filter((node) => node !== side);
  const name = isWord(side, 'LEADING') ? 'LTRIM' : isWord(side, 'TRAILING') ? 'RTRIM' : 'TRIM';
  return letters.every(({ type }) => type === 'space') ? call(name, text) : call(name, text, letters);
}

/** CAST to Oracle's types; SQLite accepts any word as a type, and reads dates as numbers. */
function castOf(inner: readonly Node[]): Node[] {
  const [value = [], type = []] = split(inner, (node) => isWord(node, 'AS'));
  const [name, size] = type.filter((node) => node.type !== 'space');
  const sizes = isParenthesis(size) ? split(size.nodes, isComma) : [];
  if (isWord(name, 'DATE', 'TIMESTAMP')) return [{ type: 'group', open: '(', nodes: value, close: ')' }];
  if (isWord(name, 'VARCHAR2', 'NVARCHAR2', 'VARCHAR')) {
    const length = sizes[0]?.filter((node) => node.type === 'number') ?? [];
    return orNull(call('SUBSTR', call('TO_CHAR', value), [raw('1')], length.length > 0 ? length : [raw('4000')]));
  }
  if (isWord(name, 'INTEGER', 'INT', 'SMALLINT')) return call('ROUND', call('TO_NUMBER', value), [raw('0')]);
  if (!isWord(name, 'NUMBER', 'DECIMAL', 'NUMERIC', 'FLOAT')) {
    throw new NotTranslated(`CAST AS ${(textOf(name) ?? '').toUpperCase()}`);
  }
  const number = call('TO_NUMBER', value);
  return sizes.length === 0 ? number : call('ROUND', number, sizes[1] ?? [raw('0')]);
}
