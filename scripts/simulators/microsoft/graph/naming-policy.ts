/** The naming policy of a tenant's Microsoft 365 groups: a prefix and suffix, and words that names must not contain. */
import type { NamingPolicy } from '../directory/tenant-rules.ts';
import { badRequest } from '../errors.ts';
import { type Bag, textOf } from '../json.ts';

/** Reports only the first name that violates the policy. @throws 400 */
export function checkNaming(policy: NamingPolicy | null, props: Bag): void {
  if (policy === null) return;
  for (const property of ['displayName', 'mailNickname']) {
    const value = textOf(props, property);
    if (value !== undefined) checkName(policy, property, value);
  }
}

function checkName({ prefix, suffix, blockedWords }: NamingPolicy, target: string, value: string): void {
  if (!value.startsWith(prefix) || !value.endsWith(suffix)) {
    const message =
      "The property is missing a required prefix/suffix per your organization's Group naming requirements.";
    const suggestedPropertyValue = `${prefix}${value}${suffix}`;
    throw badRequest(message, [{ code: 'MissingPrefixSuffix', target, message, suggestedPropertyValue }]);
  }
  const words = value.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  if (blockedWords.some((word) => words.includes(word.toLowerCase()))) {
    const message =
      "The property contains one or more words that are blocked per your organization's Group naming requirements.";
    throw badRequest(message, [{ code: 'ContainsBlockedWord', target, message }]);
  }
}
