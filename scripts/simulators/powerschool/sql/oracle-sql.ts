/**
 * Rewrites a PowerQuery's SQL from Oracle's dialect to SQLite's where the two differ in a word or two. Works on tokens,
 * so text literals and comments stay as they are.
 *
 * - `a || NULL` is `a` in Oracle: chains of `||` become SQLite's `concat(…)`, and an all-NULL chain is NULL.
 * - `''` is NULL in Oracle: the literal becomes NULL.
 * - SYSDATE is a bare word; NVL, GREATEST, LEAST and MINUS have other names; DATE '…' is the text itself.
 * - TO_CHAR of a number, and of a date as YYYY-MM-DD (dates are stored so), become SQLite's own functions: the probe of
 *   100,000 students calls them five million times, and a call into JavaScript costs 0.2 µs.
 * - ROWNUM, FETCH FIRST, LISTAGG, EXTRACT, `(+)`, sums, functions on text and the place of NULL in an order have files of their own;
 *   what is not translated is refused by its name (refused.ts).
 * - Binds are not case-sensitive; array binds (`IN (:ids)`) read a JSON array.
 */

import { rewriteArithmetic } from './arithmetic.ts';
import { rewriteCalls } from './calls.ts';
import { placeNulls } from './ordering.ts';
import { rewriteOuterJoins } from './outer-joins.ts';
import { refuseUnknown } from './refused.ts';
import { rewriteRows } from './rows.ts';
import { rewriteTextCalls } from './text-calls.ts';
import {
  call,
  group,
  type Node,
  operandEnd,
  raw,
  rewrite,
  skipSpace,
  type Token,
  takeOperandBefore,
  textOf,
  tokenize,
} from './tokens.ts';

export interface TranslatedSql {
  sql: string;
  /** Names of the binds, lower case, each once. */
  binds: string[];
  /** True when the outermost query has an ORDER BY, without which paging is unreliable. */
  ordered: boolean;
}

/**
 * @param arrays names (lower case) of the binds that take a list
 * @throws NotTranslated
 */
export function translateSql(source: string, arrays: ReadonlySet<string>): TranslatedSql {
  const tokens = tokenize(source).map((token) =>
    token.type === 'bind' ? { ...token, text: token.text.toLowerCase() } : token,
  );
  const binds = new Set(tokens.filter((token) => token.type === 'bind').map((token) => token.text.slice(1)));
  const nodes = group(renameWords(tokens));
  refuseUnknown(nodes);
  const called = rewrite(nodes, (level) => rewriteArithmetic(rewriteTextCalls(rewriteCalls(level))));
  const plain = [rewriteOuterJoins, rewriteRows, placeNulls].reduce<Node[]>(rewrite, called);
  return { sql: render(nativeText(joinText(plain)), arrays).trim(), binds: [...binds], ordered: isOrdered(nodes) };
}

const renamed = new Map([
  ['SYSDATE', 'SYSDATE()'],
  ['SYSTIMESTAMP', 'SYSDATE()'],
  ['CURRENT_DATE', 'SYSDATE()'],
  ['MINUS', 'EXCEPT'],
]);
const renamedCalls = new Map([
  ['NVL', 'IFNULL'],
  ['GREATEST', 'MAX'],
  ['LEAST', 'MIN'],
]);

function renameWords(tokens: Token[]): Token[] {
  const result: Token[] = [];
  for (const [index, token] of tokens.entries()) {
    const next = tokens.slice(index + 1, index + 3).find((candidate) => candidate.type !== 'space');
    const upper = token.text.toUpperCase();
    if (token.type === 'text' && token.text === "''") result.push({ type: 'word', text: 'NULL' });
    else if (token.type !== 'word') result.push(token);
    else if ((upper === 'DATE' || upper === 'TIMESTAMP') && next?.type === 'text') continue;
    else if (next?.text === '(') result.push({ type: 'word', text: renamedCalls.get(upper) ?? token.text });
    else result.push({ type: 'word', text: renamed.get(upper) ?? token.text });
  }
  return result;
}

function joinText(nodes: Node[]): Node[] {
  const inner = nodes.map((node) => (node.type === 'group' ? { ...node, nodes: joinText(node.nodes) } : node));
  const result: Node[] = [];
  let position = 0;
  while (position < inner.length) {
    const node = inner[position];
    if (node === undefined) break;
    if (!(node.type === 'symbol' && node.text === '||')) {
      result.push(node);
      position += 1;
      continue;
    }
    const operands: Node[][] = [takeOperandBefore(result)];
    while (inner[position]?.type === 'symbol' && textOf(inner[position]) === '||') {
      const end = operandEnd(inner, position + 1);
      operands.push(inner.slice(position + 1, end));
      position = skipSpace(inner, end);
    }
    result.push(...concatenation(operands), { type: 'space', text: ' ' });
  }
  return result;
}

function concatenation(operands: Node[][]): Node[] {
  return call('NULLIF', call('CONCAT', ...operands), [raw("''")]);
}

function nativeText(nodes: Node[]): Node[] {
  return nodes.map((node, index) => {
    if (node.type !== 'group') return node;
    const inner = nativeText(node.nodes);
    const callee = nodes[index - 1];
    if (callee?.type !== 'word' || callee.text.toUpperCase() !== 'TO_CHAR') return { ...node, nodes: inner };
    const comma = inner.findIndex((part) => textOf(part) === ',');
    const format = inner.slice(comma + 1).filter((part) => part.type !== 'space');
    if (comma >= 0 && !(format.length === 1 && textOf(format[0]) === "'YYYY-MM-DD'")) return { ...node, nodes: inner };
    callee.text = comma < 0 ? 'CAST' : 'SUBSTR';
    const tail: Node = { type: 'symbol', text: comma < 0 ? ' AS TEXT' : ', 1, 10' };
    return { ...node, nodes: [...(comma < 0 ? inner : inner.slice(0, comma)), tail] };
  });
}

function render(nodes: Node[], arrays: ReadonlySet<string>): string {
  return nodes
    .map((node) => {
      if (node.type === 'group') {
        const space = node.open === '(' ? '' : ' ';
        return `${node.open}${space}${render(node.nodes, arrays)}${space}${node.close}`;
      }
      if (node.type === 'bind' && arrays.has(node.text.slice(1))) return `SELECT value FROM json_each(${node.text})`;
      return node.text;
    })
    .join('');
}

function isOrdered(nodes: Node[]): boolean {
  const words = nodes.filter((node) => node.type !== 'space').map((node) => textOf(node)?.toUpperCase());
  return words.some((word, index) => word === 'ORDER' && words[index + 1] === 'BY');
}
