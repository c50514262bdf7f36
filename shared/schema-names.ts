/** Which names a schema knows at a given place in a document. */
import type { z } from 'zod';

/** The names in every form that the value at the path may have; empty if it has none. */
export function namesAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const found = path.reduce<z.core.$ZodType[]>((schemas, key) => schemas.flatMap((one) => below(one, key)), [schema]);
  return [...new Set(found.flatMap(namesOf))];
}

function namesOf(schema: z.core.$ZodType): string[] {
  return formsOf(schema).flatMap((form) => {
    const { def } = form._zod;
    if (def.type === 'object') return Object.keys(def.shape);
    if (def.type === 'record') return [...(def.keyType._zod.values ?? [])].map(String);
    return [];
  });
}

function below(schema: z.core.$ZodType, key: PropertyKey): z.core.$ZodType[] {
  return formsOf(schema).flatMap((form) => {
    const { def } = form._zod;
    if (def.type === 'object') return def.shape[String(key)] ?? [];
    if (def.type === 'record') return [def.valueType];
    if (def.type === 'array') return [def.element];
    return [];
  });
}

/** The schema without its wrappers, or all of its alternatives. */
function formsOf(schema: z.core.$ZodType): z.core.$ZodTypes[] {
  const known = schema as z.core.$ZodTypes;
  const { def } = known._zod;
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return formsOf(def.innerType);
    case 'pipe':
      return [...formsOf(def.in), ...formsOf(def.out)];
    case 'union':
      return def.options.flatMap(formsOf);
    default:
      return [known];
  }
}
