/**
 * What a refusal of Graph says. Its body is `{error: {code, message, details?, innerError}}`; some workloads write
 * `innererror`, old ones `odata.error` with `message.value`, and some refusals have no body at all, or a page of HTML: whatever is
 * not there, or not as it should be, is empty.
 */
import { z } from 'zod';
import { anyObject } from './object.ts';

const text = z.string().optional().catch('').default('');

/** With nothing in it where there is something else. */
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

/** Whether there is an error of Graph at all. */
export const hasError = z.object({ error: z.looseObject({}) });
