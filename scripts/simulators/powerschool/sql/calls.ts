/** Calls whose form differs: LISTAGG, EXTRACT, and adding to and subtracting from dates. */
import { NotTranslated } from './refused.ts';
import {
  call,
  isComma,
  isParenthesis,
  isWord,
  listed,
  type Node,
  operandEnd,
  raw,
  skipSpace,
  split,
  takeOperandBefore,
  textOf,
} from './tokens.ts';

/** Whether a column of this name holds a date. */
export type IsDateColumn = (name: string) => boolean;

/** One level of the tree. @throws NotTranslated */
export function rewriteCalls(nodes: Node[], isDateColumn: IsDateColumn): Node[] {
  return dateSums(listAggregates(extracts(nodes)), (operand) => isDate(operand, isDateColumn));
}

/** `EXTRACT(YEAR FROM x)` becomes a call with two arguments. */
function extracts(nodes: Node[]): Node[] {
  return nodes.map((node, index) => {
    if (!isParenthesis(node) || !isWord(nodes[index - 1], 'EXTRACT')) return node;
    const [field = [], source = []] = split(node.nodes, (inner) => isWord(inner, 'FROM'));
    const unit = field.find(({ type }) => type === 'word');
    return { ...node, nodes: listed([[raw(`'${textOf(unit) ?? ''}'`)], source]) };
  });
}

/** `LISTAGG(x, s) WITHIN GROUP (ORDER BY y)` is SQLite's `group_concat(x, s ORDER BY y)`; both leave NULLs out. */
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

const dateCalls = ['SYSDATE()', 'ADD_MONTHS', 'LAST_DAY', 'NEXT_DAY', 'TO_DATE', 'TO_TIMESTAMP', 'DATE_SUM'];

/** A call that gives a date, as far as its name says; TRUNC where what it cuts is one. */
function isDate(operand: readonly Node[], isDateColumn: IsDateColumn): boolean {
  const [first, ...rest] = operand.filter(({ type }) => type !== 'space');
  const argument = rest.find(isParenthesis)?.nodes ?? [];
  if (isWord(first, 'TRUNC')) return isDate(split(argument, isComma)[0] ?? [], isDateColumn);
  if (isParenthesis(first)) return isDate(first.nodes, isDateColumn);
  if (first?.type === 'text') return /^'\d{4}-\d\d-\d\d/.test(first.text);
  const column = operand.findLast(({ type }) => type !== 'space');
  return isWord(first, ...dateCalls) || (column?.type === 'word' && isDateColumn(column.text));
}

/** In Oracle, a date plus a number is so many days later, and a date minus a date the days between. */
function dateSums(nodes: Node[], isDateOperand: (operand: readonly Node[]) => boolean): Node[] {
  const result: Node[] = [];
  for (let index = 0; index < nodes.length; index += 1) {
    const node = nodes[index];
    if (node === undefined) break;
    const sign = textOf(node);
    const end = operandEnd(nodes, index + 1);
    const right = nodes.slice(index + 1, end);
    const left = (sign === '+' || sign === '-') && isOperand(result) ? takeOperandBefore(result) : undefined;
    if (left === undefined) result.push(node);
    else if (isDateOperand(left) || isDateOperand(right)) {
      result.push(...call('DATE_SUM', left, [raw(`'${sign}'`)], right));
      index = end - 1;
    } else result.push(...left, node);
  }
  return result;
}

/** Whether something stands there that a sum can begin with. */
function isOperand(nodes: readonly Node[]): boolean {
  const last = nodes.findLast(({ type }) => type !== 'space');
  if (last === undefined) return false;
  if (last.type === 'symbol') return false;
  return (
    last.type !== 'word' ||
    !isWord(last, 'SELECT', 'WHERE', 'AND', 'OR', 'THEN', 'ELSE', 'WHEN', 'BETWEEN', 'BY', 'ON', 'IN')
  );
}
