/** Objects of Microsoft 365 that bear a stamp, as they were when they were read, before anything is known of whose they are. */
import type { Body } from '../plan/bodies.ts';
import type { StampedObject } from './decide.ts';

export interface Found extends StampedObject {
  kind: 'school' | 'class' | 'user';
  /** An account that appeared, with Hallpass's own stamp, although this database does not know that Hallpass made it. */
  isForgotten?: true;
  /** Properties that Hallpass writes, where they have a value. */
  body: Body;
  related: Related;
}

/** Object ids: of a class its people and schools, of a school its people; a user's licenses, see licenceKey. */
export interface Related {
  members?: string[];
  owners?: string[];
  schools?: string[];
  users?: string[];
  licenses?: string[];
}

/** The properties of an object as read that have a value, within objects too: Graph shows null for what is not set. */
export function bodyOf(object: Readonly<Record<string, unknown>>, names: readonly string[]): Body {
  const body: Body = {};
  for (const name of names) {
    const value = object[name];
    if (typeof value === 'string' || typeof value === 'boolean') body[name] = value;
    else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const inner = value as Record<string, unknown>;
      const part = bodyOf(inner, Object.keys(inner));
      if (Object.keys(part).length > 0) body[name] = part;
    }
  }
  return body;
}

/** Of what is there, the properties that are wanted: of the others nothing is known later. */
export function commonPart(there: Body, wanted: Body): Body {
  return Object.fromEntries(
    Object.entries(there).flatMap(([name, value]) => {
      const desired = wanted[name];
      if (desired === undefined) return [];
      const isPart = typeof value === 'object' && value !== null && typeof desired === 'object' && desired !== null;
      return [[name, isPart ? commonPart(value, desired) : value]];
    }),
  );
}
