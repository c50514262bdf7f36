/** The `q` parameter: FIQL without OR and parentheses, but with sets of values: `a==(x,y);b=gt=5`. */

/** A field that a resource can be filtered by. */
export interface FilterField {
  /** SQL expression. */
  sql: string;
  type: 'text' | 'number' | 'date';
  /** True when `*` stands for any characters. */
  wildcard?: true;
  /** The stored value for one that a client writes, if the two differ; undefined for an unknown one. */
  decode?: (value: string) => number[] | undefined;
}

export interface Condition {
  sql: string;
  values: (string | number)[];
}

/** An invalid filter. */
export class FilterError extends Error {}

const operators = { '==': '=', '=gt=': '>', '=ge=': '>=', '=lt=': '<', '=le=': '<=' } as const;
type Operator = keyof typeof operators;

/** @throws FilterError */
export function filterSql(q: string, fields: Readonly<Record<string, FilterField>>): Condition[] {
  return q
    .split(';')
    .filter((term) => term !== '')
    .map((term) => conditionOf(term, fields));
}

function conditionOf(term: string, fields: Readonly<Record<string, FilterField>>): Condition {
  const [, name = '', operator = '', value = ''] = /^([\w.]+)(==|=gt=|=ge=|=lt=|=le=)(.*)$/s.exec(term) ?? [];
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (name === '') throw new FilterError(`Invalid filter: ${term}`);
  if (field === undefined) throw new FilterError(`Invalid field ${name}`);
  const [, set] = /^\((.*)\)$/s.exec(value) ?? [];
  const written = set === undefined ? [value] : set.split(',');
  if (set !== undefined && operator !== '==') throw new FilterError(`A set of values needs ==, not ${operator}`);
  if (written.includes('')) throw new FilterError(`Field ${name} needs a value to be compared with`);
  const parts = written.map((one) => comparison(name, field, operator as Operator, one));
  return {
    sql: `(${parts.map(({ sql }) => sql).join(' OR ')})`,
    values: parts.flatMap(({ values }) => values),
  };
}

function comparison(name: string, field: FilterField, operator: Operator, value: string): Condition {
  if (field.decode !== undefined) {
    const stored = field.decode(value);
    if (stored === undefined) throw new FilterError(`Invalid value '${value}' for field ${name}`);
    if (operator !== '==') throw new FilterError(`Field ${name} can only be compared with ==`);
    return { sql: `${field.sql} IN (${stored.map(() => '?').join(', ')})`, values: stored };
  }
  if (field.wildcard === true && operator === '==' && value.includes('*')) {
    const pattern = value.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%');
    return { sql: `${field.sql} LIKE ? ESCAPE '\\'`, values: [pattern] };
  }
  const typed = field.type === 'number' ? Number(value) : value;
  if (typeof typed === 'number' && !Number.isSafeInteger(typed)) {
    throw new FilterError(`Invalid number '${value}' passed for comparison to number field ${name}`);
  }
  if (field.type === 'date' && !/^\d{4}-\d\d-\d\d$/.test(value)) {
    throw new FilterError(`Invalid date '${value}' passed for comparison to date field ${name}`);
  }
  return { sql: `${field.sql} ${operators[operator]} ?`, values: [typed] };
}
