/** Compares requests and answers with Microsoft's own description of Graph (graph-answers.json). For tests. */
import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';

interface Description {
  /** The requests with described bodies, by method and path template. */
  requests: Record<string, object>;
  answers: Record<string, Record<string, object | null>>;
  schemas: Record<string, object>;
}

const description = JSON.parse(readFileSync(new URL('graph-answers.json', import.meta.url), 'utf8')) as Description;
// The adjacent patterns check formats; `nullable` is from OpenAPI 3.0 and known to Ajv.
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema({ $id: 'graph', schemas: description.schemas });
const compiled = new Map<object, ValidateFunction>();

/** How an answer violates the description; undefined when it agrees or the description does not cover the path. */
export function breachOf(method: string, path: string, status: number, body: unknown): string | undefined {
  const name = `${method} ${path.split('?')[0]}`;
  if (status >= 400) return describe(name, { $ref: 'graph#/schemas/ODataErrors.ODataError' }, body);
  const answers = answersOf(name);
  if (answers === undefined) return undefined;
  const schema = answers[String(status)];
  if (schema === undefined) return `${name} answered ${status}, which is not described.`;
  if (schema === null) return body === undefined ? undefined : `${name} answered ${status} with a body.`;
  return describe(name, schema, body);
}

/**
 * How a request that Graph accepted violates the description; undefined when it agrees, or when its body is not
 * described.
 */
export function requestBreachOf(method: string, path: string, body: unknown): string | undefined {
  const name = `${method} ${path.split('?')[0]}`;
  const schema = description.requests[name];
  return schema === undefined ? undefined : describe(`${name} (request)`, schema, body);
}

function describe(name: string, schema: object, body: unknown): string | undefined {
  const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"graph#/')) as object;
  const validate = compiled.get(schema) ?? ajv.compile(absolute);
  compiled.set(schema, validate);
  return validate(body) ? undefined : `${name}: ${ajv.errorsText(validate.errors)}`;
}

function answersOf(name: string): Record<string, object | null> | undefined {
  if (description.answers[name] !== undefined) return description.answers[name];
  const segments = name.split('/');
  for (const [template, answers] of Object.entries(description.answers)) {
    const pattern = template.split('/');
    const fits =
      pattern.length === segments.length && pattern.every((part, at) => part.startsWith('{') || part === segments[at]);
    if (fits) return answers;
  }
  return undefined;
}
