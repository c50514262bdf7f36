/** What a refusal of Graph means for one operation, in the words of School Data Sync where it had some. Pure. */
import { fail, type HallpassError } from '../../shared/errors.ts';
import { failureOf, type GraphAnswer } from './client.ts';

/**
 * Graph answers most refusals with Request_BadRequest: the message is all that tells them apart.
 *
 * @param what was attempted, without personal data
 */
export function refusalOf(what: string, answer: GraphAnswer): HallpassError {
  const reason = messageOf(answer.body);
  if (answer.status === 429) return fail('AzureActiveDirectoryRequestThrottledTemporarily', { what });
  if (answer.status === 503) return fail('AzureActiveDirectoryReplicaUnavailable', { what });
  if (answer.status === 400) {
    if (/on-premises mastered/i.test(reason)) return fail('OnPremisesAccount', { what });
    if (/invalid usage location/i.test(reason)) return fail('AzureActiveDirectoryInvalidUserUsageLocation', { what });
    if (/available licenses|valid company license|disabled plan/i.test(reason)) {
      return fail('AzureActiveDirectoryInvalidLicense', { what, reason });
    }
    if (/invalid value specified for property/i.test(reason)) {
      return fail('AzureActiveDirectoryInvalidPropertyValue', { what, reason });
    }
  }
  return failureOf(what, answer, undefined);
}

function messageOf(body: unknown): string {
  const message = (body as { error?: { message?: unknown } } | undefined)?.error?.message;
  return typeof message === 'string' ? message : '';
}
