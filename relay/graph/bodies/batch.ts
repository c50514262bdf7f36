/** The answer to a `$batch`, and each answer in it. */
import { z } from 'zod';
import { anyObject, objectWith } from './object.ts';

export const batchAnswer = objectWith({ responses: z.array(z.unknown()) });

export const innerAnswer = objectWith({
  id: z.string(),
  status: z.int().min(100).max(599),
  headers: anyObject.catch({}),
  body: z.unknown().optional(),
});

export type InnerAnswer = z.infer<typeof innerAnswer>;
