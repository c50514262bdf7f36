/**
 * What bodies of Graph are made of. Names that are not asked for pass and are dropped; what is not set is null or left out,
 * which differs from one workload to the other.
 */
import { z } from 'zod';

/** A JSON object, whatever is in it. */
export const anyObject = z.looseObject({});

/** An object with these names, and others that pass. */
export function objectWith<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.object(shape, { error: notAnObject });
}

/** The same, with everything else that is in it. */
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

/** Only an object that is there no more has it, with the reason. */
export const removed = anyObject.exactOptional();

/** A page of a collection: it has its items in `value`, which may be empty and is never missing. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return objectWith({
    value: z.array(item),
    '@odata.nextLink': z.string().exactOptional(),
    '@odata.deltaLink': z.string().exactOptional(),
  });
}

export const anyCollection = pageOf(anyObject);

/** What an action says: a value alone. */
export const answerOfAction = objectWith({ value: z.boolean() });
