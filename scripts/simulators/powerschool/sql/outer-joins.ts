/** `FROM a, b WHERE a.x = b.x (+)`: Oracle's own outer join, as LEFT JOIN. */
import { allOf, clauseOf, conditions, eachSelect, type Select } from './clauses.ts';
import { NotTranslated } from './refused.ts';
import {
  before,
  type Group,
  isComma,
  isOuterMark,
  isWord,
  listed,
  type Node,
  phrase,
  split,
  textOf,
} from './tokens.ts';

/** One level of the tree. @throws NotTranslated */
export function rewriteOuterJoins(nodes: Node[]): Node[] {
  return eachSelect(nodes, joinOptional);
}

interface Table {
  /** Its name in conditions, upper case. */
  name: string;
  nodes: Node[];
}

function joinOptional(select: Select): Select {
  const where = clauseOf(select, 'WHERE');
  const from = clauseOf(select, 'FROM');
  if (where === undefined || from === undefined || !isMarked(where.nodes)) return select;
  if (from.nodes.some((node) => isWord(node, 'JOIN'))) throw new NotTranslated('(+) beside JOIN');
  const tables = split(from.nodes, isComma).map(named);
  const parts = conditions(where.nodes);
  const joining = new Map<string, Node[][]>();
  for (const part of parts.filter(isMarked)) {
    const optional = new Set(markedIn(part));
    const [name = '', ...more] = optional;
    if (more.length > 0 || part.some((node) => isWord(node, 'OR')))
      throw new NotTranslated('(+) on two tables of one condition');
    joining.set(name, [...(joining.get(name) ?? []), unmarked(part)]);
  }
  const placed = tables.filter(({ name }) => !joining.has(name));
  if (placed.length === 0) throw new NotTranslated('(+) on every table');
  const nodes = listed(placed.map((table) => table.nodes));
  const waiting = tables.filter(({ name }) => joining.has(name));
  const known = new Set(placed.map(({ name }) => name));
  while (waiting.length > 0) {
    const at = waiting.findIndex(({ name }) =>
      (joining.get(name) ?? []).every((part) => ownersIn(part).every((owner) => owner === name || known.has(owner))),
    );
    const [table] = at < 0 ? [] : waiting.splice(at, 1);
    if (table === undefined) throw new NotTranslated('(+) in a circle');
    known.add(table.name);
    const on = allOf(joining.get(table.name) ?? []);
    nodes.push(...phrase('LEFT JOIN'), ...table.nodes, ...phrase('ON'), ...on);
  }
  const rest = parts.filter((part) => !isMarked(part));
  const clauses = select.clauses.flatMap((clause) => {
    if (clause.name === 'FROM') return [{ ...clause, nodes }];
    if (clause.name !== 'WHERE') return [clause];
    return rest.length === 0 ? [] : [{ ...clause, nodes: allOf(rest) }];
  });
  return { ...select, clauses };
}

/** Tables whose columns are marked, including those in function arguments. */
function markedIn(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node, index) => {
    if (isOuterMark(node)) return [ownerOf(nodes, index)];
    return node.type === 'group' && !isQuery(node) ? markedIn(node.nodes) : [];
  });
}

function isMarked(nodes: readonly Node[]): boolean {
  return nodes.some((node) => isOuterMark(node) || (node.type === 'group' && !isQuery(node) && isMarked(node.nodes)));
}

function unmarked(nodes: readonly Node[]): Node[] {
  return nodes
    .filter((node) => !isOuterMark(node))
    .map((node) => (node.type === 'group' && !isQuery(node) ? { ...node, nodes: unmarked(node.nodes) } : node));
}

/** A subquery has its own joins. */
function isQuery({ nodes }: Group): boolean {
  return nodes.some((node) => isWord(node, 'SELECT'));
}

function named(nodes: Node[]): Table {
  const last = nodes.findLast(({ type }) => type !== 'space');
  return { name: nameOf(last), nodes };
}

function nameOf(node: Node | undefined): string {
  return (textOf(node) ?? '').replaceAll('"', '').toUpperCase();
}

/** The table of the column that a (+) follows. */
function ownerOf(nodes: readonly Node[], mark: number): string {
  const column = before(nodes, mark);
  const dot = before(nodes, column);
  if (textOf(nodes[dot]) !== '.') throw new NotTranslated('(+) behind a column without its table');
  return nameOf(nodes[before(nodes, dot)]);
}

function ownersIn(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node, index) => {
    if (node.type === 'group') return ownersIn(node.nodes);
    return textOf(node) === '.' ? [nameOf(nodes[before(nodes, index)])] : [];
  });
}
