/**
 * A profile document as a person provides it: every mistake is named at once, in words and with its place. Stored
 * documents are read by parseProfile, which accepts what earlier versions accepted.
 */
import { readJson } from '../../shared/json-document.ts';
import type { SchemaMistake } from '../../shared/schema-reason.ts';
import { checkProfileForm, inTodaysWords, type Profile, profileInvalid } from './profile.ts';
import { type NameFacts, type Resolution, resolveNames } from './resolve-names.ts';

export interface ProfileDocument {
  /** With the default state, `preview`. Whoever sets it keeps the state in force. */
  profile: Profile;
  /** Names and numbers that stand for ids. */
  resolved: readonly Resolution[];
  /** Parts of the document that have no effect, in sentences. */
  notices: readonly string[];
}

/**
 * @param file name for people
 * @throws HallpassError PROFILE_INVALID, naming everything that is wrong
 */
export function readProfileDocument(text: string, file: string, facts: NameFacts): ProfileDocument {
  const { value, mistakes } = readJson(text);
  if (mistakes.length > 0) {
    const places = mistakes.map(({ line, column, reason }) => ({ path: `line ${line}, column ${column}`, reason }));
    throw profileInvalid(file, places);
  }
  const { document, notices } = withoutState(inTodaysWords(value));
  const { resolved, document: named, mistakes: unknown } = resolveNames(document, facts);
  const form = checkProfileForm(named);
  const known = new Set(unknown.map(({ path }) => path));
  const wrong = [...form.mistakes.filter(({ path }) => !known.has(path)), ...neverMeant(document), ...unknown];
  if (form.profile === undefined || wrong.length > 0) throw profileInvalid(file, wrong);
  return { profile: form.profile, resolved, notices };
}

/** The document does not decide whether a profile runs: an old file must neither start nor stop a district. */
function withoutState(value: unknown): { document: unknown; notices: string[] } {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !('state' in value)) {
    return { document: value, notices: [] };
  }
  const { state, ...document } = value;
  const notice = `"state": ${JSON.stringify(state)} in the file does not count: "profile enable", "profile pause" and "profile resume" change it.`;
  return { document, notices: [notice] };
}

/**
 * What the schema accepts because earlier versions stored it, although nobody means it. Checked in the original
 * document, so that it is reported together with everything else.
 */
export function neverMeant(document: unknown): SchemaMistake[] {
  const mistakes: SchemaMistake[] = [];
  for (const rule of ['removals', 'repairs', 'updates', 'sourceDrop', 'rollover']) {
    const percent = partOf(partOf(partOf(document, 'guards'), rule), 'percent');
    if (typeof percent !== 'number' || percent <= 100 || percent > 1000) continue;
    const reason = 'it must be 100 or less; 100 switches the rule off, because at most everything can change';
    mistakes.push({ path: `guards.${rule}.percent`, reason });
  }
  const name = partOf(document, 'name');
  if (typeof name === 'string' && name !== '' && (name.trim() !== name || /\p{Cc}/u.test(name))) {
    mistakes.push({ path: 'name', reason: 'it must be one line without spaces at its ends' });
  }
  return mistakes;
}

function partOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
