/**
 * Sums, products and comparisons where the two dialects differ: in Oracle `7 / 2` is 3.5, a date plus a number is that
 * many days later, and text compared with a number is converted to a number.
 */
import {
  call,
  isComma,
  isParenthesis,
  isWord,
  type Node,
  operandEnd,
  raw,
  skipSpace,
  split,
  takeOperandBefore,
  textOf,
} from './tokens.ts';

/** Words after which an expression begins: a sign there has no left operand. */
const beginnings =
  'SELECT DISTINCT ALL WHERE AND OR NOT THEN ELSE WHEN BETWEEN BY ON IN HAVING LIKE FROM USING LIMIT OFFSET SET VALUES'.split(
    ' ',
  );

/** One level of the tree. */
export function rewriteArithmetic(nodes: Node[]): Node[] {
  return numbersBesideText(sums(products(signs(nodes))));
}

/** `-x` becomes one operand, so that what follows is not computed first. */
function signs(nodes: Node[]): Node[] {
  const result: Node[] = [];
  for (let index = 0; index < nodes.length; index += 1) {
    const node = nodes[index];
    if (node === undefined) break;
    const end = operandEnd(nodes, index + 1);
    const operand = nodes.slice(index + 1, end);
    const isSign = textOf(node) === '-' && !isOperand(result) && operand.some(({ type }) => type !== 'space');
    if (!isSign) result.push(node);
    else {
      result.push({ type: 'group', open: '(', nodes: [raw('-'), ...operand], close: ')' });
      index = end - 1;
    }
  }
  return result;
}

function products(nodes: Node[]): Node[] {
  return pairs(nodes, ['*', '/'], (left, operator, right) =>
    operator === '/'
      ? call('DIVIDE', left, right)
      : [{ type: 'group', open: '(', nodes: [...left, raw(' * '), ...right], close: ')' }],
  );
}

function sums(nodes: Node[]): Node[] {
  return pairs(nodes, ['+', '-'], (left, operator, right) =>
    isNumeric(left) && isNumeric(right)
      ? [{ type: 'group', open: '(', nodes: [...left, raw(` ${operator} `), ...right], close: ')' }]
      : call('DATE_SUM', left, [raw(`'${operator}'`)], right),
  );
}

/** Combines each operator with its two operands into one node, from the left. */
function pairs(
  nodes: Node[],
  operators: readonly string[],
  make: (left: Node[], operator: string, right: Node[]) => Node[],
): Node[] {
  const result: Node[] = [];
  for (let index = 0; index < nodes.length; index += 1) {
    const node = nodes[index];
    if (node === undefined) break;
    const operator = textOf(node) ?? '';
    const end = operandEnd(nodes, index + 1);
    const right = nodes.slice(index + 1, end);
    if (!operators.includes(operator) || !isOperand(result) || right.every(({ type }) => type === 'space')) {
      result.push(node);
      continue;
    }
    const left = takeOperandBefore(result);
    result.push(...make(left, operator, right));
    index = end - 1;
  }
  return result;
}

const numericCalls =
  'COUNT SUM AVG LENGTH INSTR TO_NUMBER EXTRACT MOD ABS SIGN CEIL FLOOR POWER SQRT ORA_HASH MONTHS_BETWEEN REGEXP_COUNT ASCII DIVIDE'.split(
    ' ',
  );

/** Certainly numbers; a column or an alias may hold a date or text. */
function isNumeric(operand: readonly Node[]): boolean {
  const [first, second, ...more] = operand.filter(({ type }) => type !== 'space');
  if (first?.type === 'number') return second === undefined;
  if (isParenthesis(first) && second === undefined) {
    const inner = first.nodes.filter(({ type }) => type !== 'space' && type !== 'symbol');
    return inner.length > 0 && inner.every(({ type }) => type === 'number');
  }
  return isWord(first, ...numericCalls) && isParenthesis(second) && more.length === 0;
}

const comparisons = ['=', '<>', '!=', '<', '>', '<=', '>='];

/** `TO_CHAR(SYSDATE, 'MM') > 6`: columns compare as numbers by their type, computed values do not. */
function numbersBesideText(nodes: Node[]): Node[] {
  const result: Node[] = [];
  for (let index = 0; index < nodes.length; index += 1) {
    const node = nodes[index];
    if (node === undefined) break;
    const from = skipSpace(nodes, index + 1);
    const end = operandEnd(nodes, from);
    const right = nodes.slice(from, end);
    if (isOperand(result) && isComparison(node, right[0])) {
      const left = takeOperandBefore(result);
      const isNumber = isWord(node, 'IN') ? isNumberList(right) : isNumeric(right);
      const space: Node = { type: 'space', text: ' ' };
      if (isNumber && isComputed(left)) result.push(...call('TO_NUMBER', left), space, node);
      else if (comparisons.includes(textOf(node) ?? '') && isNumeric(left) && isComputed(right)) {
        result.push(...left, space, node, ...call('TO_NUMBER', right));
        index = end - 1;
      } else result.push(...left, space, node);
    } else result.push(node);
  }
  return result;
}

function isComparison(node: Node, next: Node | undefined): boolean {
  if (comparisons.includes(textOf(node) ?? '')) return true;
  return isWord(node, 'BETWEEN') || (isWord(node, 'IN') && isParenthesis(next));
}

function isNumberList([list]: readonly Node[]): boolean {
  return isParenthesis(list) && split(list.nodes, isComma).every(isNumeric);
}

/** A text, a CASE or a call whose name does not show its type. */
function isComputed(operand: readonly Node[]): boolean {
  const [first, second] = operand.filter(({ type }) => type !== 'space');
  if (first?.type === 'text') return second === undefined;
  if (first?.type === 'group') return first.open !== '(';
  return (
    first?.type === 'word' && isParenthesis(second) && !isWord(first, ...numericCalls, 'DATE_SUM', 'TRUNC', 'ROUND')
  );
}

/** Whether these nodes end in something that an operator can follow. */
function isOperand(nodes: readonly Node[]): boolean {
  const last = nodes.findLast(({ type }) => type !== 'space');
  if (last === undefined || last.type === 'symbol') return false;
  return last.type !== 'word' || !isWord(last, ...beginnings);
}
