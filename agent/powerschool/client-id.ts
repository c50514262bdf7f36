/** The client id as PowerSchool shows it, and whether the typed text can be one. Pure. */
import { fail } from '../../shared/errors.ts';
import { tidyValue } from '../terminal/typed-text.ts';

const label = /^client\s*-?id\s*[:=]\s*/i;
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface TypedClientId {
  value: string;
  /** PowerSchool's ids are GUIDs, but no format is documented, so another format is stored with a warning. */
  doubt?: string;
}

/**
 * @param setting for the message
 * @throws HallpassError SETTING_INVALID for more than one word
 */
export function typedClientId(typed: string, setting: string): TypedClientId {
  const value = tidyValue(typed, label);
  if (/\s/.test(value)) throw fail('SETTING_INVALID', { setting, reason: 'it has spaces in it: copy only this value' });
  if (value === '' || guid.test(value)) return { value };
  const doubt =
    'it does not look like a client id: PowerSchool shows a GUID, like 8c3e1f0a-5b7d-4c62-9e1f-0a5b7d4c629e';
  return { value, doubt };
}

/** The client id that was pasted where a key was expected, possibly after that key; undefined if there is none. */
export function pastedClientId(typed: string, key: string): string | undefined {
  const value = tidyValue(typed, label);
  return [value, value.startsWith(key) ? value.slice(key.length).trim() : ''].find((text) => guid.test(text));
}
