/** Properties of an object in the format that Graph accepts. */
export type Body = { [property: string]: string | boolean | null | Body };

/** The properties that have a value in an object as read, including nested objects: Graph shows null for unset ones. */
export function bodyOf(object: Readonly<Record<string, unknown>>, names: readonly string[]): Body {
  const body: Body = {};
  for (const name of names) {
    const value = object[name];
    if (typeof value === 'string' || typeof value === 'boolean') body[name] = value;
    else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const inner = value as Record<string, unknown>;
      const part = bodyOf(inner, Object.keys(inner));
      if (Object.keys(part).length > 0) body[name] = part;
    }
  }
  return body;
}

/** The wanted properties among the present ones: nothing will be known about the others later. */
export function commonPart(there: Body, wanted: Body): Body {
  return Object.fromEntries(
    Object.entries(there).flatMap(([name, value]) => {
      const desired = wanted[name];
      if (desired === undefined) return [];
      const isPart = typeof value === 'object' && value !== null && typeof desired === 'object' && desired !== null;
      return [[name, isPart ? commonPart(value, desired) : value]];
    }),
  );
}
