/** What a draft lacks, and the versions by which people who write it at once notice each other. Pure. */
import { hash } from 'node:crypto';
import { fail } from '../../../shared/errors.ts';
import type { SchemaMistake } from '../../../shared/schema-reason.ts';
import { neverMeant, type ProfileDocument } from '../document.ts';
import { checkProfileForm, type Profile } from '../profile.ts';
import { contentOf, type DraftStep } from './steps.ts';

/** A profile document of which parts may be missing or wrong. */
type Loose = Readonly<Record<string, unknown>>;

/** What is wrong with the document by itself. */
export function draftMistakes(document: Loose): SchemaMistake[] {
  return [...checkProfileForm(document).mistakes, ...neverMeant(document)];
}

/** @throws HallpassError DRAFT_INCOMPLETE */
export function needComplete(document: Loose): ProfileDocument {
  const { profile } = checkProfileForm(document);
  const mistakes = draftMistakes(document);
  if (profile !== undefined && mistakes.length === 0) return { profile, resolved: [], notices: [] };
  const list = mistakes.map(({ path, reason }) => `${path}: ${reason}`).join('; ');
  throw fail('DRAFT_INCOMPLETE', { mistakes: list });
}

/** An ETag of what the step has written: changes with it, and with nothing else. */
export function stepVersion(document: Loose, step: DraftStep): string {
  return versionOf(contentOf(document, step));
}

/** An ETag of the whole draft, and of the profile that it replaces. */
export function draftVersion({ document, seen }: { document: Loose; seen: string | null }): string {
  return versionOf({ document, seen });
}

/** Changes with every change of the profile but that of its state: a pause does not make a draft out of date. */
export function contentVersion({ state: _state, ...profile }: Profile): string {
  return versionOf(profile);
}

function versionOf(value: object): string {
  return hash('sha256', JSON.stringify(sorted(value)), 'hex').slice(0, 32);
}

/** The order of names says nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, one]) => [name, sorted(one)]));
}
