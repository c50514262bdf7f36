import { type ErrorCode, type ErrorDetails, fail } from '../../shared/errors.ts';

/** Something about one person or object that somebody must put right. It goes away when its cause does. */
export interface Problem {
  /** `students:123`, `class:77` … */
  subject: string;
  code: string;
  message: string;
  action: string;
}

/** A problem in the words of the error catalogue. */
export function problem<C extends ErrorCode>(subject: string, code: C, details: ErrorDetails<C>): Problem {
  const { message, action } = fail(code, details);
  return { subject, code, message, action };
}
