/** Where a list continues, in an address. */
import { z } from 'zod';

/** The place of the last entry of a page, for the address of the next one. */
export function writePlace(place: readonly string[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** A query parameter that {@link writePlace} wrote, of so many parts. */
export function placeOf(parts: number) {
  return z
    .string()
    .max(1000)
    .transform((text, context) => {
      const place = z.array(z.string().max(500)).length(parts).safeParse(parsed(text));
      if (place.success) return place.data;
      context.addIssue({ code: 'custom', message: 'it must be from the link "More" of the same page' });
      return z.NEVER;
    })
    .optional();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}
