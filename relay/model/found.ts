/** Objects of Microsoft 365 that bear a stamp, as they were when they were read, before anything is known of whose they are. */
import type { Body } from './body.ts';
import type { StampedObject } from './stamp.ts';

export interface Found extends StampedObject {
  kind: 'school' | 'class' | 'user';
  /** An account that appeared, with Hallpass's own stamp, although this database does not know that Hallpass made it. */
  isForgotten?: true;
  /** Properties that Hallpass writes, where they have a value. */
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
