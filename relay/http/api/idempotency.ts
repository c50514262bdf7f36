/** The Idempotency-Key of a POST that changes something; app/commands/answer-once.ts implements it. */
import { fail } from '../../../shared/errors.ts';

/** @throws HallpassError IDEMPOTENCY_KEY_INVALID */
export function idempotencyKeyIn(header: string | undefined): string | undefined {
  if (header === undefined || /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  throw fail('IDEMPOTENCY_KEY_INVALID', { reason: 'it must be 1 to 255 printable characters without spaces' });
}
