/** Fields that write one value each at a path of the document: numbers, days, and choices among fixed words. */
import type { z } from 'zod';
import type { LooseDocument } from '../../../store/profiles/drafts.ts';
import type { Choice, Fields } from './fields.ts';
import { flag, text } from './frame.ts';
import { numberOr, textOr, withValues } from './values.ts';

interface Base {
  path: string;
  label: string;
  hint?: string;
}

export type PlainField = Base &
  (
    | {
        kind: 'number' | 'date' | 'time' /** What an empty field means: its default by leaving it out, or null. */;
        empty: 'default' | 'null';
      }
    | { kind: 'text' }
    | { kind: 'flag' }
    | { kind: 'choice'; choices: readonly Choice[] /** The document has null for it. */; nullAs?: string }
  );

export function shapeOf(fields: readonly PlainField[]): Record<string, z.ZodType> {
  return Object.fromEntries(fields.map(({ path, kind }) => [path, kind === 'flag' ? flag : text.optional()]));
}

export function renderPlain(form: Fields, field: PlainField): string {
  const { path, label, hint } = field;
  const base = { path, label, ...(hint !== undefined && { hint }) };
  switch (field.kind) {
    case 'number':
      return form.text({ ...base, inputMode: 'numeric' });
    case 'date':
    case 'time':
      return form.text({ ...base, type: field.kind });
    case 'text':
      return form.text({ ...base, wide: true });
    case 'flag':
      return form.checkbox(base);
    case 'choice': {
      const value = form.value(path);
      return form.select({
        ...base,
        choices: field.choices,
        chosen: value === null ? (field.nullAs ?? '') : String(value ?? ''),
      });
    }
  }
}

/** The parts with what was sent. A field that was not sent keeps its value, except a checkbox. */
export function plainContent(
  fields: readonly PlainField[],
  sent: Readonly<Record<string, unknown>>,
  document: LooseDocument,
): Record<string, unknown> {
  const values = fields.flatMap((field) => {
    const given = sent[field.path];
    if (field.kind === 'flag') return [[field.path, given === 'yes']];
    return typeof given === 'string' ? [[field.path, readAs(field, given)]] : [];
  });
  return withValues(document, Object.fromEntries(values));
}

function readAs(field: PlainField, given: string): unknown {
  switch (field.kind) {
    case 'number':
      return numberOr(given, field.empty === 'null' ? null : undefined);
    case 'date':
    case 'time':
      return textOr(given, field.empty === 'null' ? null : undefined);
    case 'choice':
      return given === field.nullAs ? null : given;
    default:
      return given;
  }
}
