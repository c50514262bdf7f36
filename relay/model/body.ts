/** Properties of an object as Graph takes them. */
export type Body = { [property: string]: string | boolean | null | Body };

/** The properties of an object as read that have a value, within objects too: Graph shows null for what is not set. */
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

/** Of what is there, the properties that are wanted: of the others nothing is known later. */
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
