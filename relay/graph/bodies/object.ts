/**
 * The parts of Graph's bodies. Names that were not asked for are accepted and dropped; unset values are null or
 * omitted, depending on the workload.
 */
import { z } from 'zod';

/** A JSON object with any contents. */
export const anyObject = z.looseObject({});

/** An object with these names; other names are accepted. */
export function objectWith<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.object(shape, { error: notAnObject });
}

/** The same, keeping everything else in it. */
export function wholeObjectWith<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.looseObject(shape, { error: notAnObject });
}

function notAnObject({ code }: { code?: string | undefined }): string | undefined {
  return code === 'invalid_type' ? 'it must be a group of values' : undefined;
}

export const id = z.string().min(1);
export const text = z.string().nullable().exactOptional();
export const flag = z.boolean().nullable().exactOptional();
export const texts = z.array(z.string()).nullable().exactOptional();

/** Text, or undefined where there is none. */
export const setText = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);

/** One object of the directory: it has an id. */
export const entity = objectWith({ id });
export const wholeEntity = wholeObjectWith({ id });

/** Present only on a removed object, with the reason. */
export const removed = anyObject.exactOptional();

/** A page of a collection: its items are in `value`, which may be empty but is never missing. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return objectWith({
    value: z.array(item),
    '@odata.nextLink': z.string().exactOptional(),
    '@odata.deltaLink': z.string().exactOptional(),
  });
}

export const anyCollection = pageOf(anyObject);

/** The result of an action: only a value. */
export const answerOfAction = objectWith({ value: z.boolean() });
