/** Stamped Microsoft 365 objects as they were read, before it is known whose they are. */
import type { Body } from './body.ts';
import type { StampedObject } from './stamp.ts';

export interface Found extends StampedObject {
  kind: 'school' | 'class' | 'user';
  /**
   * An account that appeared with Hallpass's own stamp, although this database does not know that Hallpass created it.
   */
  isForgotten?: true;
  /** The values of properties that Hallpass writes. */
  body: Body;
  related: Related;
}

/** Object ids: of a class its people and schools, of a school its people; a user's licenses, see licenseKey. */
export interface Related {
  members?: string[];
  owners?: string[];
  schools?: string[];
  users?: string[];
  licenses?: string[];
}
