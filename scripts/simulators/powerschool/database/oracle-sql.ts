/**
 * Rewrites a PowerQuery's SQL from Oracle's dialect to SQLite's where the two differ in a word or two. Works on tokens,
 * so text literals and comments stay as they are.
 *
 * - `a || NULL` is `a` in Oracle: chains of `||` become SQLite's `concat(…)`, and an all-NULL chain is NULL.
 * - `''` is NULL in Oracle: the literal becomes NULL.
 * - SYSDATE is a bare word; NVL, GREATEST, LEAST and MINUS have other names; DATE '…' is the text itself.
 * - TO_CHAR of a number, and of a date as YYYY-MM-DD (dates are stored so), become SQLite's own functions: the probe of
 *   100,000 students calls them five million times, and a call into JavaScript costs 0.2 µs.
 * - Binds are not case-sensitive; array binds (`IN (:ids)`) read a JSON array.
 */

export interface TranslatedSql {
  sql: string;
  /** Names of the binds, lower case, each once. */
  binds: string[];
  /** True when the outermost query has an ORDER BY, without which paging is unreliable. */
  ordered: boolean;
}

interface Token {
  type: 'space' | 'text' | 'name' | 'bind' | 'number' | 'word' | 'symbol';
  text: string;
}

/** A token, or what stands between two parentheses or between CASE and END. */
type Node = Token | { type: 'group'; open: string; nodes: Node[]; close: string };

const pattern =
  /(?<space>\s+|--[^\n]*|\/\*[\s\S]*?\*\/|<@[^>]*>)|(?<text>'(?:[^']|'')*')|(?<name>"[^"]*")|(?<bind>:[A-Za-z]\w*)|(?<number>\d+(?:\.\d+)?)|(?<word>[A-Za-z_][\w$#]*)|(?<symbol>\|\||<=|>=|<>|!=|[\s\S])/g;

const tokenTypes = ['space', 'text', 'name', 'bind', 'number', 'word'] as const;

/** @param arrays names (lower case) of the binds that take a list */
export function translateSql(source: string, arrays: ReadonlySet<string>): TranslatedSql {
  const tokens = tokenize(source).map((token) =>
    token.type === 'bind' ? { ...token, text: token.text.toLowerCase() } : token,
  );
  const binds = new Set(tokens.filter((token) => token.type === 'bind').map((token) => token.text.slice(1)));
  const nodes = group(renameWords(tokens));
  return { sql: render(nativeText(joinText(nodes)), arrays).trim(), binds: [...binds], ordered: isOrdered(nodes) };
}

function tokenize(source: string): Token[] {
  return [...source.matchAll(pattern)].map((match) => {
    const groups = match.groups ?? {};
    const type = tokenTypes.find((name) => groups[name] !== undefined) ?? 'symbol';
    // The <@restricted_table> tag is a no-op for a plugin, and comments end at the line, so both are white space.
    if (type === 'space') return { type, text: /\n/.test(match[0]) ? '\n' : ' ' };
    return { type, text: match[0] };
  });
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

function group(tokens: Token[]): Node[] {
  const stack: { open: string; nodes: Node[] }[] = [{ open: '', nodes: [] }];
  for (const token of tokens) {
    const upper = token.text.toUpperCase();
    const top = stack.at(-1);
    if (token.text === '(' || (token.type === 'word' && upper === 'CASE')) {
      stack.push({ open: token.text, nodes: [] });
    } else if (stack.length > 1 && top !== undefined && closes(top.open, token)) {
      stack.pop();
      stack.at(-1)?.nodes.push({ type: 'group', open: top.open, nodes: top.nodes, close: token.text });
    } else {
      top?.nodes.push(token);
    }
  }
  // An unclosed parenthesis: hand the text on as it is, SQLite names the mistake.
  return stack.flatMap((level, index) =>
    index === 0 ? level.nodes : [{ type: 'symbol', text: level.open } as const, ...level.nodes],
  );
}

function closes(open: string, token: Token): boolean {
  return open === '(' ? token.text === ')' : token.type === 'word' && token.text.toUpperCase() === 'END';
}

/** Words after which a parenthesis is not the argument list of a function. */
const notFunctions = new Set(
  'ALL AND ANY AS BETWEEN BY CASE DISTINCT ELSE EXCEPT EXISTS FROM HAVING IN INTERSECT IS JOIN LIKE NOT NULL ON OR OVER SELECT THEN UNION USING VALUES WHEN WHERE WITH'.split(
    ' ',
  ),
);

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
  const list = operands.flatMap((operand, index) =>
    index === 0 ? operand : [{ type: 'symbol', text: ', ' } as const, ...operand],
  );
  const call = (name: string, nodes: Node[]): Node[] => [
    { type: 'word', text: name },
    { type: 'group', open: '(', nodes, close: ')' },
  ];
  return call('NULLIF', [...call('CONCAT', list), { type: 'text', text: ", ''" }]);
}

/** Removes the operand that ends the list, and returns it: a literal, a column, a call, a group. */
function takeOperandBefore(nodes: Node[]): Node[] {
  while (nodes.at(-1)?.type === 'space') nodes.pop();
  let start = nodes.length - 1;
  if (nodes[start]?.type === 'group' && isCallee(nodes[start - 1])) start -= 1;
  while (textOf(nodes[start - 1]) === '.') start -= 2;
  return nodes.splice(Math.max(start, 0));
}

function operandEnd(nodes: Node[], from: number): number {
  let position = skipSpace(nodes, from);
  if (textOf(nodes[position]) === '-' || textOf(nodes[position]) === '+') position = skipSpace(nodes, position + 1);
  while (textOf(nodes[position + 1]) === '.') position += 2;
  const next = nodes[skipSpace(nodes, position + 1)];
  if (isCallee(nodes[position]) && next?.type === 'group' && next.open === '(')
    return skipSpace(nodes, position + 1) + 1;
  return position + 1;
}

function isCallee(node: Node | undefined): boolean {
  return node?.type === 'word' && !notFunctions.has(node.text.toUpperCase());
}

function skipSpace(nodes: Node[], from: number): number {
  let position = from;
  while (nodes[position]?.type === 'space') position += 1;
  return position;
}

function textOf(node: Node | undefined): string | undefined {
  return node === undefined || node.type === 'group' ? undefined : node.text;
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
