/**
 * The steps of the wizard, in the order in which School Data Sync asks, and the parts of the document that each one writes. No
 * part belongs to two steps, so that two people at two steps do not disturb each other. Pure.
 */
import type { SchemaMistake } from '../../../shared/schema-reason.ts';
import type { profileShape } from '../profile.ts';

type Part = Exclude<keyof typeof profileShape.shape, 'version' | 'state'>;

const parts = {
  source: ['name'],
  mode: ['mode'],
  identity: ['identity'],
  domains: ['domains', 'accounts'],
  licenses: ['licenses'],
  schools: ['schools'],
  properties: ['properties'],
  classes: ['classes', 'dates', 'schedule', 'policies', 'preRegistered', 'grades', 'drift', 'adoption'],
  groups: ['groups'],
  guards: ['guards'],
} as const satisfies Record<string, readonly Part[]>;

export type DraftStep = keyof typeof parts;
export const draftSteps = Object.keys(parts) as DraftStep[];

export function partsOf(step: DraftStep): readonly string[] {
  return parts[step];
}

/** What the step has written; parts that are missing stay so. */
export function contentOf(document: Readonly<Record<string, unknown>>, step: DraftStep): Record<string, unknown> {
  return Object.fromEntries(partsOf(step).flatMap((part) => (part in document ? [[part, document[part]]] : [])));
}

/** The document with another content of the step. */
export function withContent(
  document: Readonly<Record<string, unknown>>,
  step: DraftStep,
  content: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const rest = Object.entries(document).filter(([part]) => !partsOf(step).includes(part));
  return { ...Object.fromEntries(rest), ...contentOf(content, step) };
}

/** The step that can correct it. @param path of a mistake or a finding: `identity.students.source` */
export function stepOf(path: string): DraftStep {
  const [part = ''] = path.split('.');
  return draftSteps.find((step) => partsOf(step).includes(part)) ?? 'source';
}

/** The mistakes of each step, in the order of the document. */
export function mistakesByStep(mistakes: readonly SchemaMistake[]): ReadonlyMap<DraftStep, readonly SchemaMistake[]> {
  return Map.groupBy(mistakes, ({ path }) => stepOf(path));
}
