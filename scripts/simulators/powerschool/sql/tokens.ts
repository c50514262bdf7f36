/** SQL as tokens, and as a tree of what is between parentheses and between CASE and END. */

export interface Token {
  type: 'space' | 'text' | 'name' | 'bind' | 'number' | 'word' | 'symbol';
  text: string;
}

export interface Group {
  type: 'group';
  open: string;
  nodes: Node[];
  close: string;
}

export type Node = Token | Group;

const pattern =
  /(?<space>\s+|--[^\n]*|\/\*[\s\S]*?\*\/|<@[^>]*>)|(?<text>'(?:[^']|'')*')|(?<name>"[^"]*")|(?<bind>:[A-Za-z]\w*)|(?<number>\d+(?:\.\d+)?)|(?<word>[A-Za-z_][\w$#]*)|(?<symbol>\|\||<=|>=|<>|!=|[\s\S])/g;

const tokenTypes = ['space', 'text', 'name', 'bind', 'number', 'word'] as const;

export function tokenize(source: string): Token[] {
  return [...source.matchAll(pattern)].map((match) => {
    const groups = match.groups ?? {};
    const type = tokenTypes.find((name) => groups[name] !== undefined) ?? 'symbol';
    // The <@restricted_table> tag has no effect for a plugin, and comments end at the line, so both count as white
    // space.
    if (type === 'space') return { type, text: /\n/.test(match[0]) ? '\n' : ' ' };
    return { type, text: match[0] };
  });
}

export function group(tokens: Token[]): Node[] {
  const stack: { open: string; nodes: Node[] }[] = [{ open: '', nodes: [] }];
  for (const token of tokens) {
    const top = stack.at(-1);
    if (token.text === '(' || isWord(token, 'CASE')) {
      stack.push({ open: token.text, nodes: [] });
    } else if (stack.length > 1 && top !== undefined && closes(top.open, token)) {
      stack.pop();
      stack.at(-1)?.nodes.push({ type: 'group', open: top.open, nodes: top.nodes, close: token.text });
    } else {
      top?.nodes.push(token);
    }
  }
  // An unclosed parenthesis: passes the text on as it is, and SQLite reports the mistake.
  return stack.flatMap((level, index) =>
    index === 0 ? level.nodes : [{ type: 'symbol', text: level.open } as const, ...level.nodes],
  );
}

function closes(open: string, token: Token): boolean {
  return open === '(' ? token.text === ')' : isWord(token, 'END');
}

/** @param word upper case */
export function isWord(node: Node | undefined, ...words: string[]): boolean {
  return node?.type === 'word' && words.includes(node.text.toUpperCase());
}

export function isParenthesis(node: Node | undefined): node is Group {
  return node?.type === 'group' && node.open === '(';
}

/** Oracle's `(+)` after a column. */
export function isOuterMark(node: Node | undefined): boolean {
  if (!isParenthesis(node)) return false;
  return (
    node.nodes
      .filter(({ type }) => type !== 'space')
      .map(textOf)
      .join('') === '+'
  );
}

export function textOf(node: Node | undefined): string | undefined {
  return node === undefined || node.type === 'group' ? undefined : node.text;
}

export function skipSpace(nodes: readonly Node[], from: number): number {
  let position = from;
  while (nodes[position]?.type === 'space') position += 1;
  return position;
}

/** Position of the previous node, ignoring white space; -1 if there is none. */
export function before(nodes: readonly Node[], position: number): number {
  let at = position - 1;
  while (nodes[at]?.type === 'space') at -= 1;
  return at;
}

export function word(text: string): Token {
  return { type: 'word', text };
}

const space: Token = { type: 'space', text: ' ' };

/** Words with white space around them, such as `LEFT JOIN`. */
export function phrase(text: string): Node[] {
  return [space, ...text.split(' ').flatMap((one) => [word(one), space])];
}

/** Text that is passed on as it is. */
export function raw(text: string): Token {
  return { type: 'symbol', text };
}

export function listed(items: readonly (readonly Node[])[]): Node[] {
  return items.flatMap((item, index) => (index === 0 ? item : [raw(','), space, ...item]));
}

export function call(name: string, ...operands: (readonly Node[])[]): Node[] {
  return [word(name), { type: 'group', open: '(', nodes: listed(operands), close: ')' }];
}

/** The nodes between the commas of a list. */
export function split(nodes: readonly Node[], isSeparator: (node: Node) => boolean): Node[][] {
  const parts: Node[][] = [[]];
  for (const node of nodes) {
    if (isSeparator(node)) parts.push([]);
    else parts.at(-1)?.push(node);
  }
  return parts;
}

export const isComma = (node: Node) => textOf(node) === ',';

/** Rewrites every level of the tree, the innermost first. */
export function rewrite(nodes: readonly Node[], level: (nodes: Node[]) => Node[]): Node[] {
  return level(nodes.map((node) => (node.type === 'group' ? { ...node, nodes: rewrite(node.nodes, level) } : node)));
}

/** Words after which a parenthesis is not an argument list. */
const notFunctions = new Set(
  'ALL AND ANY AS BETWEEN BY CASE DISTINCT ELSE EXCEPT EXISTS FROM HAVING IN INTERSECT IS JOIN LIKE NOT NULL ON OR OVER SELECT THEN UNION USING VALUES WHEN WHERE WITH'.split(
    ' ',
  ),
);

export function isCallee(node: Node | undefined): boolean {
  return node?.type === 'word' && !notFunctions.has(node.text.toUpperCase());
}

/** Removes the operand that ends the list, and returns it: a literal, a column, a call, a group. */
export function takeOperandBefore(nodes: Node[]): Node[] {
  while (nodes.at(-1)?.type === 'space') nodes.pop();
  let start = nodes.length - 1;
  // A window belongs to the call before it.
  const over = before(nodes, start);
  if (isParenthesis(nodes[start]) && isWord(nodes[over], 'OVER')) start = before(nodes, over);
  const callee = before(nodes, start);
  if (isParenthesis(nodes[start]) && isCallee(nodes[callee])) start = callee;
  while (textOf(nodes[start - 1]) === '.') start -= 2;
  return nodes.splice(Math.max(start, 0));
}

/** The position after the operand that begins here, possibly with white space first. */
export function operandEnd(nodes: readonly Node[], from: number): number {
  let position = skipSpace(nodes, from);
  if (textOf(nodes[position]) === '-' || textOf(nodes[position]) === '+') position = skipSpace(nodes, position + 1);
  while (textOf(nodes[position + 1]) === '.') position += 2;
  const next = skipSpace(nodes, position + 1);
  if (!isCallee(nodes[position]) || !isParenthesis(nodes[next])) return Math.min(position + 1, nodes.length);
  const over = skipSpace(nodes, next + 1);
  const window = skipSpace(nodes, over + 1);
  return isWord(nodes[over], 'OVER') && isParenthesis(nodes[window]) ? window + 1 : next + 1;
}
