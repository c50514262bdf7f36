/** One SELECT, split into its clauses, and joined again. */
import { isWord, type Node, phrase, skipSpace, textOf } from './tokens.ts';

const names = ['SELECT', 'FROM', 'WHERE', 'GROUP', 'HAVING', 'ORDER', 'OFFSET', 'FETCH', 'LIMIT', 'FOR'] as const;
type Name = (typeof names)[number];

export interface Clause {
  name: Name;
  /** Without the words that begin the clause. */
  nodes: Node[];
}

export interface Select {
  /** What precedes SELECT: WITH and its tables. */
  head: Node[];
  clauses: Clause[];
}

const setOperators = ['UNION', 'EXCEPT', 'INTERSECT', 'MINUS', 'ALL'];

/** Applies to each SELECT of a level that begins with one; with UNION and the like there are several. */
export function eachSelect(nodes: Node[], change: (select: Select, isAlone: boolean) => Select): Node[] {
  if (!nodes.some((node) => isWord(node, 'SELECT'))) return nodes;
  const parts: { operator: Node[]; nodes: Node[] }[] = [{ operator: [], nodes: [] }];
  for (const node of nodes) {
    const last = parts.at(-1);
    if (!isWord(node, ...setOperators)) last?.nodes.push(node);
    // UNION ALL, and SELECT ALL, which does not begin a new part.
    else if (last?.nodes.every(({ type }) => type === 'space') && parts.length > 1)
      last.operator.push(...phrase('ALL'));
    else if (isWord(node, 'ALL')) last?.nodes.push(node);
    else parts.push({ operator: phrase(textOf(node) ?? ''), nodes: [] });
  }
  return parts.flatMap(({ operator, nodes: part }) => {
    const isSelect = part.some((node) => isWord(node, 'SELECT'));
    return [...operator, ...(isSelect ? join(change(cut(part), parts.length === 1)) : part)];
  });
}

function cut(nodes: readonly Node[]): Select {
  const select: Select = { head: [], clauses: [] };
  for (let index = 0; index < nodes.length; index += 1) {
    const node = nodes[index];
    if (node === undefined) break;
    const name = names.find((one) => isWord(node, one));
    const next = skipSpace(nodes, index + 1);
    const needsBy = name === 'GROUP' || name === 'ORDER';
    if (name !== undefined && (!needsBy || isWord(nodes[next], 'BY'))) {
      select.clauses.push({ name, nodes: [] });
      if (needsBy) index = next;
    } else (select.clauses.at(-1)?.nodes ?? select.head).push(node);
  }
  return select;
}

function join({ head, clauses }: Select): Node[] {
  return [
    ...head,
    ...clauses.flatMap(({ name, nodes }) => [
      ...phrase(name === 'GROUP' || name === 'ORDER' ? `${name} BY` : name),
      ...nodes,
    ]),
  ];
}

export function clauseOf(select: Select, name: Name): Clause | undefined {
  return select.clauses.find((clause) => clause.name === name);
}

export function without(select: Select, ...gone: Name[]): Select {
  return { ...select, clauses: select.clauses.filter(({ name }) => !gone.includes(name)) };
}

/** The conditions of a WHERE that are joined by AND; the AND of a BETWEEN does not count. */
export function conditions(nodes: readonly Node[]): Node[][] {
  const found: Node[][] = [[]];
  let between = false;
  for (const node of nodes) {
    if (isWord(node, 'BETWEEN')) between = true;
    if (!isWord(node, 'AND') || between) {
      if (isWord(node, 'AND')) between = false;
      found.at(-1)?.push(node);
    } else found.push([]);
  }
  return found;
}

export function allOf(list: readonly (readonly Node[])[]): Node[] {
  return list.flatMap((condition, index) => (index === 0 ? condition : [...phrase('AND'), ...condition]));
}
