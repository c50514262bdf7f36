/** Where the optional properties are written in Microsoft 365, derived from their table. */
import { type GraphTarget, type PropertyKind, propertiesOf } from '../../shared/properties.ts';

export interface WrittenProperty extends Pick<GraphTarget, 'made' | 'isGrade' | 'max'> {
  /** The name in the roster, by which a profile chooses it. */
  name: string;
  /** In the words of PowerSchool's pages. */
  words: string;
  /** The path to it in the written object: `student`, `grade`. */
  path: readonly string[];
}

/** Resources that are part of another one. */
const partOf: Readonly<Record<string, string>> = { educationStudent: 'student', educationTeacher: 'teacher' };

/** The written properties of a kind, in the order of the table. */
export function writtenOf(kind: PropertyKind): WrittenProperty[] {
  return propertiesOf(kind).flatMap(({ name, words, graph }) => {
    if (graph === undefined) return [];
    const { to, ...rest } = graph;
    const [resource = '', ...within] = to.split('.');
    const part = partOf[resource];
    return [{ name, words, path: part === undefined ? within : [part, ...within], ...rest }];
  });
}
