/** A person as Microsoft 365 should have them. */

import type { Body } from './body.ts';
import type { Person } from './person.ts';

export interface DesiredUser {
  person: Person;
  /** Object id of the linked account; undefined for one to create. */
  objectId: string | undefined;
  /** Properties that Hallpass keeps up to date. */
  body: Body;
  /** What is also sent at creation, and never again. */
  creation: { userPrincipalName: string; mailNickname: string; usageLocation: string } | undefined;
  /** Object id of the account that the person had until someone deleted it. */
  replaces?: string;
  /** Why the account is theirs now, if it was another record's. */
  handedOver?: string;
}
