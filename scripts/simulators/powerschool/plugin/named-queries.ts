/** Reads `*.named_queries.xml` and applies the rules that PowerSchool checks at installation. */
import { childOf, childrenOf, parseXml, type XmlElement, XmlError } from './xml.ts';

export interface NamedQuery {
  name: string;
  /** The file that contains it. */
  file: string;
  coreTable: string | undefined;
  flattened: boolean;
  description: string;
  args: QueryArg[];
  columns: QueryColumn[];
  sql: string;
}

export interface QueryArg {
  name: string;
  required: boolean;
  array: boolean;
  /** The TABLE.FIELD that gives the argument its type. */
  field: string | undefined;
  default: string | undefined;
}

export interface QueryColumn {
  /** TABLE.FIELD as written; published plugins omit it for computed values. */
  field: string | undefined;
  /** One part (with a core table) or two. */
  alias: string;
}

const longestName = 200;

/** The queries of a file, with every reason for which an installation would refuse them. */
export function readNamedQueries(file: string, source: string): { queries: NamedQuery[]; errors: string[] } {
  let root: XmlElement;
  try {
    root = parseXml(source);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return { queries: [], errors: [`${file}: ${error.message}`] };
  }
  // Live servers refuse the file when <queries> has a namespace, even plugin.xml's.
  if (root.name !== 'queries' || root.namespace !== '') {
    return { queries: [], errors: [`${file}: cvc-elt.1: Cannot find the declaration of element '${root.name}'.`] };
  }
  const queries = childrenOf(root, 'query').map((element) => readQuery(file, element));
  const misplaced = childrenOf(root, 'query').flatMap((element) => orderErrors(file, element));
  return { queries, errors: [...misplaced, ...queries.flatMap(queryErrors)] };
}

/** The required order of children; live servers refuse `<args>` after `<columns>`. */
const order = ['args', 'columns', 'sql'];

function orderErrors(file: string, { attributes, children }: XmlElement): string[] {
  const present = children.map(({ name }) => name).filter((name) => order.includes(name));
  const misplaced = present.find((name, index) => order.indexOf(name) < order.indexOf(present[index - 1] ?? ''));
  if (misplaced === undefined) return [];
  const query = attributes.name ?? '';
  return [
    `${file}: cvc-complex-type.2.4.a: Invalid content was found starting with element '${misplaced}' in ${query}.`,
  ];
}

/** The table columns that a query declares for its own columns. */
export function fieldsOf(query: NamedQuery): string[] {
  return query.columns.flatMap(({ field }) => field ?? []);
}

function readQuery(file: string, element: XmlElement): NamedQuery {
  const { name = '', coreTable, flattened } = element.attributes;
  return {
    name,
    file,
    coreTable: coreTable === '' ? undefined : coreTable,
    flattened: flattened?.toLowerCase() === 'true',
    description: childOf(element, 'description')?.text.trim() ?? '',
    args: childrenOf(childOf(element, 'args'), 'arg').map((arg) => ({
      name: arg.attributes.name ?? '',
      required: arg.attributes.required?.toLowerCase() === 'true',
      array: arg.attributes.type?.toLowerCase() === 'array',
      field: arg.attributes.column,
      default: arg.attributes.default,
    })),
    columns: childrenOf(childOf(element, 'columns'), 'column').map((column) => ({
      field: column.attributes.column?.trim(),
      alias: column.text.trim(),
    })),
    sql: childOf(element, 'sql')?.text.trim() ?? '',
  };
}

function queryErrors(query: NamedQuery): string[] {
  const errors: string[] = [];
  const refuse = (condition: boolean, reason: string) => {
    if (condition) errors.push(`PowerQuery ${query.name === '' ? `in ${query.file}` : query.name} ${reason}`);
  };
  refuse(query.name === '', 'has no name');
  refuse(query.name.length > longestName, `has a name of more than ${longestName} characters`);
  refuse(/^com\.powerschool\./i.test(query.name), 'uses a name that is reserved for PowerSchool');
  refuse(query.sql === '', 'has no SQL');
  refuse(query.columns.length === 0, 'has no columns');
  for (const { alias, field } of query.columns) {
    const parts = alias.split('.').length;
    refuse(field !== undefined && !/^[^.\s]+\.[^.\s]+$/.test(field), `has a column that is not TABLE.FIELD: ${field}`);
    refuse(
      !/^[A-Za-z0-9_.]+$/.test(alias),
      `has a column alias with characters other than A-Z, a-z, 0-9 and _: ${alias}`,
    );
    refuse(parts > 2, `has a column alias of more than two parts: ${alias}`);
    refuse(
      parts === 1 && query.coreTable === undefined,
      `has the one-part column alias ${alias}, which needs a core table`,
    );
  }
  const keys = query.columns.map(({ alias }) => alias.toLowerCase());
  refuse(new Set(keys).size < keys.length, 'has two columns of the same name');
  for (const arg of query.args) refuse(!/^[A-Za-z]\w*$/.test(arg.name), `has an argument with a bad name: ${arg.name}`);
  return errors;
}
