/** From what a browser sends to values of a document. What is no number stays as it was entered, and is shown as a mistake. */

/** @param otherwise for an empty field */
export function numberOr<T>(given: string | undefined, otherwise: T): number | string | T {
  const entered = (given ?? '').trim();
  if (entered === '') return otherwise;
  return /^-?\d+(\.\d+)?$/.test(entered) ? Number(entered) : entered;
}

export function textOr<T>(given: string | undefined, otherwise: T): string | T {
  const entered = (given ?? '').trim();
  return entered === '' ? otherwise : entered;
}

/** Puts a value into a copy of an object, at a path with dots. */
export function withValue(object: unknown, path: string, value: unknown): Record<string, unknown> {
  const copy = typeof object === 'object' && object !== null ? { ...object } : {};
  const [name = '', ...rest] = path.split('.');
  const inner: unknown = Reflect.get(copy, name);
  return { ...copy, [name]: rest.length === 0 ? value : withValue(inner, rest.join('.'), value) };
}

/** The same for several, each by its path. */
export function withValues(object: unknown, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  let result = typeof object === 'object' && object !== null ? { ...object } : {};
  for (const [path, value] of Object.entries(values)) result = withValue(result, path, value);
  return result as Record<string, unknown>;
}
