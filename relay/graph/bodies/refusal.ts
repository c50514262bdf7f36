/**
 * A refusal from Graph. Its body is `{error: {code, message, details?, innerError}}`; some workloads write
 * `innererror`, old ones `odata.error` with `message.value`, and some refusals have no body at all, or a page of HTML:
 * whatever is missing or wrong reads as empty.
 */
import { z } from 'zod';
import { anyObject } from './object.ts';

const text = z.string().optional().catch('').default('');

/** Reads anything else as an object without parts. */
function partsOf<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.preprocess((value) => (anyObject.safeParse(value).success ? value : {}), z.object(shape));
}

const anything = z.unknown().optional();

const detail = partsOf({ code: text, target: text, message: text, prefix: text, suffix: text });

const inner = partsOf({ code: text, 'request-id': text });

const error = partsOf({
  code: text,
  message: z.union([z.string(), partsOf({ value: text }).transform(({ value }) => value)]),
  details: z.array(detail).catch([]),
  innerError: anything,
  innererror: anything,
  requestId: text,
}).transform(({ innerError, innererror, ...rest }) => ({ ...rest, inner: inner.parse(innerError ?? innererror) }));

export const refusalBody = partsOf({ error: anything, 'odata.error': anything }).transform((body) =>
  error.parse(body.error ?? body['odata.error']),
);

/** Whether the body contains one of Graph's errors at all. */
export const hasError = z.object({ error: z.looseObject({}) });
