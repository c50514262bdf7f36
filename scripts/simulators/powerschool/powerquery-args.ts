/** From the JSON body of a PowerQuery call to the values of its binds. */
import { columnKind } from './database/schema.ts';
import type { NamedQuery, QueryArg } from './plugin/named-queries.ts';

export type Binds = Record<string, string | number | null>;

export interface ArgumentError {
  field: string;
  code: string;
}

/**
 * Values for the binds in the SQL, by lower-case name. Oracle converts a bind to the type of the column it is compared
 * with; the argument's `column` names that column.
 */
export function bindArguments(
  query: NamedQuery,
  binds: readonly string[],
  body: Record<string, unknown>,
): { values: Binds } | { errors: ArgumentError[] } {
  const errors: ArgumentError[] = [];
  const values: Binds = {};
  const given = new Map(Object.entries(body).map(([name, value]) => [name.toLowerCase(), value]));
  for (const arg of query.args) {
    const name = arg.name.toLowerCase();
    const value = given.get(name) ?? arg.default;
    given.delete(name);
    if (value === undefined || value === null || value === '') {
      if (arg.required) errors.push({ field: arg.name, code: 'Missing required argument' });
      else if (binds.includes(name)) values[name] = arg.array ? '[]' : null;
      continue;
    }
    const converted = arg.array ? convertList(arg, value) : convert(arg, value);
    if (converted === undefined) errors.push({ field: arg.name, code: 'Invalid value' });
    else if (binds.includes(name)) values[name] = converted;
  }
  for (const name of given.keys()) errors.push({ field: name, code: 'Unknown argument' });
  return errors.length > 0 ? { errors } : { values };
}

function convertList(arg: QueryArg, value: unknown): string | undefined {
  const items = (Array.isArray(value) ? value : [value]).map((item) => convert(arg, item));
  return items.includes(undefined) ? undefined : JSON.stringify(items);
}

function convert(arg: QueryArg, value: unknown): string | number | undefined {
  if (typeof value === 'boolean') return convert(arg, value ? 1 : 0);
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const [table = '', column = ''] = arg.field?.split('.') ?? [];
  switch (columnKind(table, column)) {
    case 'number': {
      const number = Number(value);
      return Number.isNaN(number) ? undefined : number;
    }
    case 'date':
    case 'timestamp':
      return isoDate(String(value));
    case 'text':
      return String(value);
    default:
      return value;
  }
}

/** Accepts dates as ISO text or as M/D/YYYY, the format of PowerSchool's own pages. */
function isoDate(text: string): string | undefined {
  if (/^\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?$/.test(text)) return text;
  const [, month = '', day = '', year] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text) ?? [];
  return year === undefined ? undefined : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}
