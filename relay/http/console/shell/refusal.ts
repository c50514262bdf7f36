/** A page that says why something was not done, and what to do about it. */
import { html } from 'ghtml';
import { fail, HallpassError, reasonOf } from '../../../../shared/errors.ts';
import { advice, icon } from '../../../../shared/page/parts.ts';
import { toHallpassError } from '../../../../shared/terminal.ts';
import { problemDetails } from '../../problem-details.ts';
import { consoleBase } from './document.ts';
import type { Shown } from './page.ts';

/**
 * @param here the path that was asked for, to come back to after a sign-in
 * @param back where to go on
 */
export function refusalPage(
  error: HallpassError,
  here: string,
  back = { path: `${consoleBase}/`, label: 'To the first page' },
): Shown {
  // Bugs say nothing of themselves to the outside.
  const { message, code } = problemDetails(error).body;
  const next = error.code === 'SIGN_IN_REQUIRED' ? signInLink(here, false, 'Sign in') : '';
  const again = error.code === 'SIGN_IN_NOT_FRESH' ? signInLink(here, true, 'Sign in once more') : '';
  return {
    title: 'Not done',
    main: html`<section class="panel narrow stack" role="alert">
<h1>!${icon('error')} ${message}</h1>
<p class="action">!${advice(error.action)}</p>
<p>!${next}!${again}<a href="${back.path}">${back.label}</a></p>
<p class="fine">Code <code>${code}</code></p>
</section>`,
  };
}

function signInLink(here: string, isFresh: boolean, label: string): string {
  const query = new URLSearchParams({ return: here, ...(isFresh && { again: 'yes' }) });
  return html`<a class="button" href="${consoleBase}/sign-in?${query.toString()}">${label}</a> `;
}

/** Fastify's complaints about a form, such as one that is too large, are in our words. */
export function knownError(error: unknown): HallpassError {
  const status =
    error instanceof Error && !(error instanceof HallpassError) && 'statusCode' in error && error.statusCode;
  const isComplaint = typeof status === 'number' && status >= 400 && status < 500;
  return isComplaint ? fail('FORM_INVALID', { reason: reasonOf(error).replace(/\.$/, '') }) : toHallpassError(error);
}
