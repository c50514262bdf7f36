/** What leaves this network, per kind and field, and why. Pure: derived from the schemas that the sending code uses. */
import type { Welcome } from '../../shared/link.ts';
import { type Kind, kinds, optionalFields, preRegisteredMark, recordSchema } from '../../shared/roster.ts';

export interface LeavingKind {
  kind: Kind;
  /** A record is meaningless without these: ids, references, dates, names of schools and classes. */
  required: string[];
  /** Sent because a profile at the relay needs them. */
  chosen: string[];
  /** Dropped on this computer. */
  staying: string[];
}

export interface Leaving {
  /** False until the relay has said what its profiles need. */
  known: boolean;
  /** Ids of the schools that profiles include, or null for all. */
  schools: readonly string[] | null;
  kinds: LeavingKind[];
}

export function leavingOf(wanted: Welcome['wanted'] | undefined): Leaving {
  return {
    known: wanted !== undefined,
    schools: wanted?.schools ?? (wanted === undefined ? [] : null),
    kinds: kinds.map((kind) => {
      const asked = wanted?.fields[kind] ?? [];
      // The mark comes with pre-registered students, when a profile asks for them, and appears in no other record.
      const marks = asked.filter((field) => field === preRegisteredMark);
      const optional: readonly string[] = [...optionalFields[kind], ...marks];
      return {
        kind,
        required: fieldsOf(kind).filter((field) => field !== preRegisteredMark && !optional.includes(field)),
        chosen: optional.filter((field) => asked.includes(field)),
        staying: optional.filter((field) => !asked.includes(field)),
      };
    }),
  };
}

/** The fields of a record, except those that its bucket implies. */
function fieldsOf(kind: Kind): string[] {
  const schema = recordSchema.options.find((option) => option.shape.kind.value === kind);
  return Object.keys(schema?.shape ?? {}).filter((field) => field !== 'kind' && field !== 'schoolId');
}
