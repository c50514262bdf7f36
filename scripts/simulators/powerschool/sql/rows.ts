/** ROWNUM and FETCH FIRST, as SQLite's LIMIT and row_number. */
import { allOf, clauseOf, conditions, eachSelect, type Select, without } from './clauses.ts';
import { NotTranslated } from './refused.ts';
import { isParenthesis, isWord, type Node, phrase, raw, textOf } from './tokens.ts';

/** One level of the tree. @throws NotTranslated */
export function rewriteRows(nodes: Node[]): Node[] {
  return eachSelect(nodes, (select, isAlone) => numberRows(limitRows(fetchRows(select), isAlone)));
}

const isRownum = (node: Node) => isWord(node, 'ROWNUM');
const plain = (nodes: readonly Node[]) => nodes.filter(({ type }) => type !== 'space');

/** `OFFSET n ROWS FETCH FIRST m ROWS ONLY` */
function fetchRows(select: Select): Select {
  const fetch = clauseOf(select, 'FETCH');
  const offset = clauseOf(select, 'OFFSET');
  if (fetch === undefined && offset === undefined) return select;
  if (fetch?.nodes.some((node) => isWord(node, 'PERCENT'))) throw new NotTranslated('FETCH … PERCENT');
  const count = plain(fetch?.nodes ?? []).find(({ type }) => type === 'number' || type === 'bind');
  const skipped = plain(offset?.nodes ?? []).find(({ type }) => type === 'number' || type === 'bind');
  const limit = fetch === undefined ? '-1' : (textOf(count) ?? '1');
  const nodes = [raw(`${limit} OFFSET ${textOf(skipped) ?? '0'}`)];
  const rest = without(select, 'FETCH', 'OFFSET');
  return { ...rest, clauses: [...rest.clauses, { name: 'LIMIT', nodes }] };
}

/** `WHERE … AND ROWNUM <= n`: the first n rows that meet the other conditions, in any order. */
function limitRows(select: Select, isAlone: boolean): Select {
  const where = clauseOf(select, 'WHERE');
  if (where === undefined || !where.nodes.some(isRownum)) {
    if (where?.nodes.some(holdsRownum)) throw new NotTranslated('ROWNUM within a condition of several parts');
    return select;
  }
  const parts = conditions(where.nodes);
  const bounds = parts.filter((part) => part.some(isRownum));
  const others = parts.filter((part) => !part.some(isRownum));
  const [bound] = bounds;
  if (bound === undefined || bounds.length > 1 || others.some((part) => part.some((node) => isWord(node, 'OR')))) {
    throw new NotTranslated('ROWNUM in several conditions');
  }
  if (!isAlone) throw new NotTranslated('ROWNUM in a part of a UNION');
  const picked = clauseOf(select, 'SELECT')?.nodes ?? [];
  if (clauseOf(select, 'ORDER') !== undefined)
    throw new NotTranslated('ROWNUM beside ORDER BY, which cuts before it sorts,');
  if (
    clauseOf(select, 'GROUP') !== undefined ||
    picked.some((node) => isWord(node, 'DISTINCT', 'COUNT', 'SUM', 'MAX', 'MIN'))
  ) {
    throw new NotTranslated('ROWNUM beside GROUP BY, DISTINCT or an aggregate');
  }
  const rest = without(select, 'WHERE');
  const at = rest.clauses.findIndex(({ name }) => name === 'FROM') + 1;
  const kept = others.length === 0 ? [] : [{ name: 'WHERE' as const, nodes: allOf(others) }];
  const clauses = [...rest.clauses.slice(0, at), ...kept, ...rest.clauses.slice(at)];
  return { ...rest, clauses: [...clauses, { name: 'LIMIT', nodes: [raw(highest(plain(bound)))] }] };
}

function holdsRownum(node: Node): boolean {
  return (
    node.type === 'group' &&
    !node.nodes.some((inner) => isWord(inner, 'SELECT')) &&
    node.nodes.some((inner) => isRownum(inner) || holdsRownum(inner))
  );
}

/** How many rows a condition on ROWNUM allows. `ROWNUM > 1` allows none: no row is ever the second. */
function highest(condition: readonly Node[]): string {
  const [, operator, value, and, upper, ...more] = condition.map((node) => textOf(node) ?? '');
  const isSimple = isRownum(condition[0] ?? raw('')) && more.length === 0;
  if (isSimple && operator?.toUpperCase() === 'BETWEEN' && and?.toUpperCase() === 'AND' && value === '1' && upper)
    return upper;
  if (!isSimple || !value || and !== undefined || value.includes('.')) {
    throw new NotTranslated('ROWNUM compared with an expression');
  }
  if (operator === '<=') return value;
  if (operator === '<') return `(${value} - 1)`;
  if (operator === '=') return `(${value} = 1)`;
  if (operator === '>=') return `(CASE WHEN ${value} <= 1 THEN -1 ELSE 0 END)`;
  if (operator === '>') return `(CASE WHEN ${value} < 1 THEN -1 ELSE 0 END)`;
  throw new NotTranslated(`ROWNUM ${operator}`);
}

/** ROWNUM as a column counts the rows before they are sorted; a subquery's order is kept. */
function numberRows(select: Select): Select {
  const picked = clauseOf(select, 'SELECT');
  const counts = picked?.nodes.some((node) => isRownum(node) || holdsRownum(node)) ?? false;
  if (!counts && clauseOf(select, 'LIMIT') === undefined) return select;
  const clauses = select.clauses.map(({ name, nodes }) => {
    if (name === 'SELECT') return { name, nodes: nodes.map(numbered) };
    return { name, nodes: name === 'FROM' ? nodes.map(keepOrder) : nodes };
  });
  return { ...select, clauses };
}

function numbered(node: Node): Node {
  if (isRownum(node)) return raw('ROW_NUMBER() OVER ()');
  return holdsRownum(node) && node.type === 'group' ? { ...node, nodes: node.nodes.map(numbered) } : node;
}

/** SQLite may drop the ORDER BY of a subquery without a LIMIT. */
function keepOrder(node: Node): Node {
  if (!isParenthesis(node)) return node;
  const has = (name: string) => node.nodes.some((inner) => isWord(inner, name));
  return has('ORDER') && !has('LIMIT') ? { ...node, nodes: [...node.nodes, ...phrase('LIMIT'), raw('-1')] } : node;
}
