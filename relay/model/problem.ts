import type { Entry, Fixer } from '../../shared/errors/entry.ts';
import { catalog, type ErrorCode, type ErrorDetails, fail, isErrorCode } from '../../shared/errors.ts';

/** Something about one person or object that someone must fix. It disappears with its cause. */
export interface Problem {
  /** `students:123`, `class:77` … */
  subject: string;
  code: string;
  message: string;
  action: string;
}

/** A problem in the words of the error catalog. */
export function problem<C extends ErrorCode>(subject: string, code: C, details: ErrorDetails<C>): Problem {
  const { message, action } = fail(code, details);
  return { subject, code, message, action };
}

/** Who can fix problems with this code; the relay operator for a code that this version does not know. */
export function fixerOf(code: string): Fixer {
  const entry: Entry | undefined = isErrorCode(code) ? catalog[code] : undefined;
  return entry?.who ?? 'operator';
}
