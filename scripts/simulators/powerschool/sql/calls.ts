/** Calls with different forms: LISTAGG and EXTRACT. */
import { NotTranslated } from './refused.ts';
import { call, isComma, isParenthesis, isWord, listed, type Node, raw, skipSpace, split, textOf } from './tokens.ts';

/** One level of the tree. @throws NotTranslated */
export function rewriteCalls(nodes: Node[]): Node[] {
  return listAggregates(extracts(nodes));
}

/** `EXTRACT(YEAR FROM x)` becomes a call with two arguments. */
function extracts(nodes: Node[]): Node[] {
  return nodes.map((node, index) => {
    if (!isParenthesis(node) || !isWord(nodes[index - 1], 'EXTRACT')) return node;
    const [field = [], source = []] = split(node.nodes, (inner) => isWord(inner, 'FROM'));
    const unit = field.find(({ type }) => type === 'word');
    // Oracle refuses to extract a time of day from a DATE (ORA-30076) but not from a TIMESTAMP; the simulator cannot
    // tell them apart.
    if (isWord(unit, 'HOUR', 'MINUTE', 'SECOND')) throw new NotTranslated(`EXTRACT(${textOf(unit)} …)`);
    return { ...node, nodes: listed([[raw(`'${textOf(unit) ?? ''}'`)], source]) };
  });
}

/** `LISTAGG(x, s) WITHIN GROUP (ORDER BY y)` is SQLite's `group_concat(x, s ORDER BY y)`; both skip NULLs. */
function listAggregates(nodes: Node[]): Node[] {
  const result: Node[] = [];
  for (let index = 0; index < nodes.length; index += 1) {
    const node = nodes[index];
    if (node === undefined) break;
    const listAt = skipSpace(nodes, index + 1);
    const list = nodes[listAt];
    if (!isWord(node, 'LISTAGG') || !isParenthesis(list)) {
      result.push(node);
      continue;
    }
    const [value = [], separator = [raw('NULL')], ...more] = split(list.nodes, isComma);
    if (more.length > 0) throw new NotTranslated('LISTAGG with three arguments');
    if (value.some((inner) => isWord(inner, 'DISTINCT'))) throw new NotTranslated('LISTAGG(DISTINCT …)');
    let order: Node[] = [];
    const withinAt = skipSpace(nodes, listAt + 1);
    const groupAt = skipSpace(nodes, withinAt + 1);
    const orderAt = skipSpace(nodes, groupAt + 1);
    const ordering = nodes[orderAt];
    index = listAt;
    if (isWord(nodes[withinAt], 'WITHIN') && isWord(nodes[groupAt], 'GROUP') && isParenthesis(ordering)) {
      order = [{ type: 'space', text: ' ' }, ...ordering.nodes];
      index = orderAt;
    }
    if (isWord(nodes[skipSpace(nodes, index + 1)], 'OVER')) throw new NotTranslated('LISTAGG … OVER');
    result.push(...call('GROUP_CONCAT', value, [...separator, ...order]));
  }
  return result;
}
